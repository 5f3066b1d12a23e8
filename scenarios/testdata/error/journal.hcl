scenario "fixture" {}

journal "s3" { # ERROR: Extraneous label for journal
  s3 = "s3://ledger/game-days"
}
