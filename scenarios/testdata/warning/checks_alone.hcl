scenario "fixture" {} # WARNING: Proves nothing

check "cloudwatch_alarm" "quiet" {
  alarm_name = "orders-backlog"
  state      = "OK"
}
