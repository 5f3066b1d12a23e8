scenario "fixture" {}

scenario "other" {} # ERROR: Duplicate scenario block
