scenario "fixture" { owner = "sre" } # WARNING: Proves nothing
