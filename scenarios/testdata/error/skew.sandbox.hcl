sandbox {
  account = "111122223333"
  region  = "eu-west-1"
  skew    = "-6m" # ERROR: Clocks too far apart
}
