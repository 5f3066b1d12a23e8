scenario "fixture" {}

notify "slack" "team" {
  on          = [] # ERROR: Nothing to tell
  webhook_url = env("HOOK")
}

notify "slack" "others" {
  on          = null # ERROR: Nothing to tell
  webhook_url = env("HOOK")
}
