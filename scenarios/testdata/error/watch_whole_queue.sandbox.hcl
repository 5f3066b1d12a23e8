sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

sqs_queue "a" {}

cloudwatch_alarm "a" {
  watch = sqs_queue.a # ERROR: Wrong reference
  above = 1
}
