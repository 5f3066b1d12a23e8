scenario "fixture" {}

variable "stage" {
  default = "prod"
}

journal {
  s3 = "s3://ledger/game-days/${var.stage}"
}
