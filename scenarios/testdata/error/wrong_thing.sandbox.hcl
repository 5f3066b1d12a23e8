sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

sqs_queue "a" {}

on_call "a" { paged_by = sqs_queue.a } # ERROR: Wrong reference
