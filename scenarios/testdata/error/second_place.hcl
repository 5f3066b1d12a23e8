scenario "fixture" {}

aws "dr" { # ERROR: Not supported yet
  region = "eu-central-1"
}
