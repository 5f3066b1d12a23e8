scenario "fixture" {}

inject "sqs_backlog" "a" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
  duration  = "1m"
}
inject "sqs_backlog" "b" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
  after     = [inject.a, assert.x]
  delay     = "10s"
}
assert "cloudwatch_alarm" "x" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  since      = inject.a
  within     = "1m"
}
assert "cloudwatch_alarm" "done" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  since      = inject.b.done
  within     = "1m"
}
assert "cloudwatch_alarm" "reverted" {
  alarm_name = "orders-backlog"
  state      = "OK"
  since      = inject.a.reverted
  within     = "1m"
}
assert "cloudwatch_alarm" "quiet" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  since      = inject.a
  within     = "1m"
  expect     = "never"
}
assert "cloudwatch_alarm" "calm" {
  alarm_name = "orders-backlog"
  state      = "OK"
  since      = inject.a
  within     = "1m"
  expect     = "stays"
}
escalation "people" {
  since  = inject.a
  within = "9m"
  steps  = [assert.x, assert.done]
}
