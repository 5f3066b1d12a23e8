scenario "fixture" {}

target "ec2_instances" "fleet" {
  tags = { app = "web" }
}

inject "ec2_stop" "stop" {
  instance_ids = target.fleet.ids
}

assert "ec2_instances" "stopped" {
  instance_ids = target.fleet.ids
  state        = "stopped"
  within       = "1m"
}

notify "slack" "team" {
  on          = ["finished"]
  webhook_url = env("HOOK")
  channel     = "#${target.fleet.ids[0]}" # ERROR: Wrong reference
}
