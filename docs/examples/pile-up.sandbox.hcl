sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

sqs_queue "orders" {
  arrives_per_second  = 40
  consumes_per_second = 50
}

sns_topic "page-primary" {}

cloudwatch_alarm "orders-backlog" {
  watch         = sqs_queue.orders.visible
  above         = 1000
  alarm_actions = [sns_topic.page-primary]
}
