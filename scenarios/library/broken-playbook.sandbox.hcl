# The account of library/broken-playbook: as that of library/sqs-backlog, but the automation ends with Failed.

sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

# Consumers have ten messages a second to spare: without the playbook, 3,000 take five minutes.
sqs_queue "orders" {
  arrives_per_second  = 20
  consumes_per_second = 30
}

cloudwatch_alarm "orders-backlog" {
  watch  = sqs_queue.orders.visible
  above  = 500
  period = "60s"
}

ssm_automation "Drain-Orders" {
  started_by = cloudwatch_alarm.orders-backlog
  takes      = "30s..60s"
  status     = "Failed"
  then       = { "sqs_queue.orders.consumes_per_second" = 400 }
}
