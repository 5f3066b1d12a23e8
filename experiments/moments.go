package experiments

import (
	"time"

	"gameday/internal/signals"
)

// coming is whether a moment that others wait for is known.
type coming int

const (
	notYet coming = iota
	known
	never
)

// moment returns the moment that a reference means, as far as it is known.
func (r *run) moment(ref Ref) (signals.Moment, coming) {
	if ref.Type == RefInject {
		return r.edge(r.faultOf(ref.Name), ref.Edge)
	}
	c := r.named[ref.Name]
	switch {
	case c == nil:
		return signals.Moment{}, never
	case c.Expect != Happens: // of a window, the moment is its start
		return r.moment(c.Since)
	case c.decision == nil:
		return signals.Moment{}, notYet
	case c.decision.moment == nil || c.decision.doubtful:
		return signals.Moment{}, never
	}
	return *c.decision.moment, known
}

// faultOf returns the fault of that name; nil when there is none.
func (r *run) faultOf(name string) *fault {
	for _, f := range r.faults {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// edge returns a moment of a fault's life. One that failed never wholly began, so nothing counts from it.
func (r *run) edge(f *fault, edge Edge) (signals.Moment, coming) {
	if f == nil || f.failed && edge != EdgeReverted {
		return signals.Moment{}, never
	}
	m, over := f.began, f.state == skipped
	switch edge {
	case EdgeDone:
		m, over = f.done, over || f.state == broken || f.state == reverted && f.done == nil
	case EdgeReverted:
		m, over = f.reverted, over || f.Kind.Irreversible || f.state == stuck
	default:
		if m == nil {
			m = r.beginning(f)
		}
		over = over || f.state == broken && m == nil
	}
	switch {
	case m != nil:
		return *m, known
	case over:
		return signals.Moment{}, never
	}
	return signals.Moment{}, notYet
}

// beginning is when a fault that is still being injected began: from the sending of its first mutating request to its answer.
func (r *run) beginning(f *fault) *signals.Moment {
	sent, answered, ok := f.recorder.First()
	if !ok {
		return nil
	}
	m := r.engine.toAWS(sent, answered)
	return &m
}

// firstSent is when the first fault began, at the earliest; zero while none has.
func (r *run) firstSent() time.Time {
	var first time.Time
	for _, f := range r.faults {
		m := f.began
		if m == nil {
			m = r.beginning(f)
		}
		if m != nil && (first.IsZero() || m.Earliest.Before(first)) {
			first = m.Earliest
		}
	}
	return first
}

// lookedBefore is when every level was looked at right before the moment that a reference means; zero where nobody did.
func (r *run) lookedBefore(ref Ref) time.Time {
	f := r.faultOf(ref.Name)
	switch {
	case ref.Type != RefInject || f == nil:
		return time.Time{}
	case ref.Edge == EdgeBegun:
		return f.looked
	case ref.Edge == EdgeReverted:
		return f.lookedBack
	}
	return time.Time{}
}

// sent is when, by gameday's clock, it sent the request that a reference means; zero where it sent none.
func (r *run) sent(ref Ref) (sent time.Time) {
	f := r.faultOf(ref.Name)
	if ref.Type != RefInject || f == nil {
		return sent
	}
	switch ref.Edge {
	case EdgeDone:
		sent, _, _ = f.recorder.Last()
	case EdgeReverted:
		sent, _, _ = f.revertCalls.Last()
	default:
		sent, _, _ = f.recorder.First()
	}
	return sent
}

// awaitsRevert says whether a reference means, or waits for something that means, the revert of a fault.
func (r *run) awaitsRevert(ref Ref) bool {
	for ref.Type == RefAssert {
		ref = r.named[ref.Name].Since
	}
	return ref.Type == RefInject && ref.Edge == EdgeReverted && !r.revertsAlone(ref.Name)
}

// revertsAlone says whether a fault is reverted in mid-run, after its duration.
func (r *run) revertsAlone(name string) bool {
	f := r.faultOf(name)
	return f != nil && f.Duration > 0
}
