scenario "fixture" {}

notify "slack" "team" {} # ERROR: Not supported yet
