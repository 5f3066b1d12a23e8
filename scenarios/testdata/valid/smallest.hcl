scenario "fixture" {}
