# Orders pile up, the alarm fires, and nobody is paged: its actions are disabled.
#
# What it teaches: an alarm that is red is not an alarm that pages. Somebody disabled its actions during maintenance and
# forgot. The alarm's own SLO is met, the page's is missed: the hop that broke is the one that fails.
#
# Expected verdict: failed

scenario "actions-disabled" {
  description = "Three thousand orders arrive within seconds; the alarm's actions are disabled."
  hypothesis  = "If orders pile up, the alarm fires within 2 minutes, and on-call is paged a minute later."
  timeout     = "20m"
}

locals {
  queue = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
}

aws {
  region   = "eu-west-1"
  accounts = ["111122223333"]
}

check "cloudwatch_alarm" "calm" {
  alarm_name = "orders-backlog"
  state      = "OK"
  within     = "2m"
}

inject "sqs_backlog" "flood" {
  queue_url  = local.queue
  messages   = 3000
  per_second = 1000
  body       = jsonencode({ order = "gameday", run = run.id })
}

assert "cloudwatch_alarm" "backlog_alarm" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  within     = "2m"
}

assert "sns_message" "paged" {
  topic_arn = "arn:aws:sns:eu-west-1:111122223333:page-primary"
  since     = assert.backlog_alarm
  within    = "1m"
}
