scenario "fixture" {}

target "ec2_instances" "fleet" {
  tags = { app = "web" }
  pick { percent = 0 } # ERROR: Number out of range
}

inject "ec2_stop" "x" {
  instance_ids = target.fleet.ids
}
assert "cloudwatch_alarm" "fires" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  within     = "3m"
}
