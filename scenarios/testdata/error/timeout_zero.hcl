scenario "fixture" { timeout = "0s" } # ERROR: Duration too short
