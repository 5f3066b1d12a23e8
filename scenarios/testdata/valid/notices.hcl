scenario "fixture" {}

variable "hook" {
  type      = string
  sensitive = true
  default   = "https://hooks.example.com/services/T0/B0/X0"
}

inject "cloudwatch_alarm_state" "ring" {
  alarm_name = "a"
}

assert "cloudwatch_alarm" "rings" {
  alarm_name = "a"
  state      = "ALARM"
  within     = "1m"
}

notify "slack" "team" {
  on          = ["started", "stopped", "finished", "failed"]
  webhook_url = var.hook
  channel     = "#game-days"
  username    = "gameday ${run.id}"
}

notify "sns" "topic" {
  on        = ["failed"]
  topic_arn = "arn:aws:sns:eu-west-1:111122223333:team"
}

notify "webhook" "bus" {
  on      = ["finished"]
  url     = var.hook
  headers = { X-Team = "sre", Authorization = "Bearer ${env("HOME_TEAM")}" }
  secret  = env("HOME_TEAM")
}

notify "pagerduty" "service" {
  on          = ["started"]
  routing_key = env("HOME_TEAM")
}
