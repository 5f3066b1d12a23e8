scenario "fixture" {}

inject "sqs_backlog" "flood" { # WARNING: Longer than its duration
  queue_url  = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages   = 5000
  per_second = 10
  duration   = "5m"
}

# As fast as the queue takes them: nobody knows how long that is.
inject "sqs_backlog" "fast" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 5000
  duration  = "1s"
}
assert "cloudwatch_alarm" "fires" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  since      = inject.flood
  within     = "3m"
}
