sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

ec2_instance "lonely" { tags = { app = "x" } }

autoscaling_group "g" {
  desired        = 2
  notices_after  = "never"
  replaces_after = "1m"
}

sqs_queue "orders.fifo" {
  depth_lag          = "5s"
  visibility_timeout = "1m"
  dead_letter_queue  = sqs_queue.dead
  max_receive_count  = 3
}

sqs_queue "dead" {}

sns_topic "a" {}

cloudwatch_alarm "High errors" {
  watch           = metric.errors
  above           = 1
  period          = "10s"
  periods         = 3
  alarm_actions   = [sns_topic.a]
  ok_actions      = [sns_topic.a]
  actions_enabled = false
}

cloudwatch_alarm "few" {
  watch = autoscaling_group.g.healthy
  below = 2
}

cloudwatch_alarm "deep" {
  watch = sqs_queue["orders.fifo"].visible
  above = 0
}

ssm_automation "Doc" {
  started_by = cloudwatch_alarm["High errors"]
  takes      = "1s..2s"
  then       = { "sqs_queue.orders.fifo.arrives_per_second" = 0 }
}

on_call "team" {
  paged_by           = sns_topic.a
  acknowledges_after = "1m..2m"
}

metric "errors" {
  value = 0.5
  at    = { "10m" = 5.0, "20m" = 0 }
}

s3_bucket "ledger" {
  region    = "eu-central-1"
  read_only = true
}

ssm_parameter "/gameday/stop" {
  value = "go"
  at    = { "2m" = "stop" }
}

sqs_queue "labelled" {
  tags = { tier = "critical" }
}
