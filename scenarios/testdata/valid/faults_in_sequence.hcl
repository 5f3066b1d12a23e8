scenario "fixture" {}

inject "ec2_stop" "second" {
  instance_ids = [for id in local.ids : id]
}

locals { ids = inject.first.instance_ids }

inject "ec2_stop" "first" {
  instance_ids = slice(target.fleet.ids, 0, 1)
}

target "ec2_instances" "fleet" {
  tags     = { app = "checkout" }
  optional = true
  pick { count = 2 }
}
assert "cloudwatch_alarm" "x" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  since      = inject.first
  within     = "1m"
}
