scenario "fixture" {}

variable "most" {
  type    = number
  default = 5
}

limits {
  max_targets  = var.most
  max_percent  = 33.4
  never_tags   = { tier = "critical", "gameday:never" = "*" }
  irreversible = false
  kill_switch  = "ssm:/gameday/stop"
}

target "ec2_instances" "web" {
  tags = { app = "web" }
  pick {
    percent = 30
  }
}

inject "ec2_stop" "some" {
  instance_ids = target.web.ids
}

assert "ec2_instances" "stopped" {
  instance_ids = target.web.ids
  state        = "stopped"
  within       = "5m"
}
