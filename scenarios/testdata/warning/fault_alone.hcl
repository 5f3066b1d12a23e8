# What nobody looks at cannot fail.

scenario "fixture" { # WARNING: Proves nothing
  description = "A fault, and nobody who looks."
}

inject "sqs_backlog" "flood" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
}
