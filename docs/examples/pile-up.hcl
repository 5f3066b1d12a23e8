scenario "orders-pile-up" {
  hypothesis = "If 5,000 orders pile up, the alarm fires in 3 minutes and on-call is paged a minute later."
}

aws {
  region   = "eu-west-1"
  accounts = ["111122223333"] # every other account is refused
}

inject "sqs_backlog" "flood" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 5000
}

assert "cloudwatch_alarm" "backlog_alarm" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  since      = inject.flood
  within     = "3m"
}

assert "sns_message" "paged" {
  topic_arn = "arn:aws:sns:eu-west-1:111122223333:page-primary"
  since     = assert.backlog_alarm
  within    = "1m"
}
