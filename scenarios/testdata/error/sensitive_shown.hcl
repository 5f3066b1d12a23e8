scenario "fixture" { owner = env("HOME_TEAM") } # ERROR: Sensitive value
