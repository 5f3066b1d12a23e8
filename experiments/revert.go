package experiments

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gameday/injectors"
	"gameday/internal/cloud"
)

// revertLimit is how long one revert may take, in the clock's time.
const revertLimit = 30 * time.Minute

// revertAll takes back every fault that may be live, newest first, all of them even when one fails.
func (r *run) revertAll(ctx context.Context) {
	faults := slices.Clone(r.faults)
	slices.SortStableFunc(faults, func(a, b *fault) int { return cmp.Compare(b.order, a.order) })
	for _, f := range faults {
		if !f.live() || f.state == stuck || f.Kind.Irreversible {
			continue
		}
		r.safely("look back at "+f.Name, func() { r.lookBack(ctx, f) })
		for f.state == reverting { // its duration ended meanwhile
			_ = r.engine.Clock.Wait(ctx, &r.changed, time.Time{}) // ctx does not end
		}
		if f.live() && f.state != stuck {
			r.safely("revert "+f.Name, func() { r.revert(ctx, f) })
		}
	}
}

// lookBack has every level looked at before a revert that a claim counts from, so that what changes before the next tick is
// known to have come after it.
func (r *run) lookBack(ctx context.Context, f *fault) {
	awaited := slices.ContainsFunc(r.asserts, func(c *claim) bool {
		return c.Since == Ref{Type: RefInject, Name: f.Name, Edge: EdgeReverted}
	})
	if awaited && r.stopped == nil {
		f.lookedBack = r.look(ctx)
	}
}

// revert takes back one fault and verifies it. What cannot be taken back is a leftover.
func (r *run) revert(ctx context.Context, f *fault) {
	f.state = reverting
	ctx, cancel := r.engine.Clock.WithDeadline(ctx, r.engine.Clock.Now().Add(revertLimit))
	defer cancel()
	defer r.notify()
	defer func() {
		if f.state == reverting { // this panics
			r.abandon(f, errors.New("gameday has a bug"))
		}
	}()
	_ = r.log.append(FaultReverting{Name: f.Name})
	sent := r.engine.Clock.Now()
	note, err := r.asOurselves(ctx, func() (string, error) {
		return f.injector.Revert(cloud.Record(ctx, &f.revertCalls), f.plan)
	})
	if err != nil {
		r.abandon(f, err)
		return
	}
	m := r.engine.toAWS(sent, r.engine.Clock.Now())
	if sent, answered, ok := f.revertCalls.Last(); ok {
		m = r.engine.toAWS(sent, answered)
	}
	f.state, f.reverted = reverted, &m
	_ = r.log.append(FaultReverted{Name: f.Name, Moment: m, Note: note})
}

// abandon notes that a fault could not be reverted and may still be live.
func (r *run) abandon(f *fault, err error) {
	f.state = stuck
	left := leftover("inject."+f.Name, f.plan, err)
	r.leftovers = append(r.leftovers, left)
	_ = r.log.append(FaultRevertFailed{Name: f.Name, Error: err.Error(), Left: left.Left})
}

// leftover says what is still out there after a revert that did not succeed.
func leftover(what string, plan injectors.Plan, err error) Leftover {
	left := Leftover{What: what, Left: append([]string{}, plan.Targets...), Reason: err.Error()}
	var known *injectors.LeftoverError
	if errors.As(err, &known) {
		left.Left, left.Reason = append([]string{}, known.Left...), known.Why
	}
	return left
}

// watchOn watches on after the revert, for the claims that wait for it.
func (r *run) watchOn(ctx context.Context, checksOnly bool) {
	if checksOnly || r.refused != "" || r.stopped != nil || len(r.watches) == 0 && len(r.sources) > 0 {
		return
	}
	if r.settled(true) { // nothing is asked any more, so the timeout has no more say
		r.deadline = r.engine.Clock.Now().Add(revertLimit)
	}
	r.await(ctx, func() bool { return r.settled(true) && r.guardsSeen() })
}

// decideRest says of every claim that is still open why it could not be decided.
func (r *run) decideRest(checksOnly bool) {
	r.ended = true
	if checksOnly {
		return
	}
	r.evaluate()
	reason, detail := Halted, "the run ended before it was decided"
	if r.stopped != nil {
		detail = r.stopped.Detail
	}
	if r.refused != "" && r.stopped == nil {
		reason, detail = Skipped, r.refused
	}
	for _, c := range r.asserts {
		if c.decision == nil {
			r.decide(c, decision{verdict: Inconclusive, reason: reason}, detail)
		}
	}
	for _, c := range r.chains {
		if !c.decided {
			r.weighChain(c)
		}
		if !c.decided {
			r.decideChain(c, nil, decision{verdict: Inconclusive, reason: reason}, detail)
		}
	}
}

// finish closes the journal with how far everything was seen, and the verdict of the run.
func (r *run) finish(checksOnly bool) RunFinished {
	for _, source := range r.sources {
		if w := r.watches[source]; w != nil && !w.until.IsZero() {
			_ = r.log.append(SeenUntil{Source: source, Until: w.until})
		}
	}
	verdict, code := r.verdict(checksOnly)
	finished := RunFinished{
		Verdict: verdict, ExitCode: code, Leftovers: append([]Leftover{}, r.leftovers...), APICalls: r.engine.Cloud.Calls(),
	}
	if r.trouble != nil {
		finished.Error, finished.Hint = r.trouble.Error(), cloud.Hint(r.trouble)
	} else if r.log.err != nil {
		finished.Error, finished.Hint = fmt.Sprintf("write the journal: %v", r.log.err), cloud.Hint(r.log.err)
	}
	_ = r.log.append(finished)
	return finished
}

// verdict is the worst of all there is.
func (r *run) verdict(checksOnly bool) (Verdict, ExitCode) {
	if len(r.leftovers) > 0 {
		return NotReverted, ExitNotReverted
	}
	verdict := Passed
	if r.stopped != nil {
		verdict = r.stopped.Cause.verdict()
	}
	if r.refused != "" || r.trouble != nil || r.log.err != nil || !r.looked(checksOnly) {
		verdict = Worst(verdict, Inconclusive)
	}
	for _, c := range r.asserts {
		if c.decision != nil {
			verdict = Worst(verdict, c.decision.verdict)
		}
	}
	for _, c := range r.chains {
		if c.decided {
			verdict = Worst(verdict, c.verdict)
		}
	}
	return verdict, r.exit(verdict)
}

// exit is the exit code of a verdict.
func (r *run) exit(verdict Verdict) ExitCode {
	switch verdict {
	case Passed:
		return ExitPassed
	case Failed:
		return ExitFailed
	case Stopped:
		return ExitStopped
	case Interrupted:
		if r.stopped.Cause == StopTerminate {
			return ExitTerminated
		}
		return ExitInterrupted
	}
	return ExitInconclusive
}

// looked says whether the run looked at anything at all: what asks nothing must not pass.
func (r *run) looked(checksOnly bool) bool {
	if checksOnly {
		return len(r.checks) > 0
	}
	return len(r.asserts)+len(r.guards) > 0
}
