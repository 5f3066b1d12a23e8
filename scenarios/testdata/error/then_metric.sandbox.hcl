sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

metric "errors" { value = 1 }

ssm_automation "d" {
  then = {
    "metric.errors.value"                    = 1 # ERROR: Wrong reference
    "sqs_queues.orders.consumes_per_second"  = 1 # ERROR: Unknown kind of thing
  }
}
