scenario "fixture" { owner = local.ownr } # ERROR: Unknown local
locals { owner = "team" }
