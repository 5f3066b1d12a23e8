scenario "fixture" {}

limits {} # ERROR: Empty limits
