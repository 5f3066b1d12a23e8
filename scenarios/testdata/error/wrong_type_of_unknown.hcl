scenario "fixture" {}

target "ec2_instances" "fleet" { tags = { app = "web" } }

inject "sqs_backlog" "flood" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
  per_second = target.fleet.ids # ERROR: Wrong type
}
assert "cloudwatch_alarm" "fires" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  within     = "3m"
}
