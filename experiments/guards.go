package experiments

import (
	"context"
	"fmt"
	"time"

	"gameday/assertions"
	"gameday/internal/signals"
)

// guard is one guard of a run: from the first fault until the last is reverted it must hold.
type guard struct {
	Claim
	assertion assertions.Assertion
	watches   []*watch
	timeline
	broken bool
}

// check is one check of a run: it must hold before the first fault.
type check struct {
	Claim
	assertion assertions.Assertion
	watches   []*watch
	timeline
}

// state returns a level as it was last seen.
func (t *timeline) state() (assertions.Change, bool) {
	if len(t.changes) == 0 {
		return assertions.Change{}, false
	}
	return t.changes[len(t.changes)-1], true
}

// evaluateChecks waits for every check, each up to its within, and then looks at the guards once.
func (r *run) evaluateChecks(ctx context.Context) {
	began := r.engine.Clock.Now()
	for _, c := range r.checks {
		c.watches = r.watchesOf(c.assertion)
		limit := began.Add(c.Within)
		for !r.holds(c) && r.engine.Clock.Now().Before(limit) {
			if err := r.engine.Clock.Wait(ctx, &r.changed, limit); err != nil {
				r.heed(ctx)
				return
			}
		}
		r.decideCheck(c)
	}
	r.watchGuards()
}

func (r *run) holds(c *check) bool {
	c.fold(c.assertion, c.watches)
	change, seen := c.state()
	return seen && change.Holds
}

func (r *run) decideCheck(c *check) {
	holds := r.holds(c)
	change, seen := c.state()
	event := CheckDecided{Name: c.Name, Verdict: Passed, Observed: change.Observed}
	if !holds {
		event.Verdict = Failed
		event.Reason = Missed
		if !seen {
			event.Verdict, event.Reason = Inconclusive, Blind
		}
		if r.refused == "" {
			r.refused = fmt.Sprintf("check.%s does not hold: %s", c.Name, change.Observed)
		}
	}
	r.record(event)
}

// recheck looks at the checks again right before the first fault.
func (r *run) recheck() bool {
	for _, c := range r.checks {
		if !r.holds(c) {
			r.decideCheck(c)
		}
	}
	return r.refused == ""
}

// watchGuards stops the run when a guard breaks, or cannot be seen for three looks, while a fault may be live.
func (r *run) watchGuards() {
	for _, g := range r.guards {
		if g.broken || r.stopped != nil && r.allReverted() {
			continue
		}
		if g.watches == nil {
			g.watches = r.watchesOf(g.assertion)
		}
		if event, broken := r.inspect(g); broken {
			g.broken = true
			r.record(event)
			r.stop(&StopError{Cause: StopGuard, Detail: fmt.Sprintf("guard.%s is broken: %s", g.Name, event.Observed)})
		}
	}
}

func (r *run) inspect(g *guard) (GuardBroken, bool) {
	event := GuardBroken{Name: g.Name, Reason: DidNotStay}
	for _, w := range g.watches {
		dark := r.touching && (w.dark || w.failed != nil) && !r.afterAll(signals.Moment{Earliest: w.until})
		if dark || r.lostSinceFault(w) {
			event.Reason, event.Observed = Blind, w.source.Subject+" cannot be seen"
			return event, true
		}
	}
	g.fold(g.assertion, g.watches)
	first := r.firstSent()
	changes := r.meant(g.Kind.Shape, g.changes)
	for i, change := range changes {
		last := i == len(changes)-1
		bad := change.Holds == (g.Kind.Shape == assertions.Event)
		during := !first.IsZero() && !change.At.Latest.Before(first)
		standing := g.Kind.Shape == assertions.Level && last
		if bad && (during || standing) && !r.afterAll(change.At) {
			if g.Kind.Shape == assertions.Event {
				event.Reason = Happened
			}
			event.Observed, event.Moment = change.Observed, &changes[i].At
			return event, true
		}
	}
	return event, false
}

// lostSinceFault says whether a part of what happened to a source since the first fault will never be known.
func (r *run) lostSinceFault(w *watch) bool {
	first := r.firstSent()
	for _, b := range w.blind {
		if !first.IsZero() && first.Before(b.Latest) && !r.afterAll(b) {
			return true
		}
	}
	return false
}

// afterAll says whether a moment came after the last fault was reverted, when guards have no more say.
func (r *run) afterAll(m signals.Moment) bool {
	var last time.Time
	for _, f := range r.faults {
		if f.live() || f.state == pending || f.state == announcing {
			return false
		}
		if f.reverted != nil && f.reverted.Latest.After(last) {
			last = f.reverted.Latest
		}
	}
	return !last.IsZero() && m.Earliest.After(last)
}

func (r *run) allReverted() bool {
	for _, f := range r.faults {
		if f.live() {
			return false
		}
	}
	return true
}

// guardsSeen says whether every guard was seen until the last fault was over: only then is its silence worth something.
func (r *run) guardsSeen() bool {
	var over time.Time
	for _, f := range r.faults {
		for _, m := range []*signals.Moment{f.done, f.reverted} {
			if m != nil && m.Latest.After(over) {
				over = m.Latest
			}
		}
	}
	for _, g := range r.guards {
		for _, w := range g.watches {
			if w.until.Before(over) {
				return false
			}
		}
	}
	return true
}

// unseen names a guard or, before the first fault, a check that could not be seen when a fault was about to be injected.
func (r *run) unseen(looked time.Time) string {
	blind := func(assertion assertions.Assertion) bool {
		for _, w := range r.watchesOf(assertion) {
			if w.dark || w.failed != nil || looked.IsZero() && !w.tapped {
				return true
			}
		}
		return false
	}
	for _, g := range r.guards {
		if blind(g.assertion) {
			return "guard." + g.Name
		}
	}
	for _, c := range r.checks {
		if !r.touching && blind(c.assertion) {
			return "check." + c.Name
		}
	}
	return ""
}
