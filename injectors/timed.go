package injectors

import "time"

// Timed is implemented by faults that take a while to inject, and know how long before they begin.
type Timed interface {
	// Takes returns how long injecting takes at least; 0: that depends on AWS.
	Takes() time.Duration
}

// Takes returns how long it takes to send the messages at the rate asked for.
func (f *sqsBacklog) Takes() time.Duration {
	if f.PerSecond <= 0 {
		return 0
	}
	const longest = float64(1<<63 - 1)
	return time.Duration(min(float64(f.Messages)/f.PerSecond*float64(time.Second), longest/2))
}
