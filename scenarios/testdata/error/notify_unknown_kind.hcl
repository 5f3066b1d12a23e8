scenario "fixture" {}

notify "slak" "team" { # ERROR: Unknown kind of notice
  on = ["finished"]
}
