package experiments

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/injectors"
	"gameday/internal/signals"
)

var t0 = time.Date(2026, 11, 22, 2, 12, 0, 0, time.UTC)

func instant(after time.Duration) signals.Moment {
	return signals.Moment{Earliest: t0.Add(after), Latest: t0.Add(after)}
}

// told makes records of events, ten seconds apart.
func told(events ...Event) []Record {
	var records []Record
	for i, e := range events {
		records = append(records, Record{Seq: i + 1, Time: t0.Add(time.Duration(i) * 10 * time.Second), Event: e})
	}
	return records
}

// aRun is a whole run of one fault that passed.
func aRun() []Event {
	tap := signals.Source{Kind: "sns_topic", Subject: "arn:aws:sns:eu-west-1:111122223333:page"}
	alarm := signals.Source{Kind: "cloudwatch_alarm", Subject: "errors"}
	moment, began := instant(80*time.Second), instant(60*time.Second)
	return []Event{
		RunStarted{Format: "gameday.events/1", Run: "20261122-021200-4f9a", Mode: ModeRun, Scenario: "checkout", Seed: 7},
		PlanMade{
			Faults:     []PlannedFault{{Block: Block{Name: "flood", Kind: "sqs_backlog"}, Targets: []string{"arn:queue"}}},
			Checks:     []Block{{Name: "quiet", Kind: "cloudwatch_alarm"}},
			Guards:     []Block{{Name: "customers", Kind: "cloudwatch_alarm", Subjects: []string{"errors"}}},
			Assertions: []Block{{Name: "paged", Kind: "sns_message", Since: "inject.flood", Within: Millis(time.Minute)}},
			Chains:     []PlannedChain{{Name: "on_call", Kind: Escalation, Within: Millis(time.Hour), Steps: []string{"paged"}}},
		},
		TapOpening{Source: tap, Plan: injectors.Plan{Targets: []string{"arn:tap"}}},
		TapOpened{Source: tap},
		SignalSeen{Source: alarm, At: instant(0), Value: json.RawMessage(`{"state":"OK"}`)},
		CheckDecided{Name: "quiet", Verdict: Passed, Observed: "OK"},
		FaultPlanned{Name: "flood", Kind: "sqs_backlog", Plan: injectors.Plan{Targets: []string{"arn:queue"}}},
		FaultInjecting{Name: "flood"},
		FaultInjected{Name: "flood", Began: began, Done: began},
		AssertionDecided{
			Name: "paged", Verdict: Passed, Moment: &moment, Observed: "page",
			Latency: &Latency{Millis(20 * time.Second), Millis(20 * time.Second)},
		},
		AssertionDecided{Name: "on_call", Chain: Escalation, Verdict: Passed},
		FaultReverting{Name: "flood"},
		FaultReverted{Name: "flood", Moment: instant(110 * time.Second)},
		TapClosed{Source: tap},
		RunFinished{Verdict: Passed, APICalls: map[string]int{"sqs:SendMessage": 3}},
	}
}

func TestSummaryOfAPassedRunSaysEverythingInTheOrderOfThePlan(t *testing.T) {
	text, err := json.MarshalIndent(Summarize(told(aRun()...)), "", "  ")
	require.NoError(t, err)
	require.JSONEq(t, `{
	  "format": "gameday.summary/1", "run": "20261122-021200-4f9a", "mode": "run", "scenario": "checkout", "seed": 7,
	  "started": "2026-11-22T02:12:00Z", "finished": "2026-11-22T02:14:20Z", "verdict": "passed", "exit_code": 0,
	  "checks": [{"name": "quiet", "kind": "cloudwatch_alarm", "verdict": "passed", "reason": "", "observed": "OK"}],
	  "guards": [{"name": "customers", "kind": "cloudwatch_alarm", "verdict": "passed", "reason": "", "observed": "OK"}],
	  "faults": [{"name": "flood", "kind": "sqs_backlog", "targets": ["arn:queue"], "reverted": "yes",
	    "injected": {"earliest": "2026-11-22T02:13:00Z", "latest": "2026-11-22T02:13:00Z"}}],
	  "assertions": [{"name": "paged", "kind": "sns_message", "expect": "happens", "since": "inject.flood",
	    "verdict": "passed", "reason": "", "within_ms": 60000, "latency_ms": {"min": 20000, "max": 20000},
	    "moment": {"earliest": "2026-11-22T02:13:20Z", "latest": "2026-11-22T02:13:20Z"}, "observed": "page"}],
	  "chains": [{"name": "on_call", "type": "escalation", "verdict": "passed", "reason": "", "within_ms": 3600000,
	    "latency_ms": null, "steps": ["paged"]}],
	  "leftovers": [], "api_calls": {"sqs:SendMessage": 3}
	}`, string(text))
}

func TestListsOfASummaryAreNeverNull(t *testing.T) {
	for _, records := range [][]Record{nil, told(aRun()[:1]...), told(aRun()[0], RunFinished{Verdict: Inconclusive, ExitCode: 3})} {
		text, err := json.Marshal(Summarize(records))
		require.NoError(t, err)
		for _, key := range []string{"checks", "guards", "faults", "assertions", "chains", "leftovers"} {
			assert.Contains(t, string(text), `"`+key+`":[]`)
		}
		assert.Contains(t, string(text), `"api_calls":{}`)
	}
}

func TestAJournalCutShortAnywhereIsNeverPassed(t *testing.T) {
	events := aRun()
	for n := range len(events) {
		s := Summarize(told(events[:n]...))
		tapOpen := n > 2 && n <= 13
		faultOpen := n > 7 && n <= 12
		want, code := Inconclusive, ExitInconclusive
		if tapOpen || faultOpen {
			want, code = NotReverted, ExitNotReverted
		}
		assert.Equal(t, want, s.Verdict, "after %d records", n)
		assert.Equal(t, code, s.ExitCode, "after %d records", n)
		assert.Nil(t, s.Finished, "after %d records", n)
		assert.Equal(t, tapOpen || faultOpen, len(s.Leftovers) > 0, "after %d records", n)
		if n >= 2 && n <= 9 {
			assert.Equal(t, Inconclusive, s.Assertions[0].Verdict, "after %d records", n)
			assert.Equal(t, Halted, s.Assertions[0].Reason, "after %d records", n)
		}
	}
}

func TestFoldedRecordByRecordOrAtOnceASummaryIsTheSame(t *testing.T) {
	var f Fold
	records := told(aRun()...)
	for i, r := range records {
		f.Add(r)
		require.Equal(t, Summarize(records[:i+1]), f.Summary())
	}
	require.Equal(t, Tell(records), f.Story())
}

func TestSummaryAndRevertAgreeOnWhatIsLeftWhereverAJournalIsCut(t *testing.T) {
	records := told(aRun()...)
	for n := range records {
		assert.ElementsMatch(t, Unfinished(records[:n]), Summarize(records[:n]).Leftovers, "after %d records", n)
	}
}

func TestCallsOfARevertAreAddedToThoseOfTheRun(t *testing.T) {
	revert := RunFinished{Verdict: Passed, APICalls: map[string]int{"sqs:SendMessage": 1, "sqs:DeleteMessage": 4}}
	s := Summarize(told(append(aRun(), revert)...))
	require.Equal(t, map[string]int{"sqs:SendMessage": 4, "sqs:DeleteMessage": 4}, s.APICalls)
}

// until returns the events of aRun before the first of the type named.
func until(kind string) []Event {
	events := aRun()
	for i, e := range events {
		if e.Type() == kind {
			return events[:i:i]
		}
	}
	panic(kind)
}

func TestWhatBecameOfAFault(t *testing.T) {
	irreversible := aRun()[:7]
	plan := irreversible[1].(PlanMade)
	plan.Faults = []PlannedFault{{Block: Block{Name: "flood"}, Irreversible: true}}
	irreversible[1] = plan
	for name, c := range map[string]struct {
		events []Event
		want   Reverted
	}{
		"only planned":                 {until("fault.injecting"), RevertedNotInjected},
		"announced":                    {until("fault.injected"), RevertedNo},
		"failed before its first call": {append(until("fault.injected"), FaultFailed{Name: "flood"}), RevertedNotInjected},
		"failed half-way":              {append(until("fault.injected"), FaultFailed{Name: "flood", Touched: true}), RevertedNo},
		"reverting":                    {until("fault.reverted"), RevertedNo},
		"reverted":                     {until("tap.closed"), RevertedYes},
		"not reverted":                 {append(until("fault.reverted"), FaultRevertFailed{Name: "flood", Error: "gone"}), RevertedNo},
		"reverted at the second go": {append(until("fault.reverted"), FaultRevertFailed{Name: "flood"},
			FaultReverted{Name: "flood"}), RevertedYes},
		"irreversible": {append(irreversible, FaultInjecting{Name: "flood"}), RevertedIrrevocable},
	} {
		assert.Equal(t, c.want, Summarize(told(c.events...)).Faults[0].Reverted, name)
	}
}

func TestLeftoversOfADeadRunAreNewestFirstWithWhatIsLeft(t *testing.T) {
	events := append(until("fault.reverted"), FaultRevertFailed{Name: "flood", Error: "access denied", Left: []string{"12 messages"}})
	require.Equal(t, []Leftover{
		{"inject.flood", []string{"12 messages"}, "access denied"},
		{"tap on arn:aws:sns:eu-west-1:111122223333:page", []string{"arn:tap"}, "opened and not closed"},
	}, Summarize(told(events...)).Leftovers)
}

func TestARevertOfADeadRunLiftsNotRevertedButNothingElse(t *testing.T) {
	tap := aRun()[2].(TapOpening).Source
	dead := until("assertion.decided")
	require.Equal(t, NotReverted, Summarize(told(dead...)).Verdict)
	revert := []Event{FaultReverting{Name: "flood"}, FaultReverted{Name: "flood"}, TapClosed{Source: tap}, RunFinished{Verdict: Passed}}

	after := Summarize(told(append(dead, revert...)...))
	require.Equal(t, Inconclusive, after.Verdict)
	require.Equal(t, ExitInconclusive, after.ExitCode)
	require.Equal(t, RevertedYes, after.Faults[0].Reverted)
	require.Empty(t, after.Leftovers)

	failed := append(until("assertion.decided"), AssertionDecided{Name: "paged", Verdict: Failed, Reason: Missed},
		AssertionDecided{Name: "on_call", Chain: Escalation, Verdict: Failed, Reason: Missed},
		FaultRevertFailed{Name: "flood"}, RunFinished{Verdict: NotReverted, ExitCode: ExitNotReverted})
	require.Equal(t, NotReverted, Summarize(told(failed...)).Verdict)
	require.Equal(t, Failed, Summarize(told(append(failed, revert...)...)).Verdict)
}

func TestAnInterruptBeforeARevertIsNotForgotten(t *testing.T) {
	events := append(aRun()[:14], RunFinished{Verdict: Interrupted, ExitCode: ExitTerminated})
	require.Equal(t, ExitTerminated, Summarize(told(events...)).ExitCode)
	s := Summarize(told(append(events, RunFinished{Verdict: Passed})...))
	require.Equal(t, Interrupted, s.Verdict)
}

func TestAStoppedRunIsAtLeastStopped(t *testing.T) {
	for cause, want := range map[StopCause]struct {
		verdict Verdict
		code    ExitCode
	}{
		StopGuard:     {Stopped, ExitStopped},
		StopTimeout:   {Stopped, ExitStopped},
		StopInterrupt: {Interrupted, ExitInterrupted},
		StopTerminate: {Interrupted, ExitTerminated},
		StopJournal:   {Inconclusive, ExitInconclusive},
	} {
		s := Summarize(told(append(aRun()[:14], RunStopping{Cause: cause})...)) // all reverted, no run.finished
		assert.Equal(t, want.verdict, s.Verdict, cause)
		assert.Equal(t, want.code, s.ExitCode, cause)
	}
}

func TestABrokenGuardFailsAndABlindOneIsInconclusive(t *testing.T) {
	for reason, want := range map[Reason]Verdict{DidNotStay: Failed, Happened: Failed, Blind: Inconclusive} {
		events := append(until("assertion.decided"), GuardBroken{Name: "customers", Reason: reason, Observed: "ALARM"})
		guard := Summarize(told(events...)).Guards[0]
		assert.Equal(t, CheckOutcome{"customers", "cloudwatch_alarm", want, reason, "ALARM"}, guard)
	}
}

func TestNothingTouchedBecauseOfACheckSkipsTheRest(t *testing.T) {
	events := append(aRun()[:2], CheckDecided{Name: "quiet", Verdict: Failed, Reason: Missed, Observed: "ALARM"},
		RunFinished{Verdict: Inconclusive, ExitCode: ExitInconclusive})
	s := Summarize(told(events...))
	require.Equal(t, Inconclusive, s.Verdict)
	require.Equal(t, Skipped, s.Assertions[0].Reason)
	require.Equal(t, Skipped, s.Chains[0].Reason)
	require.Equal(t, Skipped, s.Guards[0].Reason)
	require.Equal(t, RevertedNotInjected, s.Faults[0].Reverted)
}

func TestARunOfTheChecksAloneMayPass(t *testing.T) {
	events := append(aRun()[:2], CheckDecided{Name: "quiet", Verdict: Passed, Observed: "OK"}, RunFinished{Verdict: Passed})
	require.Equal(t, Passed, Summarize(told(events...)).Verdict)
}

func TestARunThatClaimsToHavePassedDoesNotWhenItsRecordsSayElse(t *testing.T) {
	events := aRun()
	for i, e := range events {
		if d, is := e.(AssertionDecided); is && d.Chain == "" {
			d.Verdict, d.Reason = Failed, Late
			events[i] = d
		}
	}
	s := Summarize(told(events...))
	require.Equal(t, Failed, s.Verdict)
	require.Equal(t, ExitFailed, s.ExitCode)
}

func TestStoryKnowsWhenNobodyCouldSee(t *testing.T) {
	source := signals.Source{Kind: "cloudwatch_alarm", Subject: "errors"}
	open := told(BlindBegan{Source: source, From: t0})
	require.Equal(t, []Blindness{{Source: source, From: t0}}, Tell(open).Blind)
	over := told(BlindBegan{Source: source, From: t0}, BlindEnded{source, t0, t0.Add(time.Minute), true, "throttled"},
		BlindEnded{source, t0.Add(time.Hour), t0.Add(2 * time.Hour), false, ""})
	require.Equal(t, []Blindness{
		{source, t0, t0.Add(time.Minute), true, "throttled"},
		{source, t0.Add(time.Hour), t0.Add(2 * time.Hour), false, ""},
	}, Tell(over).Blind)
}
