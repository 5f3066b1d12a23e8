scenario "fixture" {}

inject "sqs_backlog" "a" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
}
assert "cloudwatch_alarm" "x" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  within     = "1m"
  expect     = "stays"
}
assert "cloudwatch_alarm" "y" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  since      = assert.x # ERROR: No moment
  within     = "1m"
}
