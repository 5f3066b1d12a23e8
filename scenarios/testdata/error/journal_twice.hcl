scenario "fixture" {}

journal {
  s3 = "s3://ledger"
}

journal { # ERROR: Duplicate journal block
  s3 = "s3://ledger"
}
