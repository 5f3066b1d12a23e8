package experiments

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"gameday/internal/clock"
	"gameday/internal/signals"
)

// run is one experiment under way. Only strands of its clock touch it, one at a time, so it needs no locks.
type run struct {
	*Ready
	log     *log
	hold    func(ctx context.Context, fault string) error
	changed clock.Cond // notified whenever something happened that a waiting strand may care about
	ended   bool       // the timeout has no more say

	watches map[signals.Source]*watch
	taps    []*tap
	faults  []*fault
	asserts []*claim
	named   map[string]*claim
	guards  []*guard
	chains  []*chain
	checks  []*check

	looking  int        // how many fresh looks were asked for
	lookNow  clock.Cond // notified when one is
	touching bool       // the first fault was announced
	levers   []*killSwitch

	key       string // the access key with which AWS last said that the caller is the run's
	stopped   *StopError
	stoppedAt time.Time               // in AWS's time; what comes later comes because everything is reverted
	stopWork  context.CancelCauseFunc // ends injecting; never reverting
	deadline  time.Time               // of the whole run
	refused   string                  // why nothing was touched: a check did not hold, not armed
	trouble   error                   // what gameday could not do
	leftovers []Leftover
}

// Do runs the experiment to its end and returns the last event. It must be called on a strand. A ctx that ends with a
// *StopError stops the run and reverts everything.
func (r *Ready) Do(ctx context.Context, o Options) RunFinished {
	e := r.engine
	work, stopWork := context.WithCancelCause(ctx)
	defer stopWork(nil)
	watching, stopWatching := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWatching()
	run := &run{
		Ready: r, hold: o.Hold, log: &log{clock: e.Clock, journal: o.Journal, reporters: slices.Clone(o.Reporters), secrets: r.experiment.Secrets},
		watches: map[signals.Source]*watch{}, named: map[string]*claim{}, stopWork: stopWork, deadline: e.Clock.Now().Add(r.experiment.Timeout),
	}
	run.enlist()
	run.safely("start", func() { run.begin(o.ChecksOnly) })
	run.safely("look at kill switches", func() { run.watchSwitches(work, watching) })
	if run.refused == "" && run.stopped == nil {
		run.safely("arm", func() { run.arm(work, watching) })
	}
	if run.refused == "" && run.stopped == nil && !o.ChecksOnly {
		run.safely("inject", func() { run.respond(ctx, work) })
		stopWork(nil) // durations have no more say: all is reverted now
	}
	recovery := context.WithoutCancel(ctx)
	run.safely("settle", func() { run.awaitInjects(recovery) })
	run.safely("revert", func() { run.revertAll(recovery) })
	run.safely("recover", func() { run.watchOn(ctx, o.ChecksOnly) })
	stopWatching()
	run.safely("close taps", func() { run.closeTaps(recovery) })
	run.safely("judge", func() { run.decideRest(o.ChecksOnly) })
	return run.finish(o.ChecksOnly)
}

// begin writes the first two events. What follows can be understood and reverted from them.
func (r *run) begin(checksOnly bool) {
	x, e := r.experiment, r.engine
	sum := sha256.Sum256([]byte(x.Text))
	r.record(RunStarted{
		Format: "gameday.events/1", Run: e.Run, Mode: e.Mode, Version: e.Version, Scenario: x.Name, Description: x.Description,
		Hypothesis: x.Hypothesis, Owner: x.Owner, Playbook: x.Playbook, Labels: x.Labels, File: x.File, Text: x.Text,
		SHA256: hex.EncodeToString(sum[:]), Variables: x.Variables, Seed: int64(e.Seed), Account: r.Account,
		Region: e.Cloud.Config().Region, Profile: x.Place.Profile, RoleARN: x.Place.RoleARN, ExternalID: x.Place.ExternalID, EndpointURL: x.Place.EndpointURL,
		Timeout: Millis(x.Timeout), Tick: Millis(e.tick()), Policy: e.Policy.used(),
	})
	plan := r.Plan
	if checksOnly { // nothing is injected, so nothing can follow
		plan.Faults, plan.Assertions, plan.Chains = []PlannedFault{}, []Block{}, []PlannedChain{}
	}
	r.record(plan)
}

// record journals and shows an event. A journal that fails stops the run: what is not remembered must not be touched.
func (r *run) record(event Event) bool {
	if err := r.log.append(event); err != nil {
		r.stop(&StopError{Cause: StopJournal, Detail: "the journal cannot be written: " + err.Error()})
		return false
	}
	return true
}

// stop ends injecting, once: the first cause counts.
func (r *run) stop(cause *StopError) {
	if r.stopped != nil {
		return
	}
	r.stopped = cause
	now := r.engine.Clock.Now()
	r.stoppedAt = r.engine.toAWS(now, now).Earliest
	_ = r.log.append(RunStopping{Cause: cause.Cause, Detail: cause.Detail})
	r.stopWork(cause)
	r.notify()
}

// heed stops the run when its context ended or its time is over.
func (r *run) heed(ctx context.Context) {
	if !r.ended && !r.engine.Clock.Now().Before(r.deadline) {
		r.stop(&StopError{Cause: StopTimeout, Detail: fmt.Sprintf("the timeout of %s is over", r.experiment.Timeout)})
	}
	if r.stopped == nil && ctx.Err() != nil {
		cause := &StopError{}
		if !errors.As(context.Cause(ctx), &cause) {
			cause = &StopError{Cause: StopInterrupt, Detail: context.Cause(ctx).Error()}
		}
		r.stop(cause)
	}
}

func (r *run) notify() { r.engine.Clock.Notify(&r.changed) }

// await waits until done says so, evaluating whatever can be decided meanwhile. It returns early when the run is stopped.
func (r *run) await(ctx context.Context, done func() bool) {
	for {
		r.heed(ctx)
		r.evaluate()
		if done() || r.stopped != nil {
			return
		}
		until := r.engine.Clock.Now().Add(r.engine.tick())
		if !r.ended && r.deadline.Before(until) {
			until = r.deadline
		}
		_ = r.engine.Clock.Wait(ctx, &r.changed, until) // its error is heeded above
	}
}

// strand starts f on a strand of its own, whose panic stops the run and reverts.
func (r *run) strand(what string, f func()) {
	r.engine.Clock.Go(func() { r.safely(what, f) })
}

// safely runs f so that a bug in it cannot leave a fault behind.
func (r *run) safely(what string, f func()) {
	defer func() {
		if bug := recover(); bug != nil {
			r.trouble = errors.Join(r.trouble, fmt.Errorf("%s: panic: %v\n%s", what, bug, debug.Stack()))
			r.stop(&StopError{Cause: StopPanic, Detail: fmt.Sprintf("gameday has a bug: %s: %v", what, bug)})
			r.notify()
		}
	}()
	f()
}
