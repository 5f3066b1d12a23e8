sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

sns_topic "a" {}

on_call "p" {
  paged_by     = sns_topic.a
  escalates_to = sns_topic.a # ERROR: Missing escalates_after
}
