scenario "fixture" { owner = upper("the ${local.ownr}") } # ERROR: Unknown local
locals { owner = "team" }
