scenario "fixture" {}

inject "sqs_backlog" "2fast" { # ERROR: Invalid name
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
}
