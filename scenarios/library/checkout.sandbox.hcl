# The account of library/checkout: a fleet that replaces what it loses, a queue whose drain is automated, and people who do
# not answer the first page.

sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

autoscaling_group "checkout" {
  desired        = 4
  tags           = { app = "checkout", env = "staging" }
  notices_after  = "15s..30s"
  replaces_after = "60s..90s"
}

sqs_queue "orders" {
  arrives_per_second  = 40
  consumes_per_second = 50
}

sns_topic "page-primary" {}

sns_topic "page-secondary" {}

cloudwatch_alarm "orders-backlog" {
  watch         = sqs_queue.orders.visible
  above         = 1000
  period        = "60s"
  alarm_actions = [sns_topic.page-primary]
}

cloudwatch_alarm "checkout-errors" {
  watch  = metric.error_rate
  above  = 1
  period = "60s"
}

metric "error_rate" {
  value = 0.1
}

ssm_automation "Drain-Orders" {
  started_by = cloudwatch_alarm.orders-backlog
  takes      = "45s..75s"
  status     = "Success"
  then       = { "sqs_queue.orders.consumes_per_second" = 600 }
}

on_call "payments" {
  paged_by           = sns_topic.page-primary
  acknowledges_after = "never"
  escalates_to       = sns_topic.page-secondary
  escalates_after    = "5m"
}
