scenario "fixture" {}

target "ec2_instances" "web" {
  tags = { app = "web" }
}

limits {
  max_targets = target.web.count # ERROR: Not known yet
}

inject "ec2_stop" "some" {
  instance_ids = target.web.ids
}

assert "ec2_instances" "stopped" {
  instance_ids = target.web.ids
  state        = "stopped"
  within       = "5m"
}
