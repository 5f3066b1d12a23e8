scenario "fixture" {}

notify "webhook" "one" {
  on      = ["finished"]
  url     = env("HOOK")
  headers = { "Content-Type" = "text/plain" } # ERROR: Not a header
}

notify "webhook" "two" {
  on      = ["finished"]
  url     = env("HOOK")
  headers = { "X Team" = "a" } # ERROR: Not a header
}

notify "webhook" "three" {
  on      = ["finished"]
  url     = env("HOOK")
  headers = { X-Line = "a\nb" } # ERROR: Not a header
}
