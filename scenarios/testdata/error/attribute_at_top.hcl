scenario "fixture" {}

owner = "me" # ERROR: Unsupported argument
