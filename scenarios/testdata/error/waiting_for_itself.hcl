scenario "fixture" {}

inject "sqs_backlog" "a" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
  after     = [inject.a] # ERROR: Waiting in a circle
}
assert "cloudwatch_alarm" "fires" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  within     = "3m"
}
