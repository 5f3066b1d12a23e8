package assertions

// Standard returns the table of the kinds of assertions that scenarios can use.
func Standard() Catalog {
	return Catalog{
		cloudwatchAlarm(),
		autoscalingGroup(),
		ec2Instances(),
		sqsQueue(),
		snsMessage(),
		ssmAutomation(),
	}
}
