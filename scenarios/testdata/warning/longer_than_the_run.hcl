scenario "fixture" { timeout = "2m" }

inject "sqs_backlog" "flood" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
}
assert "cloudwatch_alarm" "fires" { # WARNING: Longer than the run
  alarm_name = "orders-backlog"
  state      = "ALARM"
  within     = "3m"
}
