package experiments

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/assertions"
	"gameday/internal/signals"
)

var morning = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// at is so many seconds into the story.
func at(seconds float64) time.Time {
	return morning.Add(time.Duration(seconds * float64(time.Second)))
}

func between(a, b float64) signals.Moment { return signals.Moment{Earliest: at(a), Latest: at(b)} }

func turns(holds bool, a, b float64) assertions.Change {
	return assertions.Change{At: between(a, b), Holds: holds, Observed: fmt.Sprint(holds)}
}

// The fault of these stories begins at 100; every level was looked at at 99.
func story(seen float64, changes ...assertions.Change) evidence {
	return evidence{since: between(100, 100.1), looked: at(99), changes: changes, seen: at(seen)}
}

func (e evidence) withBlind(a, b float64) evidence {
	e.blind = append(e.blind, between(a, b))
	return e
}

func (e evidence) sinceAssert(a, b float64) evidence {
	e.since, e.looked = between(a, b), time.Time{}
	return e
}

func (e evidence) learnedBefore(n int) evidence {
	e.beforehand = n
	return e
}

const minute = time.Minute

var (
	level = question{shape: assertions.Level, expect: Happens, within: minute}
	event = question{shape: assertions.Event, expect: Happens, within: minute}
)

func (q question) with(change func(*question)) question {
	change(&q)
	return q
}

var initiallyFalse = turns(false, 0, 10)

func TestVerdictsOfClaimsThatMustHappen(t *testing.T) {
	lasting := level.with(func(q *question) { q.holdsFor = 30 * time.Second })
	patient := level.with(func(q *question) { q.patience = minute })
	tardy := event.with(func(q *question) { q.notBefore = 20 * time.Second })
	for name, c := range map[string]struct {
		question question
		evidence evidence
		verdict  Verdict
		reason   Reason
	}{
		"a level comes in time":                                {level, story(131, initiallyFalse, turns(true, 130, 130)), Passed, ""},
		"an interval that ends just in time":                   {level, story(161, initiallyFalse, turns(true, 155, 160)), Passed, ""},
		"an interval that lies across the SLO":                 {level, story(163, initiallyFalse, turns(true, 155, 162)), Inconclusive, Straddles},
		"a level comes late":                                   {patient, story(171, initiallyFalse, turns(true, 170, 171)), Failed, Late},
		"late, but an earlier one may have come unseen":        {patient, story(171, initiallyFalse, turns(true, 170, 171)).withBlind(110, 120), Inconclusive, Blind},
		"late, and blind only afterwards":                      {patient, story(190, initiallyFalse, turns(true, 170, 171)).withBlind(180, 185), Failed, Late},
		"in time, and blind before it":                         {level, story(131, initiallyFalse, turns(true, 130, 130)).withBlind(110, 120), Passed, ""},
		"a level never comes":                                  {level, story(161, initiallyFalse), Failed, Missed},
		"a level never comes, as far as one could see":         {level, story(161, initiallyFalse).withBlind(110, 120), Inconclusive, Blind},
		"a level comes after all patience":                     {patient, story(400, initiallyFalse, turns(true, 300, 301)), Failed, Missed},
		"a level was true and stays true":                      {level, story(161, turns(true, 0, 10)), Inconclusive, Vacuous},
		"true all the time, as far as one could see":           {level, story(161, turns(true, 0, 10)).withBlind(110, 111), Inconclusive, Blind},
		"a level was true, became false, and recovered":        {level, story(151, turns(true, 0, 10), turns(false, 110, 112), turns(true, 150, 151)), Passed, ""},
		"a level was true, became false, and that was it":      {level, story(161, turns(true, 0, 10), turns(false, 110, 112)), Failed, Missed},
		"true when last looked at, as widely as that is known": {level, story(161, turns(true, 0, 101)).learnedBefore(1), Inconclusive, Vacuous},
		"nobody ever looked":                                   {level, story(161), Inconclusive, Blind},
		"true before the fault does not count":                 {level, story(161, initiallyFalse, turns(true, 50, 50), turns(false, 60, 60)), Failed, Missed},
		"found by the look after the one before the fault":     {level, story(105, initiallyFalse, turns(true, 99, 104)), Passed, ""},
		"an interval across a since that is an assertion":      {level, story(105, initiallyFalse, turns(true, 99, 104)).sinceAssert(100, 100), Inconclusive, Straddles},
		"the first stretch is too short":                       {lasting, story(200, initiallyFalse, turns(true, 110, 110), turns(false, 120, 120), turns(true, 140, 140)), Passed, ""},
		"only a short stretch":                                 {lasting, story(300, initiallyFalse, turns(true, 110, 110), turns(false, 120, 120)), Failed, Missed},
		"nobody can say whether the stretch was long":          {lasting, story(200, initiallyFalse, turns(true, 110, 115), turns(false, 143, 148)), Inconclusive, Straddles},
		"blind while it had to last":                           {lasting, story(200, initiallyFalse, turns(true, 110, 110)).withBlind(120, 125), Inconclusive, Blind},
		"an event comes in time":                               {event, story(131, turns(true, 130, 130)), Passed, ""},
		"an event before the fault does not count":             {event, story(161, turns(true, 90, 90)), Failed, Missed},
		"events are reported out of order":                     {event, story(171, turns(true, 170, 170), turns(true, 130, 130)), Passed, ""},
		"an event comes too early":                             {tardy, story(131, turns(true, 110, 110)), Failed, TooEarly},
		"an interval across not_before":                        {tardy, story(131, turns(true, 119, 121)), Inconclusive, Straddles},
		"not too early, but blind before":                      {tardy, story(131, turns(true, 130, 130)).withBlind(105, 110), Inconclusive, Blind},
		"an event never comes":                                 {event, story(161), Failed, Missed},
	} {
		t.Run(name, func(t *testing.T) {
			d, ok := judge(c.question, c.evidence)
			require.True(t, ok, "undecided")
			assert.Equal(t, c.verdict, d.verdict)
			assert.Equal(t, c.reason, d.reason)
		})
	}
}

func TestNoVerdictIsFinalBeforeItsSourcesWereSeenSoFar(t *testing.T) {
	lasting := level.with(func(q *question) { q.holdsFor = 30 * time.Second })
	for name, c := range map[string]struct {
		question question
		evidence evidence
	}{
		"it came, but the watermark is behind":         {level, story(129, initiallyFalse, turns(true, 130, 130))},
		"nothing came yet":                             {level, story(159, initiallyFalse)},
		"it came, but may not last":                    {lasting, story(150, initiallyFalse, turns(true, 130, 130))},
		"never, and the window is open":                {level.with(func(q *question) { q.expect = Never }), story(159, initiallyFalse)},
		"stays, and nobody looked since it began":      {level.with(func(q *question) { q.expect = Stays }), story(95, initiallyFalse)},
		"stays, and the window is open":                {level.with(func(q *question) { q.expect = Stays }), story(159, turns(true, 0, 10))},
		"missed is not said before patience has ended": {level.with(func(q *question) { q.patience = minute }), story(219, initiallyFalse)},
	} {
		t.Run(name, func(t *testing.T) {
			_, ok := judge(c.question, c.evidence)
			assert.False(t, ok)
		})
	}
}

func TestVerdictsOfWindows(t *testing.T) {
	never := level.with(func(q *question) { q.expect = Never })
	stays := level.with(func(q *question) { q.expect = Stays })
	neverEvent := event.with(func(q *question) { q.expect = Never })
	for name, c := range map[string]struct {
		question question
		evidence evidence
		verdict  Verdict
		reason   Reason
	}{
		"never, and it did not":                      {never, story(161, initiallyFalse), Passed, ""},
		"never, but it did":                          {never, story(131, initiallyFalse, turns(true, 130, 130)), Failed, Happened},
		"never, and it was so at the start":          {never, story(131, turns(true, 0, 10)), Failed, Happened},
		"never, and it came after the window":        {never, story(170, initiallyFalse, turns(true, 165, 165)), Passed, ""},
		"never, across the end of the window":        {never, story(170, initiallyFalse, turns(true, 158, 163)), Inconclusive, Straddles},
		"never, as far as one could see":             {never, story(161, initiallyFalse).withBlind(120, 125), Inconclusive, Blind},
		"never, and nobody ever looked":              {never, story(161), Inconclusive, Blind},
		"an event that must never come":              {neverEvent, story(161), Passed, ""},
		"an event that must never come, but did":     {neverEvent, story(161, turns(true, 120, 120)), Failed, Happened},
		"stays, and it did":                          {stays, story(161, turns(true, 0, 10)), Passed, ""},
		"stays, but it was false at the start":       {stays, story(161, initiallyFalse), Failed, DidNotStay},
		"stays, but it became false":                 {stays, story(161, turns(true, 0, 10), turns(false, 120, 125)), Failed, DidNotStay},
		"stays, from the very change it counts from": {stays, story(161, initiallyFalse, turns(true, 100, 100.1)), Passed, ""},
		"stays, from a change across its beginning":  {stays, story(161, initiallyFalse, turns(true, 98, 101)), Inconclusive, Straddles},
		"stays, as far as one could see":             {stays, story(161, turns(true, 0, 10)).withBlind(120, 125), Inconclusive, Blind},
	} {
		t.Run(name, func(t *testing.T) {
			d, ok := judge(c.question, c.evidence)
			require.True(t, ok, "undecided")
			assert.Equal(t, c.verdict, d.verdict)
			assert.Equal(t, c.reason, d.reason)
		})
	}
}

func TestLatencyIsAnIntervalCutAtZero(t *testing.T) {
	d, ok := judge(level, story(131, initiallyFalse, turns(true, 99, 104)))
	require.True(t, ok)
	require.Equal(t, Latency{Min: 0, Max: Millis(4 * time.Second)}, *d.latency)
	d, ok = judge(level, story(131, initiallyFalse, turns(true, 120, 130)))
	require.True(t, ok)
	require.Equal(t, Latency{Min: Millis(19900 * time.Millisecond), Max: Millis(30 * time.Second)}, *d.latency)
}

func stepAt(name string, a, b float64) step {
	m := between(a, b)
	return step{name: name, decision: decision{verdict: Passed, moment: &m}}
}

func TestVerdictsOfChains(t *testing.T) {
	failed := stepAt("b", 130, 130)
	failed.decision.verdict, failed.decision.reason = Failed, Late
	open := step{name: "a", decision: decision{verdict: Inconclusive, reason: Vacuous}}
	for name, c := range map[string]struct {
		steps   []step
		verdict Verdict
		reason  Reason
	}{
		"all in order and in time":                {[]step{stepAt("a", 110, 110), stepAt("b", 120, 120)}, Passed, ""},
		"simultaneous within a tenth of second":   {[]step{stepAt("a", 110.09, 110.09), stepAt("b", 110, 110)}, Passed, ""},
		"certainly in the wrong order":            {[]step{stepAt("a", 115, 116), stepAt("b", 110, 111)}, Failed, OutOfOrder},
		"too close to say":                        {[]step{stepAt("a", 108, 113), stepAt("b", 110, 111)}, Inconclusive, Straddles},
		"the last one is late":                    {[]step{stepAt("a", 110, 110), stepAt("b", 170, 170)}, Failed, Late},
		"the last one lies across the SLO":        {[]step{stepAt("a", 110, 110), stepAt("b", 159, 161)}, Inconclusive, Straddles},
		"a failed step fails the chain":           {[]step{open, failed}, Failed, Late},
		"close to its neighbours, but not to all": {[]step{stepAt("a", 110.18, 110.18), stepAt("b", 110.09, 110.09), stepAt("c", 110, 110)}, Failed, OutOfOrder},
		"an open step leaves the chain open":      {[]step{open, stepAt("b", 120, 120)}, Inconclusive, Vacuous},
	} {
		t.Run(name, func(t *testing.T) {
			d, _ := judgeChain(minute, between(100, 100), c.steps)
			assert.Equal(t, c.verdict, d.verdict)
			assert.Equal(t, c.reason, d.reason)
		})
	}
}

func TestTheWorstExitCodeOfSeveralScenariosCounts(t *testing.T) {
	order := []ExitCode{ExitPassed, ExitInconclusive, ExitFailed, ExitInterrupted, ExitTerminated, ExitStopped, ExitNotReverted}
	for i, better := range order {
		for _, worse := range order[i:] {
			assert.Equal(t, worse, WorstExit(better, worse))
			assert.Equal(t, worse, WorstExit(worse, better))
		}
	}
}
