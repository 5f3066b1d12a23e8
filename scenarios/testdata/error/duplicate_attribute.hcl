scenario "fixture" {
  owner = "a"
  owner = "b" # ERROR: Attribute redefined
}
