package experiments

import "gameday/internal/signals"

// touched returns whether any call of any fault was announced.
func (f *Fold) touched() bool {
	for _, fault := range f.story.Faults {
		if fault.Announced {
			return true
		}
	}
	return false
}

// asked returns whether the run got as far as to ask its assertions: a run of the checks alone does not.
func (f *Fold) asked() bool {
	return f.last == nil || f.last.Verdict != Passed || f.touched() || len(f.story.Decisions) > 0
}

// undecided is why something has no verdict: the run ended before it mattered, or before it was known.
func (f *Fold) undecided() Reason {
	if f.last != nil && f.story.Stop == nil && !f.touched() {
		return Skipped
	}
	return Halted
}

func (f *Fold) checkOutcomes() []CheckOutcome {
	out := []CheckOutcome{}
	for _, b := range f.story.Plan.Checks {
		o := CheckOutcome{Name: b.Name, Kind: b.Kind, Verdict: Inconclusive, Reason: f.undecided()}
		if d, decided := f.checks[b.Name]; decided {
			o.Verdict, o.Reason, o.Observed = d.Verdict, d.Reason, d.Observed
		}
		out = append(out, o)
	}
	return out
}

func (f *Fold) guardOutcomes() []CheckOutcome {
	out := []CheckOutcome{}
	for _, b := range f.story.Plan.Guards {
		o := CheckOutcome{Name: b.Name, Kind: b.Kind, Verdict: Inconclusive, Reason: f.undecided(), Observed: f.observed(b)}
		if f.last != nil && f.touched() {
			o.Verdict, o.Reason = Passed, ""
		}
		for _, broken := range f.story.Broken {
			if broken.Name == b.Name {
				o.Verdict, o.Reason, o.Observed = guardVerdict(broken.Reason), broken.Reason, broken.Observed
			}
		}
		out = append(out, o)
	}
	return out
}

func guardVerdict(r Reason) Verdict {
	if r == Blind || r == Straddles {
		return Inconclusive
	}
	return Failed
}

func (f *Fold) faultOutcomes() []FaultOutcome {
	out := []FaultOutcome{}
	for _, fault := range f.story.Faults {
		out = append(out, FaultOutcome{
			fault.Name, fault.Kind, list(fault.Touches()), utc(fault.Began()), fault.outcome(),
		})
	}
	return out
}

func (f *Fold) assertionOutcomes() []AssertionOutcome {
	out := []AssertionOutcome{}
	for _, b := range f.story.Plan.Assertions {
		o := AssertionOutcome{
			Name: b.Name, Kind: b.Kind, Expect: b.Expect, Since: b.Since, Within: b.Within,
			Verdict: Inconclusive, Reason: f.undecided(),
		}
		if o.Expect == "" {
			o.Expect = Happens
		}
		if d, decided := f.story.Decision("", b.Name); decided {
			o.Verdict, o.Reason, o.Observed = d.Verdict, d.Reason, d.Observed
			o.Latency, o.Moment = d.Latency, utc(d.Moment)
		}
		out = append(out, o)
	}
	return out
}

func (f *Fold) chainOutcomes() []ChainOutcome {
	out := []ChainOutcome{}
	for _, c := range f.story.Plan.Chains {
		o := ChainOutcome{
			Name: c.Name, Type: c.Kind, Within: c.Within, Steps: list(c.Steps), Verdict: Inconclusive, Reason: f.undecided(),
		}
		if d, decided := f.story.Decision(c.Kind, c.Name); decided {
			o.Verdict, o.Reason, o.Latency = d.Verdict, d.Reason, d.Latency
		}
		out = append(out, o)
	}
	return out
}

// leftovers are what run.finished says, and whatever else the records show to be there still.
func (f *Fold) leftovers() []Leftover {
	derived := f.story.leftovers()
	if f.last == nil {
		return derived
	}
	out := []Leftover{}
	told := map[string]bool{}
	for _, l := range f.last.Leftovers {
		told[l.What] = true
		out = append(out, Leftover{l.What, list(l.Left), l.Reason})
	}
	for _, l := range derived {
		if !told[l.What] {
			out = append(out, l)
		}
	}
	return out
}

// conclude returns the verdict of the run: the worst of its parts and of what was said at its end.
func (f *Fold) conclude(s Summary) (Verdict, ExitCode) {
	verdict := f.parts(s)
	if f.earlier != "" {
		verdict = Worst(verdict, f.earlier)
	}
	if f.last == nil {
		verdict = Worst(verdict, Inconclusive)
		return verdict, f.exit(verdict)
	}
	verdict = Worst(verdict, f.last.Verdict)
	if verdict == f.last.Verdict {
		return verdict, f.last.ExitCode
	}
	return verdict, f.exit(verdict)
}

// parts is the worst of what the records say without a run.finished.
func (f *Fold) parts(s Summary) Verdict {
	verdict := Passed
	if len(s.Leftovers) > 0 {
		verdict = NotReverted
	}
	if f.story.Stop != nil {
		verdict = Worst(verdict, f.story.Stop.Cause.verdict())
	}
	if len(f.story.Broken) > 0 {
		verdict = Worst(verdict, Stopped)
	}
	for _, c := range s.Checks {
		if c.Verdict != Passed {
			verdict = Worst(verdict, Inconclusive)
		}
	}
	for _, fault := range f.story.Faults {
		if fault.Failed != nil {
			verdict = Worst(verdict, Inconclusive)
		}
	}
	if !f.asked() {
		return verdict
	}
	for _, a := range s.Assertions {
		verdict = Worst(verdict, a.Verdict)
	}
	for _, c := range s.Chains {
		verdict = Worst(verdict, c.Verdict)
	}
	return verdict
}

// verdict is what a run comes to that was stopped for this cause, at best.
func (c StopCause) verdict() Verdict {
	switch c {
	case StopGuard, StopTimeout, StopKillSwitch, StopAccount:
		return Stopped
	case StopInterrupt, StopTerminate:
		return Interrupted
	}
	return Inconclusive // it could not go on
}

// exit is the exit code of a verdict that no run.finished gave one.
func (f *Fold) exit(v Verdict) ExitCode {
	switch v {
	case Passed:
		return ExitPassed
	case Failed:
		return ExitFailed
	case Stopped:
		return ExitStopped
	case NotReverted:
		return ExitNotReverted
	case Interrupted:
		if f.story.Stop != nil && f.story.Stop.Cause == StopTerminate {
			return ExitTerminated
		}
		return ExitInterrupted
	}
	return ExitInconclusive
}

func utc(m *signals.Moment) *signals.Moment {
	if m == nil {
		return nil
	}
	return &signals.Moment{Earliest: m.Earliest.UTC(), Latest: m.Latest.UTC()}
}
