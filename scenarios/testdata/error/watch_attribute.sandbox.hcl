sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

sqs_queue "a" {}

cloudwatch_alarm "a" {
  watch = sqs_queue.a.visibel # ERROR: Unknown attribute of sqs_queue
  above = 1
}
