sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

s3_bucket "The_Ledger" {} # ERROR: Invalid name
