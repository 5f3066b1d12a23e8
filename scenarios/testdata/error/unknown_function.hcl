scenario "fixture" { owner = uper("x") } # ERROR: Call to unknown function
