# An instance dies, and its Auto Scaling group replaces it without anybody's help.
#
# What it teaches: a target is a query that is resolved once, before anything is touched; pick takes one of what it found,
# at random from the run's seed. A level counts from the first change from false to true after the fault: the group is
# whole before, so it first has to be seen incomplete. The fault's output tells a second assertion which instance it was.
#
# Reckoning: noticed in 15 to 30 s, replaced 60 to 90 s later, seen at most one look (5 s) late: 125 s at worst.
#
# Expected verdict: passed

scenario "instance-termination" {
  description = "One web server is terminated."
  hypothesis  = "If a web server dies, the group has replaced it within 3 minutes, and customers notice nothing."
  timeout     = "15m"
}

aws {
  region   = "eu-west-1"
  accounts = ["111122223333"]
}

target "ec2_instances" "one" {
  tags = { app = "web" }
  pick { count = 1 }
}

check "autoscaling_group" "whole" {
  group_name = "web"
}

guard "cloudwatch_alarm" "customers" {
  alarm_name = "web-errors"
  state      = "OK"
}

inject "ec2_terminate" "kill" {
  instance_ids = target.one.ids
}

assert "ec2_instances" "gone" {
  instance_ids = inject.kill.instance_ids
  state        = "terminated"
  within       = "2m"
}

assert "autoscaling_group" "replaced" {
  group_name = "web"
  within     = "3m"
  holds_for  = "30s"
}
