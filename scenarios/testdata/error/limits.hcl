scenario "fixture" {}

limits {} # ERROR: Not supported yet
