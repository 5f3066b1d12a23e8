scenario "fixture" {}

notify "slack" "team" { # ERROR: Missing required argument
  webhook_url = env("HOOK")
}

notify "slack" "others" { # ERROR: Missing required argument
  on = ["failed"]
}

notify "sns" "topic" { # ERROR: Missing required argument
  on = ["failed"]
}

notify "pagerduty" "service" { # ERROR: Missing required argument
  on = ["failed"]
}

notify "webhook" "bus" { # ERROR: Missing required argument
  on = ["failed"]
}
