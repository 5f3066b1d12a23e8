package experiments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gameday/injectors"
	"gameday/internal/clock"
	"gameday/internal/signals"
)

// tap is a temporary subscription: an injector of ours.
type tap struct {
	source   signals.Source
	plan     injectors.Plan
	injector injectors.Injector
	queueURL string
	closed   bool
}

// armPatience is how long every watcher and tap may take to prove that it sees.
const armPatience = 2 * time.Minute

// arm opens taps and watchers, proves that each sees, and evaluates checks and guards. Not armed, no fault.
func (r *run) arm(ctx, watching context.Context) {
	ctx, cancel := r.engine.Clock.WithDeadline(ctx, r.deadline)
	defer cancel()
	if err := r.recognise(ctx); err != nil { // somebody may have taken long to agree to the plan
		r.refuse(ctx, err)
		return
	}
	if err := r.openTaps(ctx); err != nil {
		r.refuse(ctx, err)
		return
	}
	r.startWatching(watching)
	if err := r.proveSight(ctx); err != nil {
		r.refuse(ctx, err)
		return
	}
	r.evaluateChecks(ctx)
}

// refuse ends the run before anything was touched.
func (r *run) refuse(ctx context.Context, err error) {
	r.heed(ctx)
	r.refused = err.Error()
	if r.stopped == nil {
		r.trouble = err
	}
}

func (r *run) openTaps(ctx context.Context) error {
	for _, source := range r.sources {
		row, tapped := r.engine.Injectors.FindTap(source.Kind)
		if !tapped {
			continue
		}
		injector := row.New(r.engine.env("tap."+source.Subject), source.Subject)
		plan, err := injector.Plan(ctx)
		if err != nil {
			return fmt.Errorf("plan a tap on %s: %w", source.Subject, err)
		}
		tap := &tap{source: source, plan: plan, injector: injector}
		r.taps = append(r.taps, tap) // a journal that fails may have the record all the same, and wants to know its end
		if !r.record(TapOpening{Source: source, Plan: plan}) {
			return r.log.err
		}
		if err := injector.Inject(ctx, plan); err != nil {
			return fmt.Errorf("open a tap on %s: %w", source.Subject, err)
		}
		if opened, ok := injector.(injectors.Opened); ok {
			tap.queueURL = opened.Opened().QueueURL
		}
		r.record(TapOpened{Source: source, QueueURL: tap.queueURL})
	}
	return nil
}

// proveSight waits until every source was seen once.
func (r *run) proveSight(ctx context.Context) error {
	limit := r.engine.Clock.Now().Add(armPatience)
	for {
		missing := ""
		for _, source := range r.sources {
			w := r.watches[source]
			if w.failed != nil {
				return w.failed
			}
			if w.until.IsZero() {
				missing = source.Kind + " " + source.Subject
			}
		}
		if missing == "" {
			return nil
		}
		if !r.engine.Clock.Now().Before(limit) {
			return fmt.Errorf("%s could not be seen within %s", missing, clock.Short(armPatience))
		}
		if err := r.engine.Clock.Wait(ctx, &r.changed, limit); err != nil {
			return err
		}
	}
}

// closeTaps takes back what openTaps made, newest first, even what was not wholly made.
func (r *run) closeTaps(ctx context.Context) {
	for i := len(r.taps) - 1; i >= 0; i-- {
		r.safely("close a tap", func() { r.closeTap(ctx, r.taps[i]) })
	}
}

func (r *run) closeTap(ctx context.Context, tap *tap) {
	ctx, cancel := r.engine.Clock.WithDeadline(ctx, r.engine.Clock.Now().Add(revertLimit))
	defer cancel()
	err := errors.New("gameday has a bug") // until Revert returns
	defer func() {
		tap.closed = true
		closed := TapClosed{Source: tap.source}
		if err != nil {
			closed.Error = err.Error()
			r.leftovers = append(r.leftovers, leftover("tap on "+tap.source.Subject, tap.plan, err))
		}
		_ = r.log.append(closed)
	}()
	_, err = r.asOurselves(ctx, func() (string, error) { return tap.injector.Revert(ctx, tap.plan) })
}
