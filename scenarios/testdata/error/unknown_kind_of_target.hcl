scenario "fixture" {}

target "ec2_instance" "fleet" {} # ERROR: Unknown kind of target

inject "ec2_stop" "x" {
  instance_ids = target.fleet.ids
}
assert "cloudwatch_alarm" "fires" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  within     = "3m"
}
