sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

metric "m" { value = 1 }

cloudwatch_alarm "a" { # ERROR: Invalid threshold
  watch = metric.m
  above = 1
  below = 2
}
