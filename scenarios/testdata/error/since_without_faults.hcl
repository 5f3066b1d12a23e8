scenario "fixture" {}

assert "cloudwatch_alarm" "fires" { # ERROR: Missing since
  alarm_name = "orders-backlog"
  state      = "ALARM"
  within     = "3m"
}
