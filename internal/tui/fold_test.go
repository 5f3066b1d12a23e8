package tui

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/injectors"
	"gameday/internal/signals"
)

var t0 = time.Date(2026, 11, 22, 2, 12, 0, 0, time.UTC)

func instant(after time.Duration) signals.Moment {
	return signals.Moment{Earliest: t0.Add(after), Latest: t0.Add(after)}
}

func told(events ...experiments.Event) []experiments.Record {
	var records []experiments.Record
	for i, e := range events {
		records = append(records, experiments.Record{Seq: i + 1, Time: t0.Add(time.Duration(i) * 10 * time.Second), Event: e})
	}
	return records
}

func folded(records []experiments.Record) *State {
	s := &State{}
	for _, r := range records {
		s.Add(r)
	}
	return s
}

// story is a plan with one block of every sort.
func story() []experiments.Event {
	return []experiments.Event{
		experiments.RunStarted{
			Run: "r", Mode: experiments.ModeRun, Scenario: "checkout", Account: "111122223333", Region: "eu-west-1",
			Timeout: experiments.Millis(time.Hour),
		},
		experiments.PlanMade{
			Checks: []experiments.Block{{Name: "quiet", Kind: "cloudwatch_alarm"}},
			Guards: []experiments.Block{{Name: "customers", Kind: "cloudwatch_alarm"}},
			Faults: []experiments.PlannedFault{
				{Block: experiments.Block{Name: "flood", Kind: "sqs_backlog"}, Targets: []string{"arn:queue"}},
				{Block: experiments.Block{Name: "kill", Kind: "ec2_terminate"}, Irreversible: true},
			},
			Assertions: []experiments.Block{{Name: "paged", Since: "inject.flood", Within: experiments.Millis(2 * time.Minute)}},
			Chains: []experiments.PlannedChain{{
				Name: "on_call", Kind: experiments.Escalation, Since: "inject.flood",
				Within: experiments.Millis(time.Hour), Steps: []string{"paged"},
			}},
		},
	}
}

func TestEveryEventChangesWhatItsRowSays(t *testing.T) {
	m := instant(time.Minute)
	injected := experiments.FaultInjected{Name: "flood", Began: m, Done: m}
	for _, c := range []struct {
		name        string
		events      []experiments.Event
		row         string
		glyph, word string
	}{
		{"planned fault", nil, "inject.flood", glyphWaiting, "waiting"},
		{"announced", []experiments.Event{experiments.FaultInjecting{Name: "flood"}}, "inject.flood", glyphLive, "injecting"},
		{"injected", []experiments.Event{experiments.FaultInjecting{Name: "flood"}, injected}, "inject.flood", glyphLive, "LIVE"},
		{"irreversible", []experiments.Event{
			experiments.FaultInjecting{Name: "kill"},
			experiments.FaultInjected{Name: "kill", Began: m, Done: m},
		}, "inject.kill", glyphWarning, "irreversible"},
		{
			"not injected",
			[]experiments.Event{experiments.FaultInjecting{Name: "flood"}, experiments.FaultFailed{Name: "flood"}},
			"inject.flood", glyphFailed, "not injected",
		},
		{
			"half",
			[]experiments.Event{experiments.FaultInjecting{Name: "flood"}, experiments.FaultFailed{Name: "flood", Touched: true}},
			"inject.flood", glyphFailed, "half injected",
		},
		{
			"reverting",
			[]experiments.Event{experiments.FaultInjecting{Name: "flood"}, injected, experiments.FaultReverting{Name: "flood"}},
			"inject.flood", glyphReverting, "reverting",
		},
		{
			"reverted",
			[]experiments.Event{experiments.FaultInjecting{Name: "flood"}, injected, experiments.FaultReverted{Name: "flood", Moment: m}},
			"inject.flood", glyphPassed, "reverted",
		},
		{"not reverted", []experiments.Event{
			experiments.FaultInjecting{Name: "flood"},
			injected,
			experiments.FaultRevertFailed{Name: "flood"},
		}, "inject.flood", glyphFailed, "NOT REVERTED"},
		{"stopped before", []experiments.Event{experiments.RunStopping{}}, "inject.flood", barEarly, "not injected"},
		{"check", nil, "check.quiet", glyphRunning, "checking"},
		{
			"check held",
			[]experiments.Event{experiments.CheckDecided{Name: "quiet", Verdict: experiments.Passed}},
			"check.quiet",
			glyphPassed, "passed",
		},
		{"check missed", []experiments.Event{experiments.CheckDecided{
			Name: "quiet", Verdict: experiments.Failed,
			Reason: experiments.Missed,
		}}, "check.quiet", glyphFailed, "missed"},
		{"guard", nil, "guard.customers", glyphWaiting, "waiting"},
		{"guarding", []experiments.Event{experiments.FaultInjecting{Name: "flood"}}, "guard.customers", glyphRunning, "guarding"},
		{"broken", []experiments.Event{experiments.GuardBroken{Name: "customers"}}, "guard.customers", glyphFailed, "BROKEN"},
		{
			"blind guard",
			[]experiments.Event{experiments.GuardBroken{Name: "customers", Reason: experiments.Blind}},
			"guard.customers",
			glyphUnknown, "blind",
		},
		{
			"held",
			[]experiments.Event{experiments.FaultInjecting{Name: "flood"}, experiments.RunFinished{}},
			"guard.customers",
			glyphPassed, "held",
		},
		{"guard of nothing", []experiments.Event{experiments.RunFinished{}}, "guard.customers", glyphUnknown, "skipped"},
		{"waits", nil, "assert.paged", glyphWaiting, "waiting"},
		{"watched", []experiments.Event{experiments.FaultInjecting{Name: "flood"}, injected}, "assert.paged", glyphRunning, "watching"},
		{
			"came",
			[]experiments.Event{experiments.AssertionDecided{Name: "paged", Verdict: experiments.Passed, Moment: &m}},
			"assert.paged", glyphPassed, "passed",
		},
		{
			"late",
			[]experiments.Event{experiments.AssertionDecided{Name: "paged", Verdict: experiments.Failed, Reason: experiments.TooEarly}},
			"assert.paged", glyphFailed, "too early",
		},
		{"unseen", []experiments.Event{experiments.AssertionDecided{
			Name: "paged", Verdict: experiments.Inconclusive,
			Reason: experiments.Blind,
		}}, "assert.paged", glyphUnknown, "blind"},
		{"cut short", []experiments.Event{experiments.RunFinished{}}, "assert.paged", glyphUnknown, "not decided"},
		{"chain", []experiments.Event{experiments.AssertionDecided{
			Name: "on_call", Chain: experiments.Escalation,
			Verdict: experiments.Failed, Reason: experiments.OutOfOrder,
		}}, "escalation.on_call", glyphFailed, "out of order"},
	} {
		s := folded(told(append(story(), c.events...)...))
		got := s.status(s.rows[c.row])
		assert.Equal(t, c.glyph+" "+c.word, got.glyph+" "+got.word, c.name)
	}
}

func TestRowsStandInTheirGroups(t *testing.T) {
	var said []string
	for _, r := range folded(told(story()...)).Rows {
		said = append(said, r.Group.String()+" "+r.Key)
	}
	require.Equal(t, []string{
		"Preparation check.quiet", "Fault inject.flood", "Fault inject.kill", "Fault guard.customers", "Response assert.paged",
		"Response escalation.on_call",
	}, said)
}

func TestLiveFaultsAreCountedWhileTheyMayBeInEffect(t *testing.T) {
	m := instant(0)
	events := append(story(), experiments.FaultInjecting{Name: "flood"}, experiments.FaultInjected{Name: "flood", Began: m, Done: m},
		experiments.FaultInjecting{Name: "kill"}, experiments.FaultReverting{Name: "flood"},
		experiments.FaultRevertFailed{Name: "flood", Error: "denied"}, experiments.FaultReverted{Name: "flood", Moment: m})
	for n, want := range []int{0, 0, 1, 1, 1, 1, 1, 0} {
		assert.Equal(t, want, folded(told(events[:n+1]...)).Live(), "after %d records", n+1)
	}
}

func TestWhatABlockCountsFromIsFoundByItsReference(t *testing.T) {
	m, done, reverted := instant(time.Minute), instant(2*time.Minute), instant(3*time.Minute)
	s := folded(told(append(story(), experiments.FaultInjecting{Name: "flood"},
		experiments.FaultInjected{Name: "flood", Began: m, Done: done},
		experiments.FaultReverted{Name: "flood", Moment: reverted},
		experiments.AssertionDecided{Name: "paged", Verdict: experiments.Passed, Moment: &done})...))
	s.skew = 0
	for since, want := range map[string]*signals.Moment{
		"inject.flood": &m, "inject.flood.done": &done, "inject.flood.reverted": &reverted, "assert.paged": &done,
		"inject.kill": nil, "inject.kill.reverted": nil, "inject.other": nil, "": nil,
	} {
		assert.Equal(t, want, s.rawMoment(since), since)
	}
}

func TestTimesOfAWSAreShownByGamedaysClock(t *testing.T) {
	ahead := instant(time.Hour)
	s := folded(told(append(story(), experiments.FaultInjecting{Name: "flood"},
		experiments.FaultInjected{Name: "flood", Began: ahead, Done: ahead})...))
	since, began := s.moment("inject.flood")
	require.True(t, began)
	require.Equal(t, t0.Add(30*time.Second), since, "when the record was written")
}

func TestSignalsBecomeValuesOverTime(t *testing.T) {
	seen := func(kind, value string) experiments.Event {
		return experiments.SignalSeen{Source: signals.Source{Kind: kind, Subject: "arn:aws:x:orders"}, Value: json.RawMessage(value)}
	}
	for value, want := range map[string]Point{
		`{"visible":12,"not_visible":3}`:            {Value: 12, Text: "12 visible"},
		`{"desired":4,"healthy":3}`:                 {Value: 3, Text: "3 of 4 healthy"},
		`{"state":"ALARM","arn":"x"}`:               {Value: 2, Text: "ALARM"},
		`{"state":"OK"}`:                            {Value: 0, Text: "OK"},
		`{"state":"stopping"}`:                      {Value: 1, Text: "stopping"},
		`{"id":"7","text":"body","subject":"Page"}`: {Value: 1, Text: "Page"},
		`{"id":"7","text":"body\u001b[2J"}`:         {Value: 1, Text: `body\x1b[2J`},
		`{"id":"7","status":"Success"}`:             {Value: 1, Text: "Success 7"},
		`[1,2]`:                                     {Value: 0, Text: "[1,2]"},
	} {
		s := folded(told(seen("any", value)))
		require.Len(t, s.Series, 1, value)
		p := s.Series[0].Points[0]
		assert.Equal(t, want, Point{Value: p.Value, Text: p.Text}, value)
		assert.Equal(t, "orders", s.Series[0].Label)
	}
}

func TestPhasesFollowTheRun(t *testing.T) {
	m := instant(0)
	for want, events := range map[string][]experiments.Event{
		"preparing": story(),
		"injecting": append(story(), experiments.FaultInjecting{Name: "flood"}),
		"watching":  append(story(), experiments.FaultInjecting{Name: "flood"}, experiments.FaultInjected{Name: "flood", Began: m, Done: m}),
		"stopping":  append(story(), experiments.RunStopping{}),
		"reverting": append(story(), experiments.FaultInjecting{Name: "flood"}, experiments.FaultInjected{Name: "flood", Began: m, Done: m}, experiments.FaultReverting{Name: "flood"}),
		"STOPPED":   append(story(), experiments.RunStopping{Cause: experiments.StopGuard}, experiments.RunFinished{Verdict: experiments.Stopped}),
		"starting":  nil,
	} {
		word, _ := folded(told(events...)).phase()
		_, word, _ = cutWord(word)
		assert.Equal(t, want, word)
	}
}

func TestARevertLaterOnDoesNotMakeAFailedRunPass(t *testing.T) {
	s := folded(told(append(story(),
		experiments.AssertionDecided{Name: "paged", Verdict: experiments.Failed, Reason: experiments.Missed},
		experiments.AssertionDecided{Name: "on_call", Chain: experiments.Escalation, Verdict: experiments.Failed, Reason: experiments.Missed},
		experiments.RunFinished{Verdict: experiments.Failed, ExitCode: experiments.ExitFailed},
		experiments.FaultReverting{Name: "flood"}, experiments.FaultReverted{Name: "flood"},
		experiments.RunFinished{Verdict: experiments.Passed})...))
	require.Equal(t, experiments.Failed, s.Verdict)
}

func TestTheStateOfACutJournalIsThatOfItsRecordsAlone(t *testing.T) {
	records := rehearsed(t, "checkout")
	whole := &State{}
	for i, r := range records {
		whole.Add(r)
		again := folded(records[:i+1])
		require.Equal(t, len(again.Log), len(whole.Log))
		require.Equal(t, again.Live(), whole.Live())
	}
	require.Equal(t, experiments.Summarize(records).Verdict, whole.Verdict)
}

func TestLinesOfTheLogAreSafeToShow(t *testing.T) {
	s := folded(told(append(story(), experiments.FaultFailed{Name: "flood\x1b[2J", Error: "\x1b]0;x\a\u202e"},
		experiments.TapOpened{Source: signals.Source{Subject: "arn:\x1b[31m"}}, experiments.TapOpening{Plan: injectors.Plan{}})...))
	for _, e := range s.Log {
		assert.NotContains(t, e.About+e.Text, "\x1b")
		assert.NotContains(t, e.About+e.Text, "\u202e")
	}
}

// crowd is a run of a thousand assertions and ten thousand signals of three hundred sources.
func crowd() []experiments.Record {
	plan := experiments.PlanMade{Faults: []experiments.PlannedFault{{Block: experiments.Block{Name: "flood", Kind: "sqs_backlog"}}}}
	for i := range 1000 {
		plan.Assertions = append(plan.Assertions, experiments.Block{
			Name: fmt.Sprintf("assertion_%d", i), Kind: "sqs_queue", Since: "inject.flood", Within: experiments.Millis(time.Hour),
			Subjects: []string{fmt.Sprintf("queue-%d", i%300)},
		})
	}
	m := instant(30 * time.Second)
	events := []experiments.Event{
		experiments.RunStarted{Mode: experiments.ModeRun, Account: "111122223333", Region: "eu-west-1", Scenario: "crowd"},
		plan,
		experiments.FaultInjecting{Name: "flood"},
		experiments.FaultInjected{Name: "flood", Began: m, Done: m},
	}
	for i := range 10_000 {
		events = append(events, experiments.SignalSeen{
			Source: signals.Source{Kind: "sqs_queue", Subject: fmt.Sprintf("queue-%d", i%300)},
			At:     instant(time.Duration(i) * time.Second), Value: json.RawMessage(fmt.Sprintf(`{"visible":%d}`, i%977)),
		})
	}
	for i := range 500 {
		m := instant(time.Duration(i) * time.Second)
		events = append(events, experiments.AssertionDecided{Name: fmt.Sprintf("assertion_%d", i), Verdict: experiments.Passed, Moment: &m})
	}
	return told(events...)
}

func BenchmarkFold(b *testing.B) {
	records := crowd()
	b.ReportAllocs()
	for b.Loop() {
		folded(records)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(records)), "ns/event")
}

func BenchmarkFrame(b *testing.B) {
	records := crowd()
	for _, size := range [][2]int{{80, 24}, {120, 40}, {300, 100}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			m := newModel(look{color: true}, Actions{})
			m.take(frame{now: records[len(records)-1].Time, records: records})
			m.timeline.selected = 700
			b.ReportAllocs()
			for b.Loop() {
				m.Render(size[0], size[1])
			}
		})
	}
}

func TestNoRowIsMadeUp(t *testing.T) {
	for _, name := range []string{"checkout", "broken-playbook"} {
		records := rehearsed(t, name)
		plan := records[1].Event.(experiments.PlanMade)
		m := shown(records, time.Hour, look{})
		for range m.state.Rows {
			m.Render(120, 60)
			m.vertical(1)
		}
		require.Len(t, m.state.Rows, len(plan.Checks)+len(plan.Faults)+len(plan.Guards)+len(plan.Assertions)+len(plan.Chains))
	}
}
