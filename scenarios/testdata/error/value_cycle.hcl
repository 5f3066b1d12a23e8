scenario "fixture" {}

inject "ec2_stop" "a" { # ERROR: References in a circle
  instance_ids = inject.b.instance_ids
}

inject "ec2_stop" "b" {
  instance_ids = local.ids
}

locals { ids = inject.a.instance_ids }
assert "cloudwatch_alarm" "fires" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  since      = inject.a
  within     = "1m"
}
