scenario "fixture" {}

inject "sqs_backlog" "flood" { # ERROR: Missing required argument
  messages = 1
}
assert "cloudwatch_alarm" "fires" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  within     = "3m"
}
