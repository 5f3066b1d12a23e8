package cloud

import (
	"context"
	"time"
)

// Recorder notes when the mutating requests of one fault went out and were answered, by gameday's clock. The zero value
// is ready to use.
//
// A request that AWS refused before doing anything (throttled, denied, invalid) did not happen. One whose answer was lost,
// or that met a fault of AWS's, may have happened: it widens the intervals, and they rest on it alone where there is no
// other.
type Recorder struct {
	done, doubtful extent
	underway       int
}

// Record returns a context whose mutating requests r notes.
func Record(ctx context.Context, r *Recorder) context.Context {
	return context.WithValue(ctx, recorderKey{}, r)
}

type recorderKey struct{}

// First returns the interval in which the first change happened: from the sending of the earliest mutating request to the
// first answer. ok is false when there was none.
func (r *Recorder) First() (sent, answered time.Time, ok bool) {
	sent, answered = r.done.firstSent, r.done.firstAnswered
	if !r.done.any {
		sent, answered = r.doubtful.firstSent, r.doubtful.firstAnswered
	}
	if r.doubtful.any && r.doubtful.firstSent.Before(sent) {
		sent = r.doubtful.firstSent
	}
	return sent, answered, r.done.any || r.doubtful.any
}

// Last returns the interval in which the last change happened, as First does for the first.
func (r *Recorder) Last() (sent, answered time.Time, ok bool) {
	sent, answered = r.done.lastSent, r.done.lastAnswered
	if !r.done.any {
		sent, answered = r.doubtful.lastSent, r.doubtful.lastAnswered
	}
	if r.doubtful.any && r.doubtful.lastAnswered.After(answered) {
		answered = r.doubtful.lastAnswered
	}
	return sent, answered, r.done.any || r.doubtful.any
}

// Touched says whether a mutating request went out that AWS may have obeyed. It is true while one is under way.
func (r *Recorder) Touched() bool { return r.underway > 0 || r.done.any || r.doubtful.any }

// extent is the hull of requests: the first and last times at which one was sent, and answered.
type extent struct {
	firstSent, firstAnswered time.Time
	lastSent, lastAnswered   time.Time
	any                      bool
}

func (e *extent) add(sent, answered time.Time) {
	if !e.any {
		*e = extent{sent, answered, sent, answered, true}
		return
	}
	e.firstSent, e.firstAnswered = earlier(e.firstSent, sent), earlier(e.firstAnswered, answered)
	e.lastSent, e.lastAnswered = later(e.lastSent, sent), later(e.lastAnswered, answered)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
