scenario "fixture" {}

inject "sqs_backlog" "flood" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
}
check "sns_message" "x" { # ERROR: Not a state
  topic_arn = "arn:aws:sns:eu-west-1:111122223333:pages"
}
assert "cloudwatch_alarm" "fires" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  within     = "3m"
}
