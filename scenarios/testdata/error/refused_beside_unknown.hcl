scenario "fixture" {}

target "ec2_instances" "fleet" { tags = { app = "web" } }

inject "sqs_backlog" "flood" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 10
}
assert "ec2_instances" "x" {
  instance_ids = target.fleet.ids
  state        = "runing" # ERROR: 
  within       = "1m"
}
