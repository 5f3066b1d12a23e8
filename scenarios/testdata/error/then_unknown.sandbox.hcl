sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

sqs_queue "orders" {}

ssm_automation "d" {
  then = {
    "sqs_queue.order.consumes_per_second" = 1 # ERROR: Unknown sqs_queue
  }
}
