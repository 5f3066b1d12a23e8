# Half a fleet dies while orders pile up: the whole response, hop by hop.
#
# What it teaches: every hop has an SLO of its own. The alarm counts from the flood, the page from the alarm, the second
# page from the first, so that a late answer says who was late. The playbook and the escalation then bound the whole.
#
# Expected verdict: passed

scenario "checkout-loses-half-its-fleet" {
  description = "Half the checkout fleet dies while a backlog of orders builds up."
  hypothesis  = "If half the fleet is terminated and orders pile up, the fleet is whole again in 3 minutes, the drain playbook works the backlog off in 10, and on-call is paged and escalated in time."
  owner       = "payments-sre"
  timeout     = "45m"
}

variable "flood" {
  type        = number
  default     = 5000
  description = "Orders to put on the queue."
}

locals {
  account = "111122223333"
  region  = "eu-west-1"
  queue   = "https://sqs.${local.region}.amazonaws.com/${local.account}/orders"
  primary = "arn:aws:sns:${local.region}:${local.account}:page-primary"
  second  = "arn:aws:sns:${local.region}:${local.account}:page-secondary"
}

aws {
  region   = local.region
  accounts = [local.account]
}

target "ec2_instances" "half_the_fleet" {
  tags = { app = "checkout" }
  pick { percent = 50 }
}

# Preparation: the world is calm before anything is touched.

check "cloudwatch_alarm" "calm" {
  alarm_name = "orders-backlog"
  state      = "OK"
  within     = "2m"
}

check "autoscaling_group" "fleet_whole" {
  group_name = "checkout"
}

# Operation: customers come first.

guard "cloudwatch_alarm" "customers" {
  alarm_name = "checkout-errors"
  state      = "OK"
}

# The faults.

inject "ec2_terminate" "kill" {
  instance_ids = target.half_the_fleet.ids
}

inject "sqs_backlog" "flood" {
  queue_url  = local.queue
  messages   = var.flood
  per_second = 2000
  body       = jsonencode({ order = "gameday", run = run.id })
  after      = [inject.kill]
  delay      = "10s"
}

# Response: every hop has its own SLO.

assert "autoscaling_group" "fleet_replaced" {
  group_name = "checkout"
  since      = inject.kill
  within     = "3m"
}

assert "cloudwatch_alarm" "backlog_alarm" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  since      = inject.flood
  within     = "3m"
}

assert "sns_message" "primary_paged" {
  topic_arn = local.primary
  jq        = ".AlarmName == \"orders-backlog\" and .NewStateValue == \"ALARM\""
  since     = assert.backlog_alarm
  within    = "1m"
}

assert "sns_message" "secondary_paged" {
  topic_arn  = local.second
  since      = assert.primary_paged
  not_before = "4m"
  within     = "6m"
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
  within        = "2m"
}

assert "sqs_queue" "worked_off" {
  queue_url       = local.queue
  visible_at_most = 100
  since           = inject.flood
  within          = "10m"
  holds_for       = "30s"
}

assert "cloudwatch_alarm" "alarm_clears" {
  alarm_name = "orders-backlog"
  state      = "OK"
  since      = inject.flood
  within     = "12m"
}

playbook "drain_orders" {
  since  = inject.flood
  within = "10m"
  steps  = [assert.backlog_alarm, assert.drain_started, assert.drain_finished, assert.worked_off]
}

escalation "on_call" {
  since  = assert.backlog_alarm
  within = "7m"
  steps  = [assert.primary_paged, assert.secondary_paged]
}
