package experiments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gameday/internal/killswitch"
)

// looksUnclear is after how many looks without an answer a kill switch counts as engaged.
const looksUnclear = 3

// killSwitch is a kill switch that somebody named, and what it said last.
type killSwitch struct {
	limits  *Limits
	unclear int // how many looks in a row had no answer
}

// switches are the kill switches that the limits name, each once.
func (r *Ready) switches() []*killSwitch {
	var all []*killSwitch
	named := map[string]bool{}
	for _, l := range r.limits() {
		if l.KillSwitch != "" && !named[l.KillSwitch] {
			named[l.KillSwitch] = true
			all = append(all, &killSwitch{limits: l})
		}
	}
	return all
}

// look reads the switch. It returns nil when it is known not to be engaged.
func (s *killSwitch) look(ctx context.Context, e *Engine) *Violation {
	ctx, done := e.Clock.WithDeadline(ctx, e.Clock.Now().Add(max(e.tick(), defaultTick)))
	defer done()
	address := s.limits.KillSwitch
	engaged, err := killswitch.Engaged(ctx, e.Cloud.Config(), address)
	switch {
	case err != nil:
		s.unclear++
		v := s.limits.broken(RuleKillSwitch, "", "see to it that the caller may read it; what cannot be read counts as engaged",
			"the kill switch %s cannot be read: %v", address, err)
		return &v
	case engaged:
		v := s.limits.broken(RuleKillSwitch, "", "ask who engaged it, and wait until it is released", "the kill switch %s is engaged", address)
		return &v
	}
	s.unclear = 0
	return nil
}

// watchSwitches looks at the kill switches before anything is touched, and goes on looking every tick until ctx ends.
func (r *run) watchSwitches(ctx, watching context.Context) {
	r.levers = r.switches()
	for _, s := range r.levers {
		v := s.look(ctx, r.engine)
		if v == nil {
			continue
		}
		if s.unclear > 0 {
			r.refuse(ctx, &LimitError{[]Violation{*v}})
		} else {
			r.stop(&StopError{Cause: StopKillSwitch, Detail: v.String()})
		}
		return
	}
	for _, s := range r.levers {
		r.strand("kill switch "+s.limits.KillSwitch, func() {
			for r.engine.Clock.Sleep(watching, r.engine.tick()) == nil {
				r.obey(watching, s)
			}
		})
	}
}

// obey looks at a switch again, and stops the run when it is engaged or cannot be read for three looks.
func (r *run) obey(ctx context.Context, s *killSwitch) {
	now := r.engine.Clock.Now()
	if r.touching && r.afterAll(r.engine.toAWS(now, now)) {
		return // nothing is live any more
	}
	before := s.unclear
	v := s.look(ctx, r.engine)
	if ctx.Err() != nil {
		return
	}
	switch {
	case v == nil:
		if before > 0 {
			r.notify()
		}
	case s.unclear == 0:
		r.stop(&StopError{Cause: StopKillSwitch, Detail: v.String()})
	case s.unclear >= looksUnclear:
		r.stop(&StopError{Cause: StopKillSwitch, Detail: fmt.Sprintf("%s, at %d looks in a row", v, s.unclear)})
	}
}

// awaitSwitches waits while a switch's last look had no answer: no fault begins then.
func (r *run) awaitSwitches(ctx context.Context) error {
	for _, s := range r.levers {
		for s.unclear > 0 && r.stopped == nil {
			if err := r.engine.Clock.Wait(ctx, &r.changed, time.Time{}); err != nil {
				return errors.Join(err, context.Cause(ctx))
			}
		}
	}
	if r.stopped != nil {
		return r.stopped
	}
	return nil
}
