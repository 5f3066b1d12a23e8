sandbox {
  account = "12" # ERROR: Not an account
  region  = "eu-west-1"
}
