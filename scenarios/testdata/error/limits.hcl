scenario "fixture" {}

limits {
  max_targets  = 0                    # ERROR: Number out of range
  max_percent  = 101                  # ERROR: Number out of range
  never_tags   = "critical"           # ERROR: Wrong type
  irreversible = "perhaps"            # ERROR: Wrong type
  kill_switch  = "sqs:/gameday/stop"  # ERROR: Not a kill switch
  max_groups   = length(target.x.ids) # ERROR: Unsupported argument
}
