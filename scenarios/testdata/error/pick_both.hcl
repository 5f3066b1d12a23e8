scenario "fixture" {}

target "ec2_instances" "fleet" {
  tags = { app = "web" }
  pick { # ERROR: Invalid pick
    count   = 1
    percent = 50
  }
}

inject "ec2_stop" "x" {
  instance_ids = target.fleet.ids
}
assert "cloudwatch_alarm" "fires" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  within     = "3m"
}
