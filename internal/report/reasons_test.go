package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/signals"
)

// asked is what primary_paged, or another block, would be told of this decision.
func asked(block experiments.Block, d experiments.AssertionDecided) (claim, account) {
	d.Name = block.Name
	plan := experiments.PlanMade{Assertions: []experiments.Block{block}}
	a := tell((&tale{}).tell(0, started(), plan).tell(time.Minute, d).records)
	return a.asserts[0], a
}

func TestEveryReasonHasItsSentence(t *testing.T) {
	minute := experiments.Block{Name: "x", Kind: "cloudwatch_alarm", Since: "inject.flood", Expect: experiments.Happens, Within: ms(time.Minute), Subjects: []string{backlog}}
	patient, early, held, never, stays, brisk := minute, minute, minute, minute, minute, minute
	brisk.Within = ms(2250 * time.Millisecond)
	patient.Patience, early.NotBefore, held.HoldsFor = ms(2*time.Minute), ms(30*time.Second), ms(10*time.Second)
	never.Expect, stays.Expect, stays.Polled = experiments.Never, experiments.Stays, true
	took := func(from, to time.Duration) experiments.AssertionDecided { return came("x", 0, from, to, "ALARM") }
	fail, unsure := experiments.Failed, experiments.Inconclusive
	start := exactly(0)
	for _, c := range []struct {
		block    experiments.Block
		decision experiments.AssertionDecided
		short    string
		long     string
	}{
		{minute, but(took(72*time.Second, 72*time.Second), fail, experiments.Late), "ALARM, 12s late", "It came 1m12s after inject.flood, 12s too late: within 1m was asked."},
		{minute, but(took(60040*time.Millisecond, 60040*time.Millisecond), fail, experiments.Late), "ALARM, 40ms late", "It came 1m0.04s after inject.flood, 40ms too late: within 1m was asked."},
		{minute, but(took(70*time.Second, 75*time.Second), fail, experiments.Late), "ALARM, 10s–15s late", "It came 1m10s–1m15s after inject.flood, 10s–15s too late: within 1m was asked."},
		{minute, experiments.AssertionDecided{Verdict: fail, Reason: experiments.Missed}, "did not come within 1m", "It did not come within 1m of inject.flood; gameday could see all the time."},
		{patient, experiments.AssertionDecided{Verdict: fail, Reason: experiments.Missed}, "did not come within 1m", "It did not come within 1m of inject.flood, nor in the 2m after that; gameday could see all the time."},
		{held, experiments.AssertionDecided{Verdict: fail, Reason: experiments.Missed}, "did not come within 1m", "It did not come within 1m of inject.flood (it must hold for 10s to count); gameday could see all the time."},
		{early, but(took(20*time.Second, 20*time.Second), fail, experiments.TooEarly), "ALARM, 10s too early", "It came 20s after inject.flood, 10s too early: not before 30s was asked."},
		{never, but(took(20*time.Second, 20*time.Second), fail, experiments.Happened), "ALARM, which must never be", "It must not happen within 1m of inject.flood, and it did, 20s after it."},
		{never, experiments.AssertionDecided{Verdict: fail, Reason: experiments.Happened, Since: &start, Moment: &start}, "happened, which must never be", "It must not happen within 1m of inject.flood, and it did, from the start."},
		{stays, but(took(20*time.Second, 20*time.Second), fail, experiments.DidNotStay), "did not stay: ALARM", "It had to stay so for 1m from inject.flood on, and it was not, 20s after it."},
		{minute, but(took(58*time.Second, 63*time.Second), unsure, experiments.Straddles), "not known precisely enough", "It came between 58s and 1m3s after inject.flood: too imprecise to say whether that was within 1m."},
		{early, but(took(28*time.Second, 33*time.Second), unsure, experiments.Straddles), "not known precisely enough", "It came between 28s and 33s after inject.flood: too imprecise to say whether that was before 30s."},
		{brisk, but(took(2240*time.Millisecond, 2260*time.Millisecond), unsure, experiments.Straddles), "not known precisely enough", "It came between 2.2s and 2.3s after inject.flood: too imprecise to say whether that was within 2.25s."},
		{brisk, but(took(2248*time.Millisecond, 2251*time.Millisecond), unsure, experiments.Straddles), "not known precisely enough", "It came between 2.2s and 2.3s after inject.flood: too imprecise to say whether that was within 2.25s."},
		{minute, but(took(0, 3*time.Second), unsure, experiments.Straddles), "not known precisely enough", "It came between 0s and 3s after inject.flood, perhaps: too imprecise to say whether it is this one that counts."},
		{minute, experiments.AssertionDecided{Verdict: unsure, Reason: experiments.Blind}, "could not be seen", "gameday could not see for a part of the time that matters, so the answer is not known."},
		{minute, experiments.AssertionDecided{Verdict: unsure, Reason: experiments.Vacuous, Observed: "ALARM"}, "was true all along", "It was true already before inject.flood and never became false: the fault showed no effect here, so nothing is proved."},
		{minute, experiments.AssertionDecided{Verdict: unsure, Reason: experiments.Skipped, Detail: "there is no moment of inject.flood to count from"}, "skipped: there is no moment of inject.flood to count from", "It was not judged: there is no moment of inject.flood to count from."},
		{minute, experiments.AssertionDecided{Verdict: unsure, Reason: experiments.Halted}, "not decided when the run stopped", "The run ended before this was decided."},
		{minute, experiments.AssertionDecided{Verdict: unsure, Reason: "new_reason"}, "new_reason", "new_reason."},
	} {
		got, a := asked(c.block, c.decision)
		assert.Equal(t, c.short, headline(got), c.decision.Reason)
		assert.Equal(t, c.long, explain(got, a), c.decision.Reason)
	}
}

func TestWhatPassedSaysHowItWasSeen(t *testing.T) {
	block := experiments.Block{Name: "x", Since: "inject.flood", Expect: experiments.Stays, Within: ms(time.Minute), Polled: true}
	got, _ := asked(block, experiments.AssertionDecided{Verdict: experiments.Passed, Observed: "4 healthy"})
	require.Equal(t, "4 healthy all 1m, at every look", headline(got))
	block.Expect, block.Polled = experiments.Never, false
	got, _ = asked(block, experiments.AssertionDecided{Verdict: experiments.Passed})
	require.Equal(t, "never within 1m", headline(got))
}

func TestBlindnessSaysOfWhatAndWhen(t *testing.T) {
	source := signals.Source{Kind: "cloudwatch_alarm", Subject: backlog}
	other := signals.Source{Kind: "cloudwatch_alarm", Subject: "other"}
	a := tell((&tale{}).tell(0, started(), planned(), experiments.BlindBegan{Source: source, From: began.Add(time.Minute)},
		experiments.BlindBegan{Source: other, From: began},
		experiments.AssertionDecided{Name: "backlog_alarm", Verdict: experiments.Inconclusive, Reason: experiments.Blind}).records)
	require.Equal(t, "gameday could not see for a part of the time that matters, so the answer is not known. "+
		"orders-backlog could not be seen from +01:00 to the end.", explain(a.asserts[0], a))
}

func TestChainsSayWhichStepWasWrong(t *testing.T) {
	chain := func(d experiments.AssertionDecided) (claim, account) {
		d.Name, d.Chain = "on_call", experiments.Escalation
		a := tell((&tale{}).tell(0, started(), planned(), d).records)
		return a.chains[0], a
	}
	c, a := chain(experiments.AssertionDecided{Verdict: experiments.Failed, Reason: experiments.Late, Detail: "step primary_paged was late (1m2s of 1m)"})
	require.Equal(t, "step primary_paged was late (1m2s of 1m)", headline(c))
	require.Equal(t, "Step primary_paged was late (1m2s of 1m).", explain(c, a))

	c, a = chain(but(came("on_call", 0, 8*time.Minute, 8*time.Minute, ""), experiments.Failed, experiments.Late))
	require.Equal(t, "complete, 1m late", headline(c))
	require.Equal(t, "Its last step came 8m after assert.backlog_alarm, 1m too late: within 7m was asked.", explain(c, a))

	late := but(came("on_call", 0, time.Minute, time.Minute, ""), experiments.Failed, experiments.OutOfOrder)
	late.Detail = "step secondary_paged came before step primary_paged"
	c, a = chain(late)
	require.Equal(t, "steps came out of order", headline(c))
	require.Equal(t, "Its steps must come in the order primary_paged, secondary_paged, and they did not. "+
		"Step secondary_paged came before step primary_paged.", explain(c, a))
}

func TestTheReportOfADeadRunSaysHowToRevertItAndThatOfARehearsalDoesNot(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, Human(&out, injected().records, HumanOptions{Revert: "gameday revert --dir runs x"}))
	require.Contains(t, out.String(), "\n      gameday revert --dir runs x\n")

	out.Reset()
	records := injected().records
	start := started()
	start.Mode = experiments.ModeRehearse
	records[0].Event = start
	require.NoError(t, Human(&out, records, HumanOptions{}))
	require.NotContains(t, out.String(), "gameday revert")
	require.Contains(t, out.String(), "nothing is left in AWS")
}

func TestASnippetEndsWhereItsBlockDoes(t *testing.T) {
	text := "a {\n  b {\n  }\n}\n"
	numbers := func(r experiments.Range) (all []int) {
		for _, l := range blockLines(text, r) {
			all = append(all, l.number)
		}
		return all
	}
	require.Equal(t, []int{1, 2, 3, 4}, numbers(experiments.Range{Line: 1, EndLine: 4}))
	require.Equal(t, []int{1, 2, 3, 4}, numbers(experiments.Range{Line: 1, EndLine: 1}))
	require.Equal(t, []int{2, 3}, numbers(experiments.Range{Line: 2, EndLine: 2}))
	require.Equal(t, []int{3}, numbers(experiments.Range{Line: 3}))
	require.Empty(t, numbers(experiments.Range{Line: 99}))
	require.Empty(t, numbers(experiments.Range{}))
	long := strings.Repeat("x\n", 40)
	require.Len(t, blockLines(long, experiments.Range{Line: 1, EndLine: 40}), shownLines)
}

func TestAHeartbeatComesOnlyWhenNothingElseDid(t *testing.T) {
	var out bytes.Buffer
	p := NewProgress(&out, Style{}, false)
	p.Beat(began.Add(time.Hour))
	require.Empty(t, out.String(), "nothing has started")
	for _, r := range injected().records {
		p.Report(r)
	}
	out.Reset()
	p.Beat(began.Add(47 * time.Second))
	require.Empty(t, out.String())
	p.Beat(began.Add(48 * time.Second))
	require.Contains(t, out.String(), "+00:48  …")
	p.Beat(began.Add(50 * time.Second))
	require.Equal(t, 1, strings.Count(out.String(), "…"))
}

func TestARevertLaterOnIsTimedFromItsOwnStartAndKnowsTheRun(t *testing.T) {
	var out bytes.Buffer
	p := NewProgress(&out, Style{}, false)
	p.Recall(injected().records)
	require.Empty(t, out.String())
	later := began.Add(48 * time.Hour)
	p.Report(experiments.Record{Seq: 99, Time: later, Event: experiments.FaultReverting{Name: "flood"}})
	p.Report(experiments.Record{Seq: 100, Time: later.Add(2 * time.Second), Event: experiments.FaultReverted{Name: "flood"}})
	require.Equal(t, "+00:00  inject.flood            reverting\n+00:02  inject.flood            reverted  ✓\n", out.String())
}
