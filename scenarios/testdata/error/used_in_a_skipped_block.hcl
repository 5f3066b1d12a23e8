scenario "fixture" {}

variable "alarm" { default = "orders-backlog" }

variable "state" { default = "ALARM" }

variable "flood" { default = 10 }

inject "sqs_backlock" "flood" { # ERROR: Unknown kind of fault
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = var.flood
}
assert "cloudwatch_alrm" "fires" { # ERROR: Unknown kind of assertion
  alarm_name = var.alarm
  state      = "${var.state}"
  within     = "3m"
}
