scenario "fixture" {}

notify "slack" "team" {
  on          = ["finished"]
  webhook_url = env("HOOK")
}

notify "sns" "team" { # ERROR: Duplicate notify
  on        = ["finished"]
  topic_arn = "arn:aws:sns:eu-west-1:111122223333:team"
}
