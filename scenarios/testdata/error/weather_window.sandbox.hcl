sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

weather "sqs" {
  error = 1
  from  = "5m"
  to    = "5m" # ERROR: Weather ends before it begins
}

weather "sns" {
  error = 1
  to    = "0s" # ERROR: Duration too short
}

weather "ec2" { # ERROR: Weather without effect
  from = "1m"
}

weather "ssm" {
  latency = "never" # ERROR: Not a duration
}
