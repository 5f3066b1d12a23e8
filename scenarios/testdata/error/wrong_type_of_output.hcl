scenario "fixture" {}

inject "sqs_backlog" "flood" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
}
assert "ec2_instances" "x" {
  instance_ids = inject.flood.queue_url # ERROR: Wrong type
  state        = "running"
  within       = "1m"
}
