scenario "fixture" {}

journal {} # ERROR: Missing required argument
