scenario "fixture" {}
aws { region = env("NOT_SET") } # ERROR: Error in function call
