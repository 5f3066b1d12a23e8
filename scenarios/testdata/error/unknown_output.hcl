scenario "fixture" {}

inject "sqs_backlog" "flood" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
}
assert "sqs_queue" "x" {
  queue_url       = inject.flood.queue_uri # ERROR: Unknown output of inject.flood
  visible_at_most = 1
  within          = "1m"
}
