scenario "fixture" {}

variable "key" {
  default = "R0UTINGKEY"
}

notify "slack" "team" { # ERROR: Secret in the open
  on          = ["finished"]
  webhook_url = "https://hooks.example.com/services/T0/B0/X0"
}

notify "slack" "typo" { # ERROR: Secret in the open
  on          = ["finished"]
  webhook_url = "hooks.example.com/services/T0/B0/X0"
}

notify "pagerduty" "service" { # ERROR: Secret in the open
  on          = ["finished"]
  routing_key = var.key
}

notify "webhook" "bus" { # ERROR: Secret in the open
  on      = ["finished"]
  url     = env("HOOK")
  headers = { Authorization = "Bearer b" }
}

notify "webhook" "signed" { # ERROR: Secret in the open
  on     = ["finished"]
  url    = env("HOOK")
  secret = "s"
}
