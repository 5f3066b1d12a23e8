sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

weather "sqss" { error = 1 } # ERROR: Unknown service
weather "sqs:SendMesage" { error = 1 } # ERROR: Unknown operation of sqs
weather "" { error = 1 } # ERROR: Unknown service
weather "ec2" {
  error = 1
  rain  = 1 # ERROR: Unsupported argument
}
