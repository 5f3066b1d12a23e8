scenario "fixture" {}

target "ec2_instances" "fleet" { tags = { app = "web" } }

inject "ec2_stop" "x" {
  instance_ids = target.fleet.id # ERROR: Unknown attribute of target.fleet
}
assert "cloudwatch_alarm" "fires" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  within     = "3m"
}
