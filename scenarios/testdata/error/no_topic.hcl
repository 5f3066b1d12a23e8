scenario "fixture" {}

locals { queue = "arn:aws:sqs:eu-west-1:111122223333:orders" }

inject "cloudwatch_alarm_state" "ring" {
  alarm_name = " " # ERROR: No alarm is named
}
assert "sns_message" "name" {
  topic_arn = "page-primary" # ERROR: Not a topic
  within    = "1m"
}
assert "sns_message" "service" {
  topic_arn = local.queue # ERROR: Not a topic
  within    = "1m"
}
assert "sqs_queue" "url" {
  queue_url       = "orders" # ERROR: Not a queue's URL
  visible_at_most = 1
  within          = "1m"
}
assert "sqs_queue" "arn" {
  queue_url       = local.queue # ERROR: Not a queue's URL
  visible_at_most = 1
  within          = "1m"
}
assert "ssm_automation" "document" {
  document_name = "" # ERROR: Empty value
  within        = "1m"
}
assert "cloudwatch_alarm" "alarm" {
  alarm_name = "" # ERROR: Empty value
  state      = "ALARM"
  within     = "1m"
}
