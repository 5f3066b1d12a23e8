scenario "fixture" {}

variable "state" {
  type    = string
  default = null
}

inject "cloudwatch_alarm_state" "page" {
  alarm_name = "orders-backlog"
  state      = var.state
}
assert "cloudwatch_alarm" "fires" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  within     = "3m"
}
