scenario "fixture" {
  owner    = local.a
  playbook = local.a
}

locals {
  a = tonumber("x") # ERROR: Invalid function argument
}
