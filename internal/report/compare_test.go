package report

import (
	"bytes"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
)

// elsewhere is a rehearsal of a scenario that asks for something else.
func elsewhere() []experiments.Record {
	records := passedRun()
	start, plan := started(), planned()
	start.Mode, start.SHA256, start.Seed, start.Variables = experiments.ModeRehearse, "1", 7, map[string]any{"flood": 5000, "name": "it's"}
	plan.Assertions = slices.Delete(assertions(), 1, 2)
	plan.Assertions[0].Within, plan.Assertions[0].Since = ms(90*time.Second), "inject.kill"
	plan.Assertions[2].Within = ms(20 * time.Minute)
	plan.Checks[0].Name = "quiet"
	records[0].Event, records[1].Event = start, plan
	return records
}

func slower() []experiments.Record {
	records := slices.Clone(passedRun())
	for i, r := range records {
		d, is := r.Event.(experiments.AssertionDecided)
		switch {
		case is && d.Name == "backlog_alarm":
			records[i].Event = came(d.Name, 15*time.Second, 91*time.Second, 96*time.Second, "ALARM")
		case is && d.Name == "worked_off":
			records[i].Event = came(d.Name, 15*time.Second, 190*time.Second, 195*time.Second, "87 visible")
		}
	}
	return records
}

func comparisons() map[string]Comparison {
	in := func(before, after []experiments.Record) Comparison {
		return Compare(before, after, ".gameday/runs/a", "/mnt/it's/b")
	}
	return map[string]Comparison{
		"same": in(passedRun(), passedRun()), "broke": in(passedRun(), failedRun()), "mended": in(failedRun(), passedRun()),
		"slower": in(passedRun(), slower()), "elsewhere": in(passedRun(), elsewhere()), "stopped": in(passedRun(), stoppedRun()),
		"dead": in(injected().records, refusedRun()), "wide": in(wideRun(), passedRun()),
	}
}

func TestComparison(t *testing.T) {
	for name, c := range comparisons() {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, ComparisonText(&out, c, Style{Width: 100}))
			golden(t, "compare_"+name, out.Bytes())
			out.Reset()
			require.NoError(t, ComparisonJSON(&out, c))
			require.NoError(t, schema(t, "comparison").Validate(parsed(t, out.Bytes())))
		})
	}
	for name, style := range map[string]Style{"color": {Width: 100, Color: true}, "narrow_ascii": {Width: 60, ASCII: true}} {
		var out bytes.Buffer
		require.NoError(t, ComparisonText(&out, comparisons()["broke"], style))
		golden(t, "compare_broke_"+name, out.Bytes())
	}
	var out bytes.Buffer
	require.NoError(t, ComparisonJSON(&out, comparisons()["elsewhere"]))
	golden(t, "compare_json", out.Bytes())
}

func TestVerdictsTurn(t *testing.T) {
	for _, c := range []struct {
		before, after experiments.Verdict
		want          Turn
	}{
		{experiments.Passed, experiments.Passed, Same},
		{experiments.Passed, experiments.Failed, Broke},
		{experiments.Inconclusive, experiments.Failed, Broke},
		{experiments.Failed, experiments.Passed, Mended},
		{experiments.Inconclusive, experiments.Passed, Mended},
		{experiments.Passed, experiments.Inconclusive, Undecided},
		{experiments.Failed, experiments.Inconclusive, Undecided},
		{experiments.Inconclusive, experiments.Inconclusive, Same},
	} {
		assert.Equal(t, c.want, turn(c.before, c.after), "%s → %s", c.before, c.after)
	}
}

func TestFaultsTurn(t *testing.T) {
	for _, c := range []struct {
		before, after experiments.Reverted
		want          Turn
	}{
		{experiments.RevertedYes, experiments.RevertedYes, Same},
		{experiments.RevertedYes, experiments.RevertedNo, Broke},
		{experiments.RevertedNotInjected, experiments.RevertedNo, Broke},
		{experiments.RevertedNo, experiments.RevertedYes, Mended},
		{experiments.RevertedNo, experiments.RevertedNotInjected, Differs},
		{experiments.RevertedYes, experiments.RevertedIrrevocable, Differs},
	} {
		assert.Equal(t, c.want, turnOfFault(c.before, c.after), "%s → %s", c.before, c.after)
	}
}

func TestLatenciesAreComparedByTheirIntervals(t *testing.T) {
	outcome := func(from, to float64) Outcome {
		l := experiments.Latency{Min: took(from)[0].Min, Max: took(to)[0].Max}
		return Outcome{Kind: "k", Asked: "happens since inject.flood", Within: ms(3 * time.Minute), Latency: &l}
	}
	for name, c := range map[string]struct {
		before, after Outcome
		want          Drift
	}{
		"the same":                {outcome(60, 60), outcome(60, 60), Steady},
		"slower":                  {outcome(60, 60), outcome(70, 70), Slower},
		"faster":                  {outcome(70, 70), outcome(60, 60), Faster},
		"overlapping":             {outcome(60, 75), outcome(70, 90), Steady},
		"hardly apart":            {outcome(60, 70), outcome(71, 90), Steady},
		"apart":                   {outcome(60, 65), outcome(73, 90), Slower},
		"not asked the same":      {outcome(60, 60), func() Outcome { o := outcome(70, 70); o.Asked = "happens since inject.kill"; return o }(), ""},
		"of another kind":         {outcome(60, 60), func() Outcome { o := outcome(70, 70); o.Kind = "other"; return o }(), ""},
		"one of them has none":    {outcome(60, 60), Outcome{Kind: "k", Asked: "happens since inject.flood"}, ""},
		"another SLO is no drift": {outcome(60, 60), func() Outcome { o := outcome(60, 60); o.Within = 1; return o }(), Steady},
	} {
		assert.Equal(t, c.want, driftOf(c.before, c.after), name)
	}
}

func TestEveryChangeIsToldOnce(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(comparisons())) {
		for _, c := range comparisons()[name].Changes {
			told := 0
			for _, part := range chapters() {
				if part.holds(c) {
					told++
				}
			}
			assert.LessOrEqual(t, told, 1, "%s: %s.%s", name, c.Block, c.Name)
			assert.Equal(t, c.Turn == Same && c.Drift != Slower && c.Drift != Faster && !c.askedElse(), told == 0, "%s: %s.%s", name, c.Block, c.Name)
		}
	}
}

func TestAComparisonIsSafeToPrint(t *testing.T) {
	evil := "\x1b[31m\u202e"
	records := passedRun()
	start := started()
	start.Scenario, start.Run, start.Account, start.Variables = evil, evil, evil, map[string]any{evil: evil}
	records[0].Event = start
	var out bytes.Buffer
	require.NoError(t, ComparisonText(&out, Compare(passedRun(), records, evil, evil), Style{}))
	require.NoError(t, ComparisonJSON(&out, Compare(passedRun(), records, evil, evil)))
	assert.NotContains(t, out.String(), "\x1b")
	assert.NotContains(t, out.String(), "\u202e")
}
