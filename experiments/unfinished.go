package experiments

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gameday/injectors"
	"gameday/internal/cloud"
)

// Unfinished returns what the journal says may still be live: faults injecting or injected and not reverted, newest first,
// then taps opening or opened and not closed.
func Unfinished(records []Record) []Leftover {
	var left []Leftover
	for _, open := range unfinished(records) {
		left = append(left, Leftover{What: open.what, Left: append([]string{}, open.plan.Targets...), Reason: open.reason})
	}
	return left
}

// open is one thing that a journal says may still be live.
type open struct {
	what   string // "inject.flood", "tap on arn:…"
	reason string
	plan   injectors.Plan
	fault  FaultPlanned
	tap    *TapOpening
}

// unfinished folds a journal, whole or cut short, into what has to be taken back, in the order of taking back.
func unfinished(records []Record) []open {
	var faults, taps []open
	planned := map[string]FaultPlanned{}
	irreversible := map[string]bool{}
	forget := func(list []open, what string) []open {
		return slices.DeleteFunc(list, func(o open) bool { return o.what == what })
	}
	for _, record := range records {
		switch event := record.Event.(type) {
		case PlanMade:
			for _, fault := range event.Faults {
				irreversible[fault.Name] = fault.Irreversible
			}
		case FaultPlanned:
			planned[event.Name] = event
		case FaultInjecting:
			if fault := planned[event.Name]; !irreversible[event.Name] {
				faults = append(faults, open{what: "inject." + event.Name, reason: "injected and not reverted", plan: fault.Plan, fault: fault})
			}
		case FaultFailed:
			if !event.Touched {
				faults = forget(faults, "inject."+event.Name)
			}
		case FaultReverted:
			faults = forget(faults, "inject."+event.Name)
		case FaultRevertFailed:
			for i := range faults {
				if faults[i].what == "inject."+event.Name {
					faults[i].reason = event.Error
				}
			}
		case TapOpening:
			taps = append(taps, open{what: "tap on " + event.Source.Subject, reason: "opened and not closed", plan: event.Plan, tap: &event})
		case TapClosed:
			if event.Error == "" {
				taps = forget(taps, "tap on "+event.Source.Subject)
			}
		}
	}
	slices.Reverse(faults)
	slices.Reverse(taps)
	return append(faults, taps...)
}

// Revert puts back what the journal of a run, whole or cut short, says may still be live, newest first, and closes its
// taps. It relies on records alone, and appends what it does to o.Journal, then shows it to o.Reporters. It returns what
// could not be taken back; an error without leftovers means that nothing was touched, such as when the caller's account is
// not the journal's. Where the journal says ErrTaken, it touches nothing more, and returns what is left. It must be called on
// a strand.
func (e *Engine) Revert(ctx context.Context, records []Record, o Options) ([]Leftover, error) {
	if len(records) == 0 {
		return nil, errors.New("the journal is empty")
	}
	started, ok := records[0].Event.(RunStarted)
	if !ok {
		return nil, fmt.Errorf("the journal begins with %s, not with run.started", records[0].Event.Type())
	}
	account := ""
	err := e.persist(ctx, cloud.Throttled, func() (err error) {
		account, _, err = e.admit(ctx, nil)
		return err
	})
	if err != nil {
		return nil, err
	}
	if account != started.Account {
		return nil, &HintError{
			Err:  fmt.Errorf("the credentials are of account %s, but the run was in account %s", account, started.Account),
			Text: "use credentials of account " + started.Account,
		}
	}
	todo := unfinished(records)
	r := &reverter{engine: e, account: account, log: &log{clock: e.Clock, journal: o.Journal, reporters: slices.Clone(o.Reporters), seq: records[len(records)-1].Seq}}
	for _, open := range todo {
		if ctx.Err() != nil {
			return Unfinished(append(slices.Clone(records), r.done...)), context.Cause(ctx)
		}
		r.takeBack(context.WithoutCancel(ctx), open)
		if errors.Is(r.log.err, ErrTaken) {
			return Unfinished(append(slices.Clone(records), r.done...)), r.log.err
		}
	}
	if len(todo) > 0 {
		r.finish(records)
	}
	return r.leftovers, r.log.err
}

// reverter takes back a run that another process left.
type reverter struct {
	engine    *Engine
	account   string // the run's
	log       *log
	done      []Record
	leftovers []Leftover
}

func (u *reverter) append(event Event) {
	if errors.Is(u.log.append(event), ErrTaken) {
		return
	}
	// When the journal is full, reverting matters more; Revert returns the error.
	u.done = append(u.done, Record{Seq: u.log.seq, Time: u.engine.Clock.Now(), Event: event})
}

// inAccount reverts only in the run's account, asked before every try: credentials may change while reverting takes long.
func (u *reverter) inAccount(ctx context.Context, revert func() (string, error)) (string, error) {
	return u.engine.tryRevert(ctx, func() (string, error) {
		account, _, err := u.engine.admit(ctx, nil)
		if err != nil {
			return "", err
		}
		if account != u.account {
			return "", fmt.Errorf("the credentials changed: they are of account %s now", account)
		}
		return revert()
	})
}

func (u *reverter) takeBack(ctx context.Context, o open) {
	e := u.engine
	ctx, cancel := e.Clock.WithDeadline(ctx, e.Clock.Now().Add(revertLimit))
	defer cancel()
	if o.tap != nil {
		row, found := e.Injectors.FindTap(o.tap.Source.Kind)
		err := fmt.Errorf("no tap is known for %s", o.tap.Source.Kind)
		if found {
			tap := row.New(e.env("tap."+o.tap.Source.Subject), o.tap.Source.Subject)
			_, err = u.inAccount(ctx, func() (string, error) { return tap.Revert(ctx, o.plan) })
		}
		closed := TapClosed{Source: o.tap.Source}
		if err != nil {
			closed.Error = err.Error()
			u.leftovers = append(u.leftovers, leftover(o.what, o.plan, err))
		}
		u.append(closed)
		return
	}
	u.append(FaultReverting{Name: o.fault.Name})
	if errors.Is(u.log.err, ErrTaken) {
		return
	}
	kind, found := e.Injectors.Find(o.fault.Kind)
	note, err := "", fmt.Errorf("the kind %q is not known to this gameday", o.fault.Kind)
	sent := e.Clock.Now()
	if found {
		injector := kind.New(e.env("inject." + o.fault.Name))
		note, err = u.inAccount(ctx, func() (string, error) { return injector.Revert(ctx, o.plan) })
	}
	if err != nil {
		left := leftover(o.what, o.plan, err)
		u.leftovers = append(u.leftovers, left)
		u.append(FaultRevertFailed{Name: o.fault.Name, Error: err.Error(), Left: left.Left})
		return
	}
	u.append(FaultReverted{Name: o.fault.Name, Moment: e.toAWS(sent, e.Clock.Now()), Note: note})
}

// finish closes the journal again. A run that was cut short never judged, so its verdict stays open.
func (u *reverter) finish(records []Record) {
	finished := RunFinished{
		Verdict: Inconclusive, ExitCode: ExitInconclusive, Error: "the run was cut short, and reverted later",
		Leftovers: append([]Leftover{}, u.leftovers...), APICalls: u.engine.Cloud.Calls(),
	}
	for _, record := range records {
		if last, ok := record.Event.(RunFinished); ok {
			finished.Error = last.Error
			finished.Verdict, finished.ExitCode = last.Verdict, last.ExitCode
			if last.Verdict == NotReverted {
				finished.Verdict, finished.ExitCode = Inconclusive, ExitInconclusive
			}
		}
	}
	if len(u.leftovers) > 0 {
		finished.Verdict, finished.ExitCode = NotReverted, ExitNotReverted
	}
	u.append(finished)
}
