scenario "fixture" {}

journal {
  s3 = "s3://ledger/${run.id}" # ERROR: Not known yet
}
