sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

weather "sqs" {
  throttle = 1.5  # ERROR: Rate out of range
  error    = -0.1 # ERROR: Rate out of range
  lose     = "no" # ERROR: Wrong type
  latency  = "3s..1s" # ERROR: Range out of order
}
