scenario "fixture" {}

journal "s3" {} # ERROR: Not supported yet
