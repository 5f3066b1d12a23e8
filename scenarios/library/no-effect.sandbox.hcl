# The account of library/no-effect: a queue whose consumers are not easily impressed.

sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

sqs_queue "orders" {
  arrives_per_second  = 20
  consumes_per_second = 60
}
