package signals

import "time"

// Stamp returns the moment that a time given by AWS stands for. AWS cuts times to milliseconds or to whole seconds; one
// without a fraction may be either, so it is taken for the coarser.
func Stamp(t time.Time) Moment {
	t = t.UTC()
	if t.Nanosecond() == 0 {
		return Moment{Earliest: t, Latest: t.Add(time.Second)}
	}
	return StampMillis(t)
}

// StampMillis returns the moment that a time given by AWS stands for where it is known to be cut to milliseconds.
func StampMillis(t time.Time) Moment {
	t = t.UTC().Truncate(time.Millisecond)
	return Moment{Earliest: t, Latest: t.Add(time.Millisecond)}
}
