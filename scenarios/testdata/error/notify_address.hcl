scenario "fixture" {}

variable "plain" {
  sensitive = true
  default   = "http://hooks.example.com/services/T0"
}

variable "relative" {
  sensitive = true
  default   = "hooks.example.com"
}

notify "slack" "team" {
  on          = ["finished"]
  webhook_url = var.plain # ERROR: Invalid value for webhook_url
}

notify "webhook" "bus" {
  on  = ["finished"]
  url = var.relative # ERROR: Invalid value for url
}

notify "pagerduty" "service" {
  on          = ["finished"]
  routing_key = env("HOOK")
  url         = "http://events.example.com" # ERROR: Not an address
}

notify "sns" "topic" {
  on        = ["finished"]
  topic_arn = "game-days" # ERROR: Not a topic
}
