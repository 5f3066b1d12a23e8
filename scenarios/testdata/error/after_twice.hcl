scenario "fixture" {}

inject "sqs_backlog" "a" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
}
inject "sqs_backlog" "b" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
  after     = [inject.a, inject.a] # ERROR: Duplicate reference
}
assert "cloudwatch_alarm" "x" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  since      = inject.a
  within     = "1m"
}
