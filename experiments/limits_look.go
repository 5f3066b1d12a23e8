package experiments

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gameday/injectors"
)

// weigh judges the plan of the whole run, before anything is touched. Rules about time are warnings: whoever begins a run
// asks MayBegin.
func (r *Ready) weigh(ctx context.Context) error {
	var faults []judged
	for _, fault := range r.experiment.Faults {
		faults = append(faults, judged{Fault: fault, plan: r.plans[fault.Name]})
	}
	broken := r.judge(ctx, faults, func(t PlannedTarget) int { return t.Matched })
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	for _, v := range r.untimely() {
		r.Plan.Warnings = append(r.Plan.Warnings, Warning{
			Summary: "a run would be refused now", Detail: v.String() + ".", Where: v.Where,
		})
	}
	return refusal(broken)
}

// untimely finds rules about time that a fault would break now.
func (r *Ready) untimely() []Violation {
	var broken []Violation
	for _, l := range r.limits() {
		broken = append(broken, l.timely(r.engine.Clock.Now())...)
	}
	return broken
}

// MayBegin returns a *LimitError while a kill switch is engaged or cannot be read, and where faults would really be
// injected, while rules about time forbid it. It must be called on a strand.
func (r *Ready) MayBegin(ctx context.Context, checksOnly bool) error {
	var broken []Violation
	if r.engine.Mode == ModeRun && !checksOnly && len(r.experiment.Faults) > 0 {
		broken = r.untimely()
	}
	for _, s := range r.switches() {
		if v := s.look(ctx, r.engine); v != nil {
			broken = append(broken, *v)
		}
	}
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	return refusal(broken)
}

// weighAgain judges one fault right before it is injected, by what AWS says now.
func (r *run) weighAgain(ctx context.Context, f *fault, plan injectors.Plan) error {
	var failed error
	broken := r.judge(ctx, []judged{{Fault: f.Fault, plan: plan}}, func(t PlannedTarget) int {
		n, err := r.matchedNow(ctx, t)
		failed = errors.Join(failed, err)
		return n
	})
	if r.engine.Mode == ModeRun {
		broken = append(broken, r.untimely()...)
	}
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if failed != nil {
		return failed
	}
	return refusal(broken)
}

// matchedNow counts what a target's query matches now, and what it would match were it not for the faults so far.
func (r *run) matchedNow(ctx context.Context, target PlannedTarget) (int, error) {
	found, err := r.queries[target.Name].Resolve(ctx)
	if err != nil {
		return 0, fmt.Errorf("resolve target.%s again: %w", target.Name, err)
	}
	var all []string
	for _, resource := range found {
		all = append(all, resource.ARN)
	}
	for _, f := range r.faults {
		for _, touched := range f.plan.Targets {
			if f.touched && slices.Contains(target.ARNs, touched) {
				all = append(all, touched)
			}
		}
	}
	slices.Sort(all)
	return len(slices.Compact(all)), nil
}

// permitted stops the run unless the caller is still who it was, the limits allow the fault, and no kill switch is engaged.
func (r *run) permitted(ctx context.Context, f *fault, plan injectors.Plan) error {
	if err := r.recognise(ctx); err != nil {
		return err
	}
	if err := r.weighAgain(ctx, f, plan); err != nil {
		limit := &LimitError{}
		if !errors.As(err, &limit) {
			return err
		}
		r.stop(&StopError{Cause: StopLimits, Detail: limit.Violations[0].String()})
		return r.stopped
	}
	return r.awaitSwitches(ctx)
}
