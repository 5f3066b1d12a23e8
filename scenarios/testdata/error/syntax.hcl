scenario "fixture" { # ERROR: Unclosed configuration block
