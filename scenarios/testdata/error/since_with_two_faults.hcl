scenario "fixture" {}

inject "sqs_backlog" "a" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
}
inject "sqs_backlog" "b" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
}
assert "cloudwatch_alarm" "fires" { # ERROR: Missing since
  alarm_name = "orders-backlog"
  state      = "ALARM"
  within     = "3m"
}
