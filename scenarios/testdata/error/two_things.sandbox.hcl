sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

sns_topic "a" {}
sns_topic "a" {} # ERROR: Duplicate sns_topic
