sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

ssm_automation "d" { status = "Succes" } # ERROR: Unknown status in which an execution ends
