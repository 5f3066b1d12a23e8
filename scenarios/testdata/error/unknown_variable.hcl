scenario "fixture" { owner = var.ownr } # ERROR: Unknown variable
variable "owner" { default = "team" }
locals { o = var.owner }
