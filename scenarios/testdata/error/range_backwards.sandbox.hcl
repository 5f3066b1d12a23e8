sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

autoscaling_group "g" {
  desired       = 1
  notices_after = "30s..15s" # ERROR: Range out of order
}
