sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

sqs_queue "a" { arrives_per_second = var.rate } # ERROR: Nothing to refer to
