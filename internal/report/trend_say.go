package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gameday/experiments"
	"gameday/internal/clock"
)

// TrendText writes the trend for people.
func TrendText(w io.Writer, t Trend, style Style) error {
	p := &page{Style: style}
	p.trendHead(t)
	if len(t.Runs) == 0 {
		return p.send(w)
	}
	if p.courses("Assertions", t.Assertions); len(t.Chains) > 0 {
		p.courses("Playbooks and escalations", t.Chains)
	}
	p.trendFoot(t)
	return p.send(w)
}

func (p *page) trendHead(t Trend) {
	p.line("%s", p.bold(Plain(t.Scenario)))
	what := modeWord(t.Mode)
	if len(t.Runs) == 0 {
		p.prose(2, "no "+what+" got as far as to ask anything", p.dim)
		return
	}
	first, last := t.Runs[0].When, t.Runs[len(t.Runs)-1].When
	text := count(len(t.Runs), what) + " · " + first.Format(time.DateOnly)
	if day := last.Format(time.DateOnly); day != first.Format(time.DateOnly) {
		text += " to " + day
	}
	p.prose(2, text+" · "+verdictCounts(t.Verdicts), p.dim)
}

// verdictCounts counts runs by verdict, the best first: 10 passed, 2 failed.
func verdictCounts(verdicts map[string]int) string {
	var parts []string
	for _, v := range []experiments.Verdict{
		experiments.Passed, experiments.Inconclusive, experiments.Failed, experiments.Interrupted, experiments.Stopped, experiments.NotReverted,
	} {
		if n := verdicts[string(v)]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, strings.ReplaceAll(string(v), "_", " ")))
		}
	}
	return strings.Join(parts, ", ")
}

func (p *page) courses(title string, list []Course) {
	p.title(title)
	var head []cell
	for _, name := range []string{"NAME", "LATENCY", "RUNS", markGood + "/" + markBad + "/" + markUnknown, "P50", "P90", "SLO", "LAST", "TREND"} {
		head = append(head, cell{text: name, paint: p.dim})
	}
	rows := [][]cell{p.trim(head)}
	for _, c := range list {
		rows = append(rows, p.trim(p.course(c)))
	}
	p.table(2, rows)
}

// trim leaves out the number of runs where there is no room for it: it is the sum of those beside it.
func (p *page) trim(row []cell) []cell {
	if p.width() >= 100 {
		return row
	}
	return slices.Delete(row, 2, 3)
}

func (p *page) course(c Course) []cell {
	last := c.last()
	limit := time.Duration(c.Within)
	latency := "–"
	if last.Latency != nil {
		latency = span(*last.Latency, time.Duration(last.Within))
	}
	points := c.Points[max(0, len(c.Points)-p.sparks()):]
	bars := sparkline(points, p.ASCII)
	return []cell{
		text(c.Name),
		{text: bars, paint: func(string) string { return p.painted(points, bars) }},
		text(fmt.Sprint(c.Runs)),
		text(fmt.Sprintf("%d/%d/%d", c.Passed, c.Failed, c.Inconclusive)),
		text(known(c.P50, limit)), text(known(c.P90, limit)), text(clock.Short(limit)),
		{text: mark(last.Verdict) + " " + latency, paint: func(text string) string { return p.verdict(last.Verdict, text) }},
		{text: c.direction(), paint: p.driftPaint(c.Drift)},
	}
}

func known(m *experiments.Millis, limit time.Duration) string {
	if m == nil {
		return "–"
	}
	return beside(time.Duration(*m), limit)
}

func (p *page) driftPaint(d Drift) func(string) string {
	switch d {
	case Slower:
		return p.yellow
	case Faster:
		return p.green
	}
	return p.dim
}

func (c Course) direction() string {
	switch {
	case c.Gone:
		return "not asked any more"
	case c.P50 == nil:
		return "no latency"
	case c.Drift == TooFew:
		return "too few runs"
	case c.Drift == Steady:
		return "steady"
	}
	limit := time.Duration(c.Within)
	return fmt.Sprintf("%s: %s → %s", c.Drift, beside(time.Duration(*c.Before), limit), beside(time.Duration(*c.Recent), limit))
}

func (p *page) trendFoot(t Trend) {
	p.line("")
	if n, last := t.changes(); n > 0 {
		p.prose(2, fmt.Sprintf("The scenario's text changed %s, last with %s.", times(n), Plain(last)), p.yellow)
	}
	p.prose(2, "Latency: the oldest run first. "+p.legend(), p.dim)
	p.prose(2, fmt.Sprintf("Trend: the newest third of the runs against all before. It is slower, or faster, where %d%% of the pairs say so and "+
		"the medians are apart by %s.", nearlyAll, notably), p.dim)
}

// notably is in words what notable computes.
const notably = "a tenth and a second, or by a tenth of the SLO if that is less"

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func (p *page) legend() string {
	with := bricksOf(p.ASCII)
	return fmt.Sprintf("Without one: %c passed, %c failed, %c not known.", with.good, with.bad, with.unknown)
}

// sparks is how many runs a sparkline shows.
func (p *page) sparks() int {
	switch w := p.width(); {
	case w >= 140:
		return 48
	case w >= 100:
		return 20
	}
	return 10
}

// bricks is what a sparkline is built of.
type bricks struct {
	levels             []rune
	good, bad, unknown rune
}

func bricksOf(ascii bool) bricks {
	if ascii {
		return bricks{[]rune("_,:-=+*#"), '.', 'x', '?'}
	}
	return bricks{[]rune("▁▂▃▄▅▆▇█"), '·', '✗', '?'}
}

// sparkline draws latencies, one rune a run. The lowest is half of the highest, or what was least, so that what hardly
// differs hardly looks different.
func sparkline(points []Point, ascii bool) string {
	with := bricksOf(ascii)
	least, most := bounds(points)
	var b strings.Builder
	for _, p := range points {
		switch {
		case p.Latency != nil && most > least:
			top := int64(len(with.levels) - 1)
			b.WriteRune(with.levels[int64(p.Latency.Max-least)*top/int64(most-least)])
		case p.Latency != nil:
			b.WriteRune(with.levels[0])
		case p.Verdict == experiments.Passed:
			b.WriteRune(with.good)
		case p.Verdict == experiments.Failed:
			b.WriteRune(with.bad)
		default:
			b.WriteRune(with.unknown)
		}
	}
	return b.String()
}

// bounds are where the bars of a sparkline begin and end.
func bounds(points []Point) (least, most experiments.Millis) {
	least = math.MaxInt64
	for _, p := range points {
		if p.Latency != nil {
			least, most = min(least, p.Latency.Max), max(most, p.Latency.Max)
		}
	}
	return min(least, most/2), most
}

// painted colours a sparkline by what the runs came to.
func (p *page) painted(points []Point, bars string) string {
	if !p.Color || utf8.RuneCountInString(bars) != len(points) {
		return bars
	}
	var b strings.Builder
	for i, r := range []rune(bars) {
		b.WriteString(p.verdict(points[i].Verdict, string(r)))
	}
	return b.String()
}

// Note writes a remark below a report.
func Note(w io.Writer, style Style, format string, args ...any) error {
	p := &page{Style: style}
	p.prose(2, Plain(fmt.Sprintf(format, args...)), p.dim)
	return p.send(w)
}
