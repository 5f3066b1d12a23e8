# The account of library/nobody-acknowledges: three people in a row, of whom the first two sleep.

sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

sns_topic "page-primary" {}

sns_topic "page-secondary" {}

sns_topic "page-manager" {}

metric "error_rate" {
  value = 0.1
}

cloudwatch_alarm "checkout-errors" {
  watch         = metric.error_rate
  above         = 1
  period        = "60s"
  alarm_actions = [sns_topic.page-primary]
}

on_call "primary" {
  paged_by           = sns_topic.page-primary
  acknowledges_after = "never"
  escalates_to       = sns_topic.page-secondary
  escalates_after    = "5m"
}

on_call "secondary" {
  paged_by           = sns_topic.page-secondary
  acknowledges_after = "never"
  escalates_to       = sns_topic.page-manager
  escalates_after    = "5m"
}
