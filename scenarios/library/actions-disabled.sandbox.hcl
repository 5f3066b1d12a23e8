# The account of library/actions-disabled: an alarm that knows whom to page, and does not.

sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

sqs_queue "orders" {
  arrives_per_second  = 20
  consumes_per_second = 30
}

sns_topic "page-primary" {}

cloudwatch_alarm "orders-backlog" {
  watch           = sqs_queue.orders.visible
  above           = 500
  period          = "60s"
  alarm_actions   = [sns_topic.page-primary]
  actions_enabled = false
}

on_call "payments" {
  paged_by           = sns_topic.page-primary
  acknowledges_after = "1m..3m"
}
