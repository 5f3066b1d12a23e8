sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

sns_topics "a" {} # ERROR: Unsupported block type
