scenario "fixture" {}

inject "ec2_terminate" "kill" {
  instance_ids = ["i-0123456789abcdef0"]
  duration     = "1m" # ERROR: Impossible duration
}
assert "cloudwatch_alarm" "fires" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  within     = "3m"
}
