scenario "fixture" { timeout = "10m" }

inject "sqs_backlog" "flood" { # WARNING: Longer than the run
  queue_url  = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages   = 500
  per_second = 1
  delay      = "2m"
}

# How many is known in a run only.
inject "sqs_backlog" "one_each" {
  queue_url  = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages   = 500 * run.seed
  per_second = 0.1
}
assert "cloudwatch_alarm" "fires" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  since      = inject.flood
  within     = "3m"
}
