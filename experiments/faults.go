package experiments

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gameday/injectors"
	"gameday/internal/cloud"
	"gameday/internal/signals"
)

// fault is one inject block of a run.
type fault struct {
	Fault
	plan        injectors.Plan
	injector    injectors.Injector
	state       stage
	announced   bool // in the journal, which then needs to know how it ended
	touched     bool // a mutating request may have been sent
	failed      bool // not, or not wholly, injected
	began       *signals.Moment
	done        *signals.Moment
	reverted    *signals.Moment
	looked      time.Time // when every level was looked at right before, in AWS's time
	lookedBack  time.Time // and right before the revert
	recorder    cloud.Recorder
	revertCalls cloud.Recorder
	order       int // of injecting
}

// stage is how far a fault has come.
type stage int

const (
	pending    stage = iota
	skipped          // what it waits for never came, or the run stopped before
	announcing       // the journal is being told
	injecting        // announced in the journal
	injected
	broken // not, or not wholly, injected
	reverting
	reverted
	stuck // could not be reverted
)

// live says whether the fault may act on AWS now.
func (f *fault) live() bool {
	switch f.state {
	case injecting, injected, reverting, stuck:
		return true
	case broken:
		return f.touched
	}
	return false
}

// respond starts every fault on a strand of its own and watches until every assertion is decided that need not wait for a
// revert.
func (r *run) respond(ctx, work context.Context) {
	for _, f := range r.faults {
		r.strand("inject "+f.Name, func() { r.live(work, f) })
	}
	r.await(ctx, func() bool {
		for _, f := range r.faults {
			lasts := len(r.asserts) == 0 && f.state == injected && f.Duration > 0 && !f.Kind.Irreversible
			if f.state == pending || f.state == announcing || f.state == injecting || lasts {
				return false
			}
		}
		return r.settled(false)
	})
}

// settled says whether every claim is decided, but for those that wait for a revert at the end of the run.
func (r *run) settled(recovered bool) bool {
	for _, c := range r.asserts {
		if c.decision == nil && (recovered || !r.awaitsRevert(c.Since)) {
			return false
		}
	}
	return true
}

// live leads one fault through its life: wait, inject, and where it has a duration, revert.
func (r *run) live(ctx context.Context, f *fault) {
	defer r.notify()
	defer func() {
		if f.state == announcing || f.state == injecting { // Inject panicked: nobody knows what it touched
			f.state, f.touched = broken, true
		}
	}()
	if !r.awaitTurn(ctx, f) {
		f.state = skipped
		return
	}
	if err := r.inject(ctx, f); err != nil {
		r.fail(ctx, f, err)
		return
	}
	if f.Duration > 0 && !f.Kind.Irreversible && r.engine.Clock.Sleep(ctx, f.Duration) == nil {
		r.lookBack(ctx, f)
		if f.state == injected { // a stop may have reverted it meanwhile
			r.revert(context.WithoutCancel(ctx), f)
		}
	}
}

// awaitTurn waits for what the fault comes after, and its delay. It returns false when its turn will never come.
func (r *run) awaitTurn(ctx context.Context, f *fault) bool {
	for _, ref := range f.After {
		for {
			state := r.turn(ref)
			if state == never || r.stopped != nil || r.refused != "" {
				return false
			}
			if state == known {
				break
			}
			if r.engine.Clock.Wait(ctx, &r.changed, time.Time{}) != nil {
				return false
			}
		}
	}
	return r.engine.Clock.Sleep(ctx, f.Delay) == nil && r.refused == ""
}

// turn says whether what a fault waits for is over: x injected, y come.
func (r *run) turn(ref Ref) coming {
	if ref.Type == RefInject && ref.Edge == EdgeBegun {
		ref.Edge = EdgeDone
	}
	_, state := r.moment(ref)
	return state
}

// errRefused says that a check did not hold any more when the first fault was about to be injected.
var errRefused = errors.New("a check does not hold any more")

// inject plans again, looks again, announces, and only then touches.
func (r *run) inject(ctx context.Context, f *fault) error {
	if r.hold != nil {
		if err := r.hold(ctx, f.Name); err != nil {
			return err
		}
	}
	injector, err := f.Build(r.known, r.engine.env("inject."+f.Name))
	if err != nil {
		return err
	}
	plan, err := injector.Plan(ctx)
	if err != nil {
		return fmt.Errorf("plan again: %w", err)
	}
	if !slices.Equal(plan.Targets, f.plan.Targets) {
		return fmt.Errorf("the targets are not the same any more: %v were planned, now %v match", f.plan.Targets, plan.Targets)
	}
	if err := r.permitted(ctx, f, plan); err != nil {
		return err
	}
	f.looked = r.look(ctx)
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if unseen := r.unseen(f.looked); unseen != "" {
		return fmt.Errorf("%s cannot be seen, so nothing is touched", unseen)
	}
	if !r.touching && !r.recheck() {
		return errRefused
	}
	r.evaluate() // a guard may have broken while we looked
	f.plan, f.injector, f.announced, f.state = plan, injector, true, announcing
	if !r.record(FaultPlanned{Name: f.Name, Kind: f.Kind.Name, Plan: plan}) || !r.record(FaultInjecting{Name: f.Name}) {
		return r.log.err
	}
	if r.stopped != nil {
		return r.stopped
	}
	r.touching, f.state, f.order = true, injecting, r.log.seq
	f.touched = true
	err = injector.Inject(cloud.Record(ctx, &f.recorder), plan)
	f.touched = f.recorder.Touched()
	if f.touched {
		r.timeFault(f)
	}
	if err != nil {
		return err
	}
	if !f.touched { // it found nothing left to do: it began when it ended
		r.timeFault(f)
	}
	f.state = injected
	r.record(FaultInjected{Name: f.Name, Began: *f.began, Done: *f.done})
	r.notify()
	return nil
}

// timeFault reads from the recorder when the fault began and ended. A fault that sent nothing began when it ended: now.
func (r *run) timeFault(f *fault) {
	now := r.engine.Clock.Now()
	first, last := r.engine.toAWS(now, now), r.engine.toAWS(now, now)
	if sent, answered, ok := f.recorder.First(); ok {
		first = r.engine.toAWS(sent, answered)
	}
	if sent, answered, ok := f.recorder.Last(); ok {
		last = r.engine.toAWS(sent, answered)
	}
	f.began, f.done = &first, &last
}

// fail notes that a fault was not wholly injected, and takes back at once what was.
func (r *run) fail(ctx context.Context, f *fault, err error) {
	f.state, f.failed = broken, true
	stopped := &StopError{}
	halted := errors.As(err, &stopped) || errors.Is(err, errRefused)
	if errors.Is(err, errRefused) {
		r.stopWork(errRefused)
	}
	if halted && !f.announced {
		f.state = skipped
	} else {
		r.record(FaultFailed{Name: f.Name, Error: err.Error(), Touched: f.touched, Began: f.began})
		if !halted && r.log.err == nil {
			r.trouble = errors.Join(r.trouble, fmt.Errorf("inject.%s: %w", f.Name, err))
		}
	}
	r.notify()
	if f.state == broken && f.touched && !f.Kind.Irreversible && r.stopped == nil {
		r.revert(context.WithoutCancel(ctx), f)
	}
}

// awaitInjects waits for every Inject that is under way to return: a stop comes between two mutating calls, never within one.
func (r *run) awaitInjects(ctx context.Context) {
	if r.refused != "" && r.stopped == nil {
		r.stopWork(errRefused)
	}
	for {
		busy := false
		for _, f := range r.faults {
			busy = busy || f.state == announcing || f.state == injecting || f.state == reverting
		}
		if !busy {
			return
		}
		_ = r.engine.Clock.Wait(ctx, &r.changed, time.Time{}) // ctx does not end
	}
}
