# An alarm is made to ring, to see whether its page arrives and its all-clear follows.
#
# What it teaches: cloudwatch_alarm_state tests the path from an alarm to people without breaking anything. A metric alarm
# that was set goes back by itself at its next evaluation, within a minute, so both ways are tested. The page is heard by a
# tap: a temporary subscription to the topic. jq tells the two messages apart.
#
# Expected verdict: passed

scenario "alarm-paging" {
  description = "The alarm on checkout errors is set to ALARM by hand."
  hypothesis  = "If the alarm rings, on-call has a page within 30 seconds, and the all-clear once it is over."
  timeout     = "10m"
}

locals {
  pages = "arn:aws:sns:eu-west-1:111122223333:page-primary"
}

aws {
  region   = "eu-west-1"
  accounts = ["111122223333"]
}

check "cloudwatch_alarm" "calm" {
  alarm_name = "checkout-errors"
  state      = "OK"
}

inject "cloudwatch_alarm_state" "ring" {
  alarm_name = "checkout-errors"
  reason     = "gameday: testing the paging path"
}

assert "cloudwatch_alarm" "rings" {
  alarm_name = inject.ring.alarm_name
  state      = "ALARM"
  within     = "10s"
}

assert "sns_message" "paged" {
  topic_arn = local.pages
  jq        = ".AlarmName == \"checkout-errors\" and .NewStateValue == \"ALARM\""
  since     = assert.rings
  within    = "30s"
}

assert "cloudwatch_alarm" "clears" {
  alarm_name = inject.ring.alarm_name
  state      = "OK"
  within     = "90s"
}

assert "sns_message" "all_clear" {
  topic_arn = local.pages
  jq        = ".AlarmName == \"checkout-errors\" and .NewStateValue == \"OK\""
  since     = assert.clears
  within    = "30s"
}
