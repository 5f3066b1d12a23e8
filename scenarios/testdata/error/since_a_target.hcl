scenario "fixture" {}

target "ec2_instances" "fleet" { tags = { app = "web" } }

inject "ec2_stop" "x" {
  instance_ids = target.fleet.ids
}
assert "cloudwatch_alarm" "x" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  since      = target.fleet # ERROR: Wrong reference
  within     = "1m"
}
