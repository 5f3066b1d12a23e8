sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

ssm_automation "d" { takes = "never" } # ERROR: Not a duration
