scenario "fixture" {}

inject "sqs_backlog" "flood" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
}
assert "cloudwatch_alarm" "fires" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  within     = "3m"
}
assert "cloudwatch_alarm" "later" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  since      = assert.fires
  within     = "1m"
}
playbook "p" {
  within = "5m"
  steps  = [assert.later, assert.fires] # ERROR: Impossible order
}
