sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

ssm_parameter "/gameday/stop" {
  value = "go"
  at    = { "soon" = "stop" } # ERROR: Not a duration
}

ssm_parameter "/gameday/other" {} # ERROR: Missing required argument
