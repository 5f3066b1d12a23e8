# A fault that is too small to be felt proves nothing, and gameday says so.
#
# What it teaches: the queue is short before the fault, and short after it, because consumers are faster than ten orders.
# "The queue is short again" was never untrue, so its verdict is inconclusive, with the reason vacuous: a run must never pass
# because nothing happened. Send 5,000 instead (--var orders=5000), and there is something to see.
#
# Expected verdict: inconclusive

scenario "no-effect" {
  description = "Ten orders more than usual."
  hypothesis  = "If orders pile up, consumers work them off within 5 minutes."
  timeout     = "20m"
}

variable "orders" {
  type        = number
  default     = 10
  description = "Orders to put on the queue."
}

locals {
  queue = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
}

aws {
  region   = "eu-west-1"
  accounts = ["111122223333"]
}

inject "sqs_backlog" "trickle" {
  queue_url = local.queue
  messages  = var.orders
}

assert "sqs_queue" "worked_off" {
  queue_url       = local.queue
  visible_at_most = 100
  within          = "5m"
}
