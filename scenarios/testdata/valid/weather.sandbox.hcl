sandbox {
  account = "111122223333"
  region  = "eu-west-1"
  skew    = "-4m30s"
}

weather "sqs" {
  throttle = 0.2
  error    = 0.05
  latency  = "0s..3s"
  lose     = 0.01
  double   = 0.05
  reorder  = 0.1
  from     = "2m"
  to       = "5m"
}

weather "sqs" {
  error = 1
  from  = "8m"
}

weather "sqs:SendMessage" { lose = 1 }
weather "cloudwatch" { throttle = 0 }
weather "ec2" { latency = "1s" }
weather "autoscaling" { error = 0.5 }
weather "sns" { error = 0.5 }
weather "ssm" { error = 0.5 }
weather "sts:GetCallerIdentity" { error = 0.5 }
weather "*" { reorder = 0.01 }
