scenario "fixture" {}

limits {
  max_targets = 1
}

limits { # ERROR: Duplicate limits block
  max_targets = 2
}
