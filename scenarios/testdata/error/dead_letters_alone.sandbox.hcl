sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

sqs_queue "b" {}

sqs_queue "a" { dead_letter_queue = sqs_queue.b } # ERROR: Missing max_receive_count
