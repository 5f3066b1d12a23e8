# ERROR: Missing sandbox block

sns_topic "a" {}
