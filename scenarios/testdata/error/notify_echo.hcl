scenario "fixture" {}

locals {
  pages = "arn:aws:sns:eu-west-1:111122223333:page"
}

inject "cloudwatch_alarm_state" "ring" {
  alarm_name = "a"
}

assert "sns_message" "paged" {
  topic_arn = local.pages
  within    = "1m"
}

notify "sns" "people" {
  on        = ["started"]
  topic_arn = local.pages # ERROR: Topic that is listened to
}
