package experiments

import (
	"cmp"
	"slices"
	"time"

	"gameday/injectors"
	"gameday/internal/signals"
)

// Story is what a person wants to know of a run beyond its Summary. It follows from records alone; what did not happen
// yet is nil or empty.
type Story struct {
	Started   RunStarted
	Begun     time.Time // when the run started, by gameday's clock
	Latest    time.Time // the last record's time
	Plan      PlanMade
	Faults    []FaultStory // in the order of the plan
	Taps      []TapStory   // in the order of opening
	Decisions []AssertionDecided
	Broken    []GuardBroken
	Stop      *RunStopping
	Blind     []Blindness
	Signals   []SignalSeen // the last one of every source, by first appearance
	Error     string       // why it could not run
	Hint      string       // what a person can do about it
	Finished  bool         // whether run.finished is the last record
}

// FaultStory is everything that happened to a fault.
type FaultStory struct {
	PlannedFault
	Final     *injectors.Plan // the plan right before it was injected
	Announced bool            // its calls were announced: it may have been injected
	Injected  *FaultInjected
	Failed    *FaultFailed
	Reverting bool
	Reverted  *FaultReverted
	NotBack   *FaultRevertFailed
	turn      int // the how-manieth it was announced, from 1
}

// Live returns whether the fault may still be in effect although it could be taken back.
func (f FaultStory) Live() bool {
	return f.outcome() == RevertedNo
}

// Began returns the moment of the first mutating request, or nil.
func (f FaultStory) Began() *signals.Moment {
	switch {
	case f.Injected != nil:
		return &f.Injected.Began
	case f.Failed != nil:
		return f.Failed.Began
	}
	return nil
}

// Touches returns the targets as they were last planned.
func (f FaultStory) Touches() []string {
	if f.Final != nil && len(f.Final.Targets) > 0 {
		return f.Final.Targets
	}
	return f.Targets
}

func (f FaultStory) outcome() Reverted {
	switch {
	case !f.Announced, f.Failed != nil && !f.Failed.Touched:
		return RevertedNotInjected
	case f.Irreversible:
		return RevertedIrrevocable
	case f.Reverted != nil:
		return RevertedYes
	}
	return RevertedNo
}

// TapStory is everything that happened to a tap.
type TapStory struct {
	Source signals.Source
	Plan   injectors.Plan
	Opened bool
	Closed bool   // nothing is left of it
	Error  string // why something may be left
}

// Blindness is a time in which a source could not be seen.
type Blindness struct {
	Source signals.Source
	From   time.Time
	Until  time.Time // zero: it never ended
	Lost   bool      // nobody will ever know what happened meanwhile
	Why    string
}

// Decision returns the verdict of an assert, or with chain, of a playbook or an escalation.
func (s Story) Decision(chain ChainType, name string) (AssertionDecided, bool) {
	for i := len(s.Decisions) - 1; i >= 0; i-- {
		if d := s.Decisions[i]; d.Chain == chain && d.Name == name {
			return d, true
		}
	}
	return AssertionDecided{}, false
}

// leftovers are what may still be there, newest first, in the words of Unfinished: faults, then taps.
func (s Story) leftovers() []Leftover {
	left := []Leftover{}
	faults := slices.Clone(s.Faults)
	slices.SortStableFunc(faults, func(a, b FaultStory) int { return cmp.Compare(b.turn, a.turn) })
	for _, f := range faults {
		if f.Live() {
			left = append(left, f.leftover())
		}
	}
	for _, t := range slices.Backward(s.Taps) {
		if !t.Closed {
			left = append(left, Leftover{"tap on " + t.Source.Subject, list(t.Plan.Targets), cmp.Or(t.Error, "opened and not closed")})
		}
	}
	return left
}

func (f FaultStory) leftover() Leftover {
	l := Leftover{"inject." + f.Name, list(f.Touches()), "injected and not reverted"}
	if f.NotBack != nil {
		l.Reason = cmp.Or(f.NotBack.Error, l.Reason)
		if len(f.NotBack.Left) > 0 {
			l.Left = f.NotBack.Left
		}
	}
	return l
}

func list(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}
