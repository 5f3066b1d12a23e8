package experiments

import (
	"encoding/json"
	"maps"
	"time"

	"gameday/injectors"
	"gameday/internal/signals"
)

// Fold is the incremental form of Summarize and Tell: a live view adds each record as it comes. The zero value is ready.
type Fold struct {
	story   Story
	checks  map[string]CheckDecided
	last    *RunFinished // nil unless it is the last record
	end     time.Time    // when it was written
	earlier Verdict      // the worst that earlier run.finished said, but for not_reverted
	calls   map[string]int
	turns   int // faults announced
}

// Add takes the next record.
func (f *Fold) Add(r Record) {
	f.story.Latest = r.Time.UTC()
	f.reopen()
	switch e := r.Event.(type) {
	case RunStarted:
		f.story.Started, f.story.Begun = e, r.Time.UTC()
	case PlanMade:
		f.plan(e)
	case CheckDecided:
		f.check(e)
	case AssertionDecided:
		f.story.Decisions = append(f.story.Decisions, e)
	case GuardBroken:
		f.story.Broken = append(f.story.Broken, e)
	case RunStopping:
		if f.story.Stop == nil {
			f.story.Stop = &e
		}
	case RunFinished:
		f.finish(e, r.Time.UTC())
	case TapOpening, TapOpened, TapClosed:
		f.tap(e)
	case SignalSeen, SeenUntil, BlindBegan, BlindEnded:
		f.look(e)
	default:
		f.fault(e)
	}
}

// Summary returns what Summarize would of the records added so far.
func (f *Fold) Summary() Summary {
	start := f.story.Started
	s := Summary{
		Format: SummaryFormat, Run: start.Run, Mode: start.Mode, Scenario: start.Scenario, Seed: start.Seed,
		Started: f.story.Begun, Checks: f.checkOutcomes(), Guards: f.guardOutcomes(), Faults: f.faultOutcomes(),
		Assertions: f.assertionOutcomes(), Chains: f.chainOutcomes(), Leftovers: f.leftovers(), APICalls: map[string]int{},
	}
	if f.last != nil {
		end := f.end
		s.Finished = &end
	}
	maps.Copy(s.APICalls, f.calls)
	s.Verdict, s.ExitCode = f.conclude(s)
	return s
}

// Story returns what Tell would of the records added so far. It shares memory with the fold: read it, do not keep it.
func (f *Fold) Story() Story { return f.story }

// finish takes the last word of a run, or of a revert after it.
func (f *Fold) finish(e RunFinished, at time.Time) {
	f.last, f.end = &e, at
	if f.calls == nil {
		f.calls = map[string]int{}
	}
	for call, n := range e.APICalls {
		f.calls[call] += n
	}
	f.story.Finished = true
	if e.Error != "" {
		f.story.Error, f.story.Hint = e.Error, e.Hint
	}
}

// reopen keeps what an earlier run.finished said when more follows: a revert later on.
func (f *Fold) reopen() {
	if f.last == nil {
		return
	}
	switch v := f.last.Verdict; {
	case v == NotReverted: // whether it is reverted now, the faults themselves tell
	case f.earlier == "":
		f.earlier = v
	default:
		f.earlier = Worst(f.earlier, v)
	}
	f.last, f.story.Finished = nil, false
}

func (f *Fold) plan(e PlanMade) {
	f.story.Plan = e
	f.story.Faults = nil
	for _, planned := range e.Faults {
		f.story.Faults = append(f.story.Faults, FaultStory{PlannedFault: planned})
	}
}

func (f *Fold) check(e CheckDecided) {
	if f.checks == nil {
		f.checks = map[string]CheckDecided{}
	}
	f.checks[e.Name] = e
}

// fault keeps what happened to a fault.
func (f *Fold) fault(event Event) {
	switch e := event.(type) {
	case FaultPlanned:
		told := f.named(e.Name)
		told.Kind, told.Final = e.Kind, &e.Plan
	case FaultInjecting:
		told := f.named(e.Name)
		f.turns++
		told.Announced, told.turn = true, f.turns
	case FaultInjected:
		f.named(e.Name).Injected = &e
	case FaultFailed:
		f.named(e.Name).Failed = &e
	case FaultReverting:
		f.named(e.Name).Reverting = true
	case FaultReverted:
		told := f.named(e.Name)
		told.Reverted, told.NotBack, told.Reverting = &e, nil, false
	case FaultRevertFailed:
		told := f.named(e.Name)
		told.NotBack, told.Reverting = &e, false
	}
}

// named returns the fault of that name, which a journal without a plan.made tells of for the first time.
func (f *Fold) named(name string) *FaultStory {
	for i := range f.story.Faults {
		if f.story.Faults[i].Name == name {
			return &f.story.Faults[i]
		}
	}
	f.story.Faults = append(f.story.Faults, FaultStory{PlannedFault: PlannedFault{Block: Block{Name: name}}})
	return &f.story.Faults[len(f.story.Faults)-1]
}

// tap keeps what happened to a tap.
func (f *Fold) tap(event Event) {
	switch e := event.(type) {
	case TapOpening:
		*f.tapOf(e.Source) = TapStory{Source: e.Source, Plan: e.Plan}
	case TapOpened:
		f.tapOf(e.Source).Opened = true
	case TapClosed:
		tap := f.tapOf(e.Source)
		tap.Closed, tap.Error = e.Error == "", e.Error
	}
}

func (f *Fold) tapOf(source signals.Source) *TapStory {
	for i := range f.story.Taps {
		if f.story.Taps[i].Source == source {
			return &f.story.Taps[i]
		}
	}
	f.story.Taps = append(f.story.Taps, TapStory{Source: source, Plan: injectors.Plan{}})
	return &f.story.Taps[len(f.story.Taps)-1]
}

// look keeps the last signal of every source, and when a source could not be seen.
func (f *Fold) look(event Event) {
	switch e := event.(type) {
	case SignalSeen:
		for i := range f.story.Signals {
			if f.story.Signals[i].Source == e.Source {
				f.story.Signals[i] = e
				return
			}
		}
		f.story.Signals = append(f.story.Signals, e)
	case BlindBegan:
		f.story.Blind = append(f.story.Blind, Blindness{Source: e.Source, From: e.From.UTC()})
	case BlindEnded:
		ended := Blindness{e.Source, e.From.UTC(), e.Until.UTC(), e.Lost, e.Why}
		for i := len(f.story.Blind) - 1; i >= 0; i-- {
			if b := &f.story.Blind[i]; b.Source == e.Source && b.Until.IsZero() {
				*b = ended
				return
			}
		}
		f.story.Blind = append(f.story.Blind, ended)
	}
}

// observed returns what the last signal of a block's subjects said, for kinds whose payload has a state.
func (f *Fold) observed(b Block) string {
	for _, subject := range b.Subjects {
		for _, s := range f.story.Signals {
			var payload struct{ State string }
			if s.Source.Subject == subject && json.Unmarshal(s.Value, &payload) == nil && payload.State != "" {
				return payload.State
			}
		}
	}
	return ""
}
