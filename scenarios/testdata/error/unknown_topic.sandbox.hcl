sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

sns_topic "page-primary" {}

on_call "a" { paged_by = sns_topic.page-primry } # ERROR: Unknown sns_topic
