package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
)

// answer is a decision that a test puts in short: so many seconds, or a reason.
func answer(name string, seconds float64, reason experiments.Reason) experiments.AssertionDecided {
	took := time.Duration(seconds * float64(time.Second))
	d := came(name, 15*time.Second, took, took, "")
	switch reason {
	case "":
	case experiments.Late:
		d = but(d, experiments.Failed, reason)
	case experiments.Missed, experiments.Happened:
		d = experiments.AssertionDecided{Name: name, Verdict: experiments.Failed, Reason: reason}
	default:
		d = experiments.AssertionDecided{Name: name, Verdict: experiments.Inconclusive, Reason: reason}
	}
	return d
}

// day is a run of the checkout so many days after the first, in which backlog_alarm and on_call took so many seconds.
func day(n int, seconds float64, reason experiments.Reason) Row {
	t := injected()
	start := t.records[0].Event.(experiments.RunStarted)
	start.Run, start.SHA256 = fmt.Sprintf("20261122-021200-%04d", n), strings.Repeat("0", 64)
	if n > 8 {
		start.SHA256 = strings.Repeat("1", 64)
	}
	t.records[0].Event = start
	chain := answer("on_call", seconds*2, reason)
	chain.Chain = experiments.Escalation
	t.tell(615*time.Second, answer("backlog_alarm", seconds, reason), answer("primary_paged", 0.35, ""), answer("secondary_paged", 300, ""), chain,
		answer("worked_off", 400+10*float64(n%3), ""), experiments.AssertionDecided{Name: "no_errors", Verdict: experiments.Passed})
	end := experiments.RunFinished{Verdict: experiments.Passed}
	if reason != "" {
		end = experiments.RunFinished{Verdict: chain.Verdict, ExitCode: experiments.ExitFailed}
	}
	s := experiments.Summarize(t.reverted().closed(end))
	return Row{Run: s.Run, When: began.AddDate(0, 0, n), Summary: s, SHA256: start.SHA256}
}

// newestFirst is the order in which runs are listed.
func newestFirst(oldestFirst ...Row) []Row {
	var rows []Row
	for _, r := range oldestFirst {
		rows = append([]Row{r}, rows...)
	}
	return rows
}

func dozen() []Row {
	rows := []Row{}
	for n, seconds := range []float64{62, 61, 64, 60, 0, 62.5, 63, 0, 95, 101, 181, 99} {
		var reason experiments.Reason
		switch n {
		case 4:
			reason = experiments.Missed
		case 7:
			reason = experiments.Blind
		case 10:
			reason = experiments.Late
		}
		rows = append(rows, day(n, seconds, reason))
	}
	rows[0].Summary.Assertions = append(rows[0].Summary.Assertions, experiments.AssertionOutcome{
		Name: "was_asked_once", Kind: "sqs_queue", Verdict: experiments.Passed, Within: ms(time.Minute), Latency: &experiments.Latency{Max: ms(time.Second)},
	})
	return append(newestFirst(rows...), Row{Run: "broken", Err: os.ErrNotExist})
}

func TestTrend(t *testing.T) {
	for name, style := range map[string]Style{
		"plain": {Width: 120}, "narrow": {}, "narrowest": {Width: 40}, "color": {Width: 120, Color: true}, "ascii": {Width: 120, ASCII: true},
	} {
		var out bytes.Buffer
		require.NoError(t, TrendText(&out, TrendOf(dozen()), style))
		golden(t, "trend_"+name, out.Bytes())
	}
	var out bytes.Buffer
	require.NoError(t, TrendJSON(&out, TrendOf(dozen())))
	golden(t, "trend_json", out.Bytes())
	require.NoError(t, schema(t, "trend").Validate(parsed(t, out.Bytes())))
}

func TestATrendOfNothing(t *testing.T) {
	var out bytes.Buffer
	found := TrendOf(nil)
	found.Scenario, found.Mode = "checkout", experiments.ModeRun
	require.NoError(t, TrendText(&out, found, Style{}))
	assert.Equal(t, "checkout\n  no run got as far as to ask anything\n", out.String())
	out.Reset()
	require.NoError(t, TrendJSON(&out, found))
	assert.NotContains(t, out.String(), "null")
	require.NoError(t, schema(t, "trend").Validate(parsed(t, out.Bytes())))
}

func TestRunsOfTheChecksAloneHaveNoPartInATrend(t *testing.T) {
	s := experiments.Summarize((&tale{}).tell(0, started(), planned(), experiments.CheckDecided{Name: "calm", Verdict: experiments.Passed}).
		closed(experiments.RunFinished{Verdict: experiments.Passed}))
	require.Equal(t, experiments.Passed, s.Verdict)
	assert.Empty(t, TrendOf([]Row{{Run: s.Run, Summary: s}}).Runs)
}

// took is a row of exact latencies, in seconds.
func took(seconds ...float64) []experiments.Latency {
	var all []experiments.Latency
	for _, s := range seconds {
		at := ms(time.Duration(s * float64(time.Second)))
		all = append(all, experiments.Latency{Min: at, Max: at})
	}
	return all
}

func TestWhereLatenciesGo(t *testing.T) {
	vague := func(all []experiments.Latency, by time.Duration) []experiments.Latency {
		for i := range all {
			all[i].Min -= ms(by)
		}
		return all
	}
	for name, c := range map[string]struct {
		latencies []experiments.Latency // oldest first
		within    time.Duration
		want      Drift
	}{
		"none":                              {nil, time.Minute, TooFew},
		"three are too few":                 {took(1, 20, 40), time.Minute, TooFew},
		"four are enough":                   {took(10, 10, 20, 20), time.Minute, Slower},
		"faster":                            {took(20, 21, 22, 23, 10, 11), time.Minute, Faster},
		"steady":                            {took(20, 21, 22, 20, 21, 22), time.Minute, Steady},
		"by chance":                         {took(20, 30, 25, 31, 30, 32), time.Minute, Steady},
		"an outlier long ago does not hide": {took(60, 10, 10, 10, 10, 10, 10, 10, 20, 20, 20, 20), time.Minute, Slower},
		"one slow run is no trend":          {took(10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 60), time.Minute, Steady},
		"by less than a tenth":              {took(100, 100, 100, 109, 109), time.Hour, Steady},
		"by a tenth":                        {took(100, 100, 100, 110, 110), time.Hour, Slower},
		"by less than a second":             {took(1, 1, 1, 1.9, 1.9), time.Minute, Steady},
		"by a tenth of a short SLO":         {took(1, 1, 1, 1.9, 1.9), 5 * time.Second, Slower},
		"not known so exactly":              {vague(took(60, 61, 62, 66, 67, 68), 10*time.Second), 3 * time.Minute, Steady},
		"known exactly enough":              {vague(took(60, 61, 62, 61, 80, 81), 10*time.Second), 3 * time.Minute, Slower},
		"down to zero":                      {took(3, 3, 0, 0), time.Minute, Faster},
		"up from zero":                      {took(0, 0, 3, 3), time.Minute, Slower},
		"zero all the time":                 {took(0, 0, 0, 0), 0, Steady},
	} {
		t.Run(name, func(t *testing.T) {
			course := Course{Within: ms(c.within)}
			for i := range c.latencies {
				course.add("cloudwatch_alarm", Point{Within: ms(c.within), Latency: &c.latencies[i]})
			}
			course.conclude()
			assert.Equal(t, c.want, course.Drift)
			assert.Equal(t, c.want == TooFew, course.Before == nil)
		})
	}
}

func TestPercentilesAreLatenciesThatWereSeen(t *testing.T) {
	var course Course
	for i := range 10 {
		course.add("k", Point{Latency: &took(float64(10 - i))[0]})
	}
	course.add("k", Point{Verdict: experiments.Failed, Reason: experiments.Missed})
	course.conclude()
	assert.Equal(t, ms(5*time.Second), *course.P50)
	assert.Equal(t, ms(9*time.Second), *course.P90)
	assert.Equal(t, 11, course.Runs)
	assert.Equal(t, 1, course.Failed)
}

func TestSparklines(t *testing.T) {
	points := func(all []experiments.Latency) []Point {
		var out []Point
		for i := range all {
			out = append(out, Point{Verdict: experiments.Passed, Latency: &all[i]})
		}
		return out
	}
	none := []Point{{Verdict: experiments.Passed}, {Verdict: experiments.Failed}, {Verdict: experiments.Inconclusive}}
	for _, c := range []struct {
		points      []Point
		want, ascii string
	}{
		{nil, "", ""},
		{points(took(50, 60, 70, 80, 90, 100)), "▁▂▃▅▆█", "_,:=+#"},
		{points(took(10, 100)), "▁█", "_#"},
		{points(took(100, 104, 98)), "▇█▇", "*#*"},
		{points(took(7)), "█", "#"},
		{points(took(0, 5)), "▁█", "_#"},
		{points(took(0, 0)), "▁▁", "__"},
		{none, "·✗?", ".x?"},
	} {
		assert.Equal(t, c.want, sparkline(c.points, false))
		assert.Equal(t, c.ascii, sparkline(c.points, true))
	}
}

func TestATrendIsSafeToPrint(t *testing.T) {
	evil := "\x1b[31m\u202e::set-output"
	row := day(1, 60, "")
	row.Run, row.Summary.Scenario = evil, evil
	row.Summary.Assertions[0].Name, row.Summary.Chains[0].Name = evil, evil
	other := row
	other.SHA256 = "another"
	for _, write := range []func(*bytes.Buffer) error{
		func(out *bytes.Buffer) error { return TrendText(out, TrendOf([]Row{row, other}), Style{}) },
		func(out *bytes.Buffer) error { return TrendJSON(out, TrendOf([]Row{row, other})) },
	} {
		var out bytes.Buffer
		require.NoError(t, write(&out))
		assert.NotContains(t, out.String(), "\x1b")
		assert.NotContains(t, out.String(), "\u202e")
	}
}

func TestATrendInJSONReadsBack(t *testing.T) {
	want := TrendOf(dozen())
	var out bytes.Buffer
	require.NoError(t, TrendJSON(&out, want))
	var got Trend
	require.NoError(t, json.Unmarshal(out.Bytes(), &got))
	assert.Equal(t, want, got)
}
