scenario "fixture" {}

target "ec2_instances" "fleet" { tags = { app = "web" } }

inject "ec2_stop" "x" {
  instance_ids = target.flet.ids # ERROR: Unknown target
}
inject "ec2_stop" "y" {
  instance_ids = target.fleet.ids
}
assert "cloudwatch_alarm" "fires" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  since      = inject.x
  within     = "1m"
}
