scenario "fixture" {} # WARNING: Nothing to judge

inject "sqs_backlog" "flood" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
}
guard "cloudwatch_alarm" "customers" {
  alarm_name = "errors"
  state      = "OK"
}
