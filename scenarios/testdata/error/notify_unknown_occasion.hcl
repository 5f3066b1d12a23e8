scenario "fixture" {}

notify "slack" "team" {
  on          = ["start"] # ERROR: Unknown occasion
  webhook_url = env("HOOK")
}

notify "slack" "others" {
  on          = ["finished", "finished"] # ERROR: Duplicate occasion
  webhook_url = env("HOOK")
}

notify "slack" "all" {
  on          = "finished" # ERROR: Wrong type
  webhook_url = env("HOOK")
}
