sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

metric "m" {
  value = 1
  at = {
    "later" = 5 # ERROR: Not a duration
  }
}
