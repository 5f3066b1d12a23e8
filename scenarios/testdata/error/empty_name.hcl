scenario " " {} # ERROR: Invalid name
