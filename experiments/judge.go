package experiments

import (
	"slices"
	"time"

	"gameday/assertions"
	"gameday/internal/signals"
)

// question is what a claim asks, without what it asks about.
type question struct {
	shape     assertions.Shape
	expect    Expect
	within    time.Duration
	notBefore time.Duration
	holdsFor  time.Duration
	patience  time.Duration
}

// evidence is all that a verdict depends on. Times are AWS's.
type evidence struct {
	since signals.Moment
	// looked is when every level was looked at right before since, or zero: a change that a later look found is after
	// since, although its interval begins at that look.
	looked time.Time
	// beforehand is how many changes of a level gameday had learned before it sent what began since: they came before it,
	// although the intervals may overlap, because both are widened by the same unknown skew.
	beforehand int
	changes    []assertions.Change
	seen       time.Time // everything before was reported
	blind      []signals.Moment
}

// decision is the answer to a question.
type decision struct {
	verdict  Verdict
	reason   Reason
	moment   *signals.Moment
	latency  *Latency
	observed string
	doubtful bool // the moment may be another's: nothing may count from it
}

// judge answers q as far as the evidence goes; ok is false while it does not suffice. It is pure: the same journal judged
// again gives the same verdict.
func judge(q question, e evidence) (d decision, ok bool) {
	if q.shape == assertions.Event {
		e.changes = slices.Clone(e.changes)
		slices.SortStableFunc(e.changes, func(a, b assertions.Change) int { return a.At.Earliest.Compare(b.At.Earliest) })
	}
	switch q.expect {
	case Never:
		return judgeWindow(q, e, true, Happened)
	case Stays:
		return judgeWindow(q, e, false, DidNotStay)
	default:
		return judgeHappens(q, e)
	}
}

// order says where a change stands to since.
type order int

const (
	before order = iota
	after
	unclear
)

// place says whether the change of that index came after since: certainly, certainly not, or nobody can tell.
func (e evidence) place(i int) order {
	c := e.changes[i]
	from := e.since.Earliest
	if !e.looked.IsZero() && e.looked.Before(from) {
		from = e.looked
	}
	switch {
	case i < e.beforehand, c.At.Latest.Before(e.since.Earliest):
		return before
	case !c.At.Earliest.Before(from):
		return after
	default:
		return unclear
	}
}

// atStart returns the state of a level when the window began, and whether anybody looked.
func (e evidence) atStart() (c assertions.Change, known bool) {
	for i, change := range e.changes {
		if e.place(i) != before {
			break
		}
		c, known = change, true
	}
	return c, known
}

func (e evidence) blindWithin(from, until time.Time) bool {
	for _, b := range e.blind {
		if b.Earliest.Before(until) && from.Before(b.Latest) {
			return true
		}
	}
	return false
}

// sawUntil says that nothing before t is missing but what blind intervals swallowed.
func (e evidence) sawUntil(t time.Time) bool { return !e.seen.Before(t) }

func (e evidence) latency(m signals.Moment) Latency {
	return Latency{
		Min: Millis(max(0, m.Earliest.Sub(e.since.Latest))),
		Max: Millis(max(0, m.Latest.Sub(e.since.Earliest))),
	}
}

// judgeHappens answers expect = "happens".
func judgeHappens(q question, e evidence) (decision, bool) {
	end := e.since.Latest.Add(q.within + q.patience)
	found, state := firstCame(q, e)
	if state == undecided || (state == came && !e.sawUntil(found.At.Latest)) {
		return decision{}, false
	}
	if state == came && found.At.Earliest.After(end) {
		state = absent
	}
	if state == absent {
		return judgeAbsence(q, e, end)
	}
	latency := e.latency(found.At)
	d := decision{moment: &found.At, latency: &latency, observed: found.Observed}
	d.verdict, d.reason = weighLatency(q, e, found.At, latency)
	if state == ambiguous {
		d.verdict, d.reason, d.doubtful = Inconclusive, Straddles, true
	}
	return d, true
}

// weighLatency compares a moment's latency with the SLO.
func weighLatency(q question, e evidence, m signals.Moment, latency Latency) (Verdict, Reason) {
	least, most := time.Duration(latency.Min), time.Duration(latency.Max)
	switch {
	case q.notBefore > 0 && most < q.notBefore:
		return Failed, TooEarly
	case q.notBefore > 0 && least < q.notBefore:
		return Inconclusive, Straddles
	case q.notBefore > 0 && e.blindWithin(e.since.Earliest, m.Earliest):
		return Inconclusive, Blind // an earlier one may have come unseen, and too early
	case least > q.within && e.blindWithin(e.since.Earliest, m.Latest):
		return Inconclusive, Blind // an earlier one may have come unseen, and in time
	case least > q.within:
		return Failed, Late
	case most > q.within:
		return Inconclusive, Straddles
	case q.holdsFor > 0 && e.blindWithin(m.Latest, m.Latest.Add(q.holdsFor)):
		return Inconclusive, Blind
	}
	return Passed, ""
}

// judgeAbsence answers for what did not come until end, once that can be known.
func judgeAbsence(q question, e evidence, end time.Time) (decision, bool) {
	if !e.sawUntil(end) {
		return decision{}, false
	}
	d := decision{verdict: Failed, reason: Missed}
	if n := len(e.changes); n > 0 && q.shape == assertions.Level {
		d.observed = e.changes[n-1].Observed
	}
	if e.blindWithin(e.since.Earliest, end) {
		d.verdict, d.reason = Inconclusive, Blind
		return d, true
	}
	if q.shape == assertions.Level {
		start, known := e.atStart()
		switch {
		case !known && len(e.changes) == 0:
			d.verdict, d.reason = Inconclusive, Blind // nobody ever looked
		case known && start.Holds && !e.changed(false, end):
			d.verdict, d.reason = Inconclusive, Vacuous
		}
	}
	return d, true
}

// changed says whether a change to that state came within the window.
func (e evidence) changed(holds bool, end time.Time) bool {
	for i, c := range e.changes {
		if c.Holds == holds && e.place(i) != before && !c.At.Earliest.After(end) {
			return true
		}
	}
	return false
}

// arrival is what is known of the moment that counts.
type arrival int

const (
	absent    arrival = iota // nothing counts so far
	came                     // certainly this change
	ambiguous                // perhaps this change, perhaps another
	undecided                // it came, but whether it lasts is not known yet
)

// firstCame finds the change that counts: an event's first occurrence after since, or a level's first change to true whose
// stretch lasts holdsFor.
func firstCame(q question, e evidence) (assertions.Change, arrival) {
	for i, c := range e.changes {
		if !c.Holds || e.place(i) == before {
			continue
		}
		if q.shape == assertions.Level && i == 0 && e.place(i) != after {
			continue // a state that was found, not a change that was seen
		}
		lasts := stretch(q, e, i)
		if lasts == absent {
			continue
		}
		if e.place(i) == unclear && lasts != undecided {
			lasts = ambiguous
		}
		return c, lasts
	}
	return assertions.Change{}, absent
}

// stretch says whether the stretch that begins with change i lasts holdsFor: came, absent, ambiguous or undecided.
func stretch(q question, e evidence, i int) arrival {
	if q.shape == assertions.Event || q.holdsFor == 0 {
		return came
	}
	c := e.changes[i]
	if i+1 < len(e.changes) {
		next := e.changes[i+1]
		switch {
		case next.At.Earliest.Sub(c.At.Latest) >= q.holdsFor:
			return came
		case next.At.Latest.Sub(c.At.Earliest) < q.holdsFor:
			return absent
		}
		return ambiguous
	}
	if e.sawUntil(c.At.Latest.Add(q.holdsFor)) {
		return came
	}
	return undecided
}

// judgeWindow answers "never" (bad = true) and "stays" (bad = false): within the window the claim must not be bad.
func judgeWindow(q question, e evidence, bad bool, reason Reason) (decision, bool) {
	end := signals.Moment{Earliest: e.since.Earliest.Add(q.within), Latest: e.since.Latest.Add(q.within)}
	if !e.sawUntil(e.since.Latest) {
		return decision{}, false
	}
	start, begins := e.opening(q, bad)
	if begins == absent {
		return decision{verdict: Failed, reason: reason, moment: &e.since, observed: start.Observed}, true
	}
	straddles, last := begins == ambiguous, start.Observed
	for i, c := range e.changes {
		if e.place(i) == before || c.At.Earliest.After(end.Latest) {
			continue
		}
		if c.Holds != bad {
			last = c.Observed
			continue
		}
		if e.place(i) == after && !c.At.Latest.After(end.Earliest) {
			latency := e.latency(c.At)
			return decision{verdict: Failed, reason: reason, moment: &c.At, latency: &latency, observed: c.Observed}, true
		}
		straddles = true
	}
	if !e.sawUntil(end.Latest) {
		return decision{}, false
	}
	d := decision{verdict: Passed, observed: last}
	if straddles {
		d.verdict, d.reason = Inconclusive, Straddles
	} else if begins == undecided || e.blindWithin(e.since.Earliest, end.Latest) {
		d.verdict, d.reason = Inconclusive, Blind
	}
	return d, true
}

// opening returns the state in which a window begins: came where it is as it must be, absent where it is certainly bad,
// ambiguous where a change lies across the beginning, undecided where nobody looked. An event has no state: it came.
func (e evidence) opening(q question, bad bool) (start assertions.Change, state arrival) {
	if q.shape == assertions.Event {
		return start, came
	}
	start, known := e.atStart()
	for i, c := range e.changes {
		if e.place(i) == before || c.Holds == bad || c.At.Earliest.After(e.since.Latest) {
			continue
		}
		if c.At == e.since { // the very change that the window counts from
			return c, came
		}
		return c, ambiguous
	}
	switch {
	case !known:
		return start, undecided
	case start.Holds != bad:
		return start, came
	case e.blindWithin(e.since.Earliest, e.since.Latest.Add(1)):
		return start, undecided
	}
	return start, absent
}
