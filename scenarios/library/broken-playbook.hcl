# Orders pile up, and the playbook that should work them off fails half-way.
#
# What it teaches: that an automation was started says nothing about its end. drain_started passes, drain_finished waits for
# the status Success and misses it, and the chain fails with it. The queue does get empty, by itself: after five minutes,
# which is reported as late, with its latency, because a rehearsal goes on looking for as long again as within.
#
# Expected verdict: failed

scenario "broken-playbook" {
  description = "Three thousand orders arrive within seconds, and the drain playbook is broken."
  hypothesis  = "If orders pile up, the drain playbook works them off within 4 minutes."
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

assert "ssm_automation" "drain_started" {
  document_name = "Drain-Orders"
  status        = "InProgress"
  since         = assert.backlog_alarm
  within        = "30s"
}

assert "ssm_automation" "drain_finished" {
  document_name = "Drain-Orders"
  since         = assert.drain_started
  within        = "90s"
}

assert "sqs_queue" "worked_off" {
  queue_url       = local.queue
  visible_at_most = 50
  within          = "4m"
}

playbook "drain_orders" {
  within = "4m"
  steps  = [assert.backlog_alarm, assert.drain_started, assert.drain_finished, assert.worked_off]
}
