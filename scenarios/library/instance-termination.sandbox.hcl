# The account of library/instance-termination: three web servers in a group, and an alarm that stays calm.

sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

autoscaling_group "web" {
  desired        = 3
  tags           = { app = "web" }
  notices_after  = "15s..30s"
  replaces_after = "60s..90s"
}

metric "error_rate" {
  value = 0.1
}

cloudwatch_alarm "web-errors" {
  watch  = metric.error_rate
  above  = 1
  period = "60s"
}
