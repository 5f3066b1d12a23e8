scenario "fixture" {}

locals {
  a = local.b # ERROR: Locals in a circle
  b = local.c
  c = local.a
}
