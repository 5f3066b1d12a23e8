scenario "fixture" {}

variable "stage" {
  default = "prod"
}

journal {
  s3 = "s3://ledger/game-days/${var.stage}"
}

guard "cloudwatch_alarm" "quiet" {
  alarm_name = "orders-backlog"
  state      = "OK"
}
