package injectors

// targets returns the table of queries that find what a fault touches, one file each. They only read.
func targets() []TargetKind {
	return []TargetKind{
		ec2InstancesTarget(),
	}
}
