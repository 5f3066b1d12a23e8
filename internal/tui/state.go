package tui

import (
	"strings"
	"time"

	"gameday/experiments"
	"gameday/internal/report"
	"gameday/internal/signals"
)

// State is what the view knows of a run: a fold over its records, and nothing else. The zero value is ready.
type State struct {
	Started experiments.RunStarted
	Begun   time.Time // by gameday's clock, as Latest
	Latest  time.Time
	Rows    []*Row // in the order in which they are shown
	Log     []Entry
	Series  []*Series // by first appearance
	Stop    *experiments.RunStopping
	Blind   []experiments.Blindness
	Broken  bool // a guard is
	End     *experiments.RunFinished
	Verdict experiments.Verdict // of the whole, once it ended
	Code    experiments.ExitCode
	Ending  string // what that means
	Ended   time.Time

	fold    experiments.Fold
	rows    map[string]*Row
	sources map[signals.Source]*Series
	skew    time.Duration // AWS's clock minus gameday's, where that is worth a thought
	timed   bool
}

// Add takes the next record.
func (s *State) Add(r experiments.Record) {
	if s.Begun.IsZero() {
		s.Begun = r.Time
	}
	s.Latest, s.End = r.Time, nil // unless this is the end
	switch e := r.Event.(type) {
	case experiments.RunStarted:
		s.Started, s.Begun = plainStart(e), r.Time
	case experiments.PlanMade:
		s.plan(e)
	case experiments.SignalSeen:
		s.signal(r, e)
		return // its own line is made there, and the fold has no use for it
	case experiments.RunStopping:
		if s.Stop == nil {
			s.Stop = &e
		}
	case experiments.BlindBegan:
		s.Blind = append(s.Blind, experiments.Blindness{Source: e.Source, From: e.From})
	case experiments.BlindEnded:
		s.seesAgain(e)
	case experiments.RunFinished:
		s.finish(r.Time, e)
	case experiments.CheckDecided, experiments.AssertionDecided, experiments.GuardBroken:
		s.judge(r.Time, e)
	default:
		s.fault(r.Time, e)
	}
	s.conclude(r)
	s.tell(r)
}

// conclude is the verdict of everything so far, with what an earlier end or a later revert said.
func (s *State) conclude(r experiments.Record) {
	s.fold.Add(r)
	if s.End != nil {
		summary := s.fold.Summary()
		s.Verdict, s.Code, s.Ending = summary.Verdict, summary.ExitCode, report.Ending(&s.fold)
	}
}

// plainStart makes safe to show what comes from outside.
func plainStart(e experiments.RunStarted) experiments.RunStarted {
	for _, text := range []*string{
		&e.Run, &e.Scenario, &e.Description, &e.Hypothesis, &e.Owner, &e.Account, &e.Region, &e.Profile, &e.RoleARN, &e.EndpointURL,
	} {
		*text = report.Plain(*text)
	}
	return e
}

func (s *State) plan(e experiments.PlanMade) {
	s.Rows, s.rows = nil, map[string]*Row{}
	for _, b := range e.Checks {
		s.enlist(&Row{Type: rowCheck, Group: Preparation, Block: b})
	}
	for _, f := range e.Faults {
		s.enlist(&Row{Type: rowFault, Group: Fault, Block: f.Block, Fault: f, Targets: f.Targets})
	}
	for _, b := range e.Guards {
		s.enlist(&Row{Type: rowGuard, Group: Fault, Block: b})
	}
	for _, b := range e.Assertions {
		s.enlist(&Row{Type: rowAssert, Group: Response, Block: b})
	}
	for _, c := range e.Chains {
		s.enlist(&Row{Type: rowType(c.Kind), Group: Response, Steps: c.Steps, Chain: c.Kind, Block: experiments.Block{
			Name: c.Name, Kind: string(c.Kind), Where: c.Where, Since: c.Since, Within: c.Within, Expect: experiments.Happens,
		}})
	}
}

func (s *State) enlist(r *Row) {
	r.Key = string(r.Type) + "." + r.Name
	r.Label = report.Plain(r.Name)
	s.Rows = append(s.Rows, r)
	s.rows[r.Key] = r
}

// row returns the row of a block, which a journal without a plan tells of for the first time.
func (s *State) row(t rowType, name string) *Row {
	if found := s.rows[string(t)+"."+name]; found != nil {
		return found
	}
	if s.rows == nil {
		s.rows = map[string]*Row{}
	}
	group := map[rowType]Group{rowCheck: Preparation, rowFault: Fault, rowGuard: Fault}[t]
	if group == 0 && t != rowCheck {
		group = Response
	}
	r := &Row{Type: t, Group: group, Block: experiments.Block{Name: name, Expect: experiments.Happens}}
	s.enlist(r)
	return r
}

// decided returns the row that a verdict is about.
func (s *State) decided(e experiments.AssertionDecided) *Row {
	if e.Chain != "" {
		return s.row(rowType(e.Chain), e.Name)
	}
	return s.row(rowAssert, e.Name)
}

// judge keeps the answers.
func (s *State) judge(at time.Time, event experiments.Event) {
	switch e := event.(type) {
	case experiments.CheckDecided:
		r := s.row(rowCheck, e.Name)
		r.Verdict, r.Reason, r.Observed, r.Decided = e.Verdict, e.Reason, report.Plain(e.Observed), at
	case experiments.GuardBroken:
		r := s.row(rowGuard, e.Name)
		r.Verdict, r.Reason, r.Observed, r.Decided = experiments.Failed, e.Reason, report.Plain(e.Observed), at
		if e.Reason == experiments.Blind {
			r.Verdict = experiments.Inconclusive
		}
		r.Moment = e.Moment
		s.Broken = true
	case experiments.AssertionDecided:
		r := s.decided(e)
		r.Verdict, r.Reason, r.Observed, r.Decided = e.Verdict, e.Reason, report.Plain(e.Observed), at
		r.Moment, r.Decision = e.Moment, &e
	}
}

// fault keeps what became of a fault. Other events have nothing to keep but their line.
func (s *State) fault(at time.Time, event experiments.Event) {
	switch e := event.(type) {
	case experiments.FaultPlanned:
		r := s.row(rowFault, e.Name)
		r.Fault.Kind, r.Targets = e.Kind, e.Plan.Targets
	case experiments.FaultInjecting:
		s.row(rowFault, e.Name).Announced = at
	case experiments.FaultInjected:
		r := s.row(rowFault, e.Name)
		r.Began, r.Done = &e.Began, &e.Done
		s.setClock(at, e.Done)
	case experiments.FaultFailed:
		r := s.row(rowFault, e.Name)
		r.Failed, r.Began = &e, e.Began
	case experiments.FaultReverting:
		s.row(rowFault, e.Name).Reverting = at
	case experiments.FaultReverted:
		r := s.row(rowFault, e.Name)
		r.Reverted, r.NotBack, r.Decided = &e, nil, at
	case experiments.FaultRevertFailed:
		r := s.row(rowFault, e.Name)
		r.NotBack, r.Decided = &e, at
	}
}

// setClock learns by how much AWS's clock is ahead, once and coarsely: what is less than two seconds cannot be seen.
func (s *State) setClock(at time.Time, done signals.Moment) {
	if ahead := done.Latest.Sub(at); !s.timed && ahead.Abs() > 2*time.Second {
		s.skew = ahead
	}
	s.timed = true
}

// here is a time of AWS's as gameday's clock shows it.
func (s *State) here(t time.Time) time.Time { return t.Add(-s.skew) }

func (s *State) seesAgain(e experiments.BlindEnded) {
	ended := experiments.Blindness(e)
	for i := len(s.Blind) - 1; i >= 0; i-- {
		if b := &s.Blind[i]; b.Source == e.Source && b.Until.IsZero() {
			*b = ended
			return
		}
	}
	s.Blind = append(s.Blind, ended)
}

func (s *State) finish(at time.Time, e experiments.RunFinished) {
	s.End, s.Ended = &e, at
	for _, r := range s.Rows {
		if r.Type == rowGuard && r.Verdict == "" {
			if r.Verdict = experiments.Passed; s.first().IsZero() {
				r.Verdict, r.Reason = experiments.Inconclusive, experiments.Skipped
			}
			r.Decided = at
		}
	}
}

// first is when the first fault was announced.
func (s *State) first() (t time.Time) {
	for _, r := range s.Rows {
		if r.Type == rowFault && !r.Announced.IsZero() && (t.IsZero() || r.Announced.Before(t)) {
			t = r.Announced
		}
	}
	return t
}

// Live counts the faults that may be in effect and could be taken back.
func (s *State) Live() int {
	n := 0
	for _, r := range s.Rows {
		if r.Type == rowFault && r.live() {
			n++
		}
	}
	return n
}

// moment returns when what a block counts from came, by gameday's clock.
func (s *State) moment(since string) (time.Time, bool) {
	m := s.rawMoment(since)
	if m == nil {
		return time.Time{}, false
	}
	return s.here(m.Latest), true
}

func (s *State) rawMoment(since string) *signals.Moment {
	if r := s.rows[since]; r != nil {
		if r.Type == rowFault {
			return r.Began
		}
		return r.Moment
	}
	if name, is := strings.CutSuffix(since, ".done"); is && s.rows[name] != nil {
		return s.rows[name].Done
	}
	if name, is := strings.CutSuffix(since, ".reverted"); is && s.rows[name] != nil && s.rows[name].Reverted != nil {
		return &s.rows[name].Reverted.Moment
	}
	return nil
}
