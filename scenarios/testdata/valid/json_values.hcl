scenario "fixture" {
  labels = { tier = "1", cost = 2 }
}

variable "rules" {
  type    = object({ rate = number, note = optional(string, "none") })
  default = { rate = 5 }
}

locals {
  config = yamldecode("url: https://sqs.eu-west-1.amazonaws.com/111122223333/orders\ncount: 3")
  wait   = duration("2m") / 4
  region = try(env("NOT_SET"), "eu-west-1")
  odd    = [for n in range(5) : n if n % 2 == 1]
}

aws { region = local.region }

inject "sqs_backlog" "flood" {
  queue_url  = local.config.url
  messages   = local.config.count
  per_second = var.rules.rate
  body       = jsonencode({ note = var.rules.note, run = run.id, seed = run.seed, odd = local.odd })
  delay      = "${local.wait}s"
}
assert "cloudwatch_alarm" "fires" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  within     = "3m"
}
