scenario "fixture" {}

inject "sqs_backlog" "a" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
}
assert "cloudwatch_alarm" "x" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  since      = assert.y # ERROR: Waiting in a circle
  within     = "1m"
}
assert "cloudwatch_alarm" "y" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  since      = assert.x
  within     = "1m"
}
