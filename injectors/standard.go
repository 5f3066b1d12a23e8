package injectors

// Standard returns the table of every fault, target and tap that gameday knows.
func Standard() Catalog {
	return Catalog{
		Kinds: []Kind{
			ec2TerminateKind(),
			ec2StopKind(),
			sqsBacklogKind(),
			cloudwatchAlarmStateKind(),
		},
		Targets: targets(),
		Taps: []Tap{
			snsTapRow(),
		},
	}
}
