scenario "fixture" {}

journal {
  s3 = "s3://Ledger" # ERROR: Not a place in S3
}
