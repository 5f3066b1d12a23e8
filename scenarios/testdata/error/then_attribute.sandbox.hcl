sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

sqs_queue "orders" {}

ssm_automation "d" {
  then = {
    "sqs_queue.orders.visible" = 1 # ERROR: Unknown attribute of sqs_queue
  }
}
