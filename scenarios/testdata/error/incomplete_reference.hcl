scenario "fixture" { owner = jsonencode(var) } # ERROR: Incomplete reference
