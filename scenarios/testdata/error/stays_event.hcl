scenario "fixture" {}

inject "sqs_backlog" "flood" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
}
assert "sns_message" "x" {
  topic_arn = "arn:aws:sns:eu-west-1:111122223333:pages"
  within    = "1m"
  expect    = "stays" # ERROR: Impossible expect
}
