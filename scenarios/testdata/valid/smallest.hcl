scenario "fixture" {}

guard "cloudwatch_alarm" "quiet" {
  alarm_name = "orders-backlog"
  state      = "OK"
}
