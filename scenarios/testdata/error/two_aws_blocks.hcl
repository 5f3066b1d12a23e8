scenario "fixture" {}

aws {}
aws {} # ERROR: Duplicate aws block
