sandbox {
  account = "111122223333"
  region  = "eu-west-1"
  skew    = "--5m" # ERROR: Negative duration
}
