scenario "fixture" {}

variable "n" { # ERROR: Invalid value for variable n
  default = 0
  validation {
    condition     = var.n > 0
    error_message = "Send something."
  }
}
inject "sqs_backlog" "flood" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
  per_second = var.n
}
assert "cloudwatch_alarm" "fires" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  within     = "3m"
}
