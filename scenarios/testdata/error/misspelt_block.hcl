scenario "fixture" {}

asert "cloudwatch_alarm" "x" {} # ERROR: Unsupported block type
