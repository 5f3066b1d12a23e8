scenario "fixture" {}

inject "ec2_terminate" "kill" {
  instance_ids = ["i-0123456789abcdef0"]
}
assert "cloudwatch_alarm" "x" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  since      = inject.kill.reverted # ERROR: Never reverted
  within     = "1m"
}
