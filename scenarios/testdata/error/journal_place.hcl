scenario "fixture" {}

journal {
  s3 = "ledger/game-days" # ERROR: Not a place in S3
}
