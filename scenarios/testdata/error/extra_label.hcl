scenario "a" "b" {} # ERROR: Extraneous label for scenario
