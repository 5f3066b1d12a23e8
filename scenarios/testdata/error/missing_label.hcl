scenario "fixture" {}

inject "sqs_backlog" {} # ERROR: Missing name for inject
