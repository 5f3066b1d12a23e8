# Orders pile up, and a playbook that runs by itself works them off.
#
# What it teaches: a playbook is a chain. Its steps are assertions that must come true in the order given, each counted
# from the one before; within bounds the whole. A queue that is empty for a moment proves little, so worked_off has to hold
# for half a minute.
#
# Reckoning: the alarm has one period of 60 s and is evaluated every minute, so it fires within 65 s of the flood. Drain-Orders
# takes up to 60 s and raises consumption to 400 a second, which clears what is left of 3,000 within 10 s. The alarm is OK
# again at its next evaluation, a minute later at most.
#
# Expected verdict: passed

scenario "sqs-backlog" {
  description = "Three thousand orders arrive within seconds."
  hypothesis  = "If orders pile up, the alarm fires within 2 minutes, and the drain playbook works them off within 5."
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
  within          = "5m"
  holds_for       = "30s"
}

assert "cloudwatch_alarm" "alarm_clears" {
  alarm_name = "orders-backlog"
  state      = "OK"
  since      = assert.drain_finished
  within     = "2m"
}

playbook "drain_orders" {
  within = "5m"
  steps  = [assert.backlog_alarm, assert.drain_started, assert.drain_finished, assert.worked_off]
}
