# An alarm pages, and nobody answers: the page must travel up the escalation, step by step.
#
# What it teaches: an escalation is a chain in time. not_before says that too early is wrong, too: a second page after one
# minute would wake two people for what one can do. The alarm clears by itself, but nobody is told, so the incident stays
# open.
#
# Reckoning: five minutes of patience at each step, messages take less than a second: each page comes 5 minutes after the one
# before, ten minutes in all.
#
# Expected verdict: passed

scenario "nobody-acknowledges" {
  description = "The first two people on call do not answer their pages."
  hypothesis  = "If nobody acknowledges, the next in line is paged after 5 minutes, up to the manager."
  timeout     = "30m"
}

locals {
  topic = "arn:aws:sns:eu-west-1:111122223333"
}

aws {
  region   = "eu-west-1"
  accounts = ["111122223333"]
}

inject "cloudwatch_alarm_state" "ring" {
  alarm_name = "checkout-errors"
}

assert "sns_message" "primary_paged" {
  topic_arn = "${local.topic}:page-primary"
  within    = "30s"
}

assert "sns_message" "secondary_paged" {
  topic_arn  = "${local.topic}:page-secondary"
  since      = assert.primary_paged
  not_before = "4m"
  within     = "6m"
}

assert "sns_message" "manager_paged" {
  topic_arn  = "${local.topic}:page-manager"
  since      = assert.secondary_paged
  not_before = "4m"
  within     = "6m"
}

escalation "on_call" {
  within = "12m"
  steps  = [assert.primary_paged, assert.secondary_paged, assert.manager_paged]
}
