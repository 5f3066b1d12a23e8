scenario "fixture" {}

inject "sqs_backlgo" "flood" {} # ERROR: Unknown kind of fault
assert "cloudwatch_alarm" "fires" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  within     = "3m"
}
