scenario "fixture" { owner = vars.owner } # ERROR: Unknown name
