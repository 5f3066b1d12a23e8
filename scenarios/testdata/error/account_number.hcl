scenario "fixture" {}

aws { accounts = ["1234"] } # ERROR: Not an account
