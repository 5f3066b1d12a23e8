# The account of library/alarm-paging: an alarm that is calm by itself, and pages when it rings and when it clears.

sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

sns_topic "page-primary" {}

metric "error_rate" {
  value = 0.1
}

cloudwatch_alarm "checkout-errors" {
  watch         = metric.error_rate
  above         = 1
  period        = "60s"
  alarm_actions = [sns_topic.page-primary]
  ok_actions    = [sns_topic.page-primary]
}

on_call "payments" {
  paged_by           = sns_topic.page-primary
  acknowledges_after = "1m..3m"
}
