package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"gameday/experiments"
)

// TrendFormat names the format of a Trend.
const TrendFormat = "gameday.trend/1"

// Trend is how the answers of one scenario went from run to run. Its lists are never nil.
type Trend struct {
	Format     string           `json:"format"`
	Scenario   string           `json:"scenario"`
	Mode       experiments.Mode `json:"mode"`
	Verdicts   map[string]int   `json:"verdicts"`
	Runs       []TrendRun       `json:"runs"` // oldest first
	Assertions []Course         `json:"assertions"`
	Chains     []Course         `json:"chains"`
}

// TrendRun is a run of a trend.
type TrendRun struct {
	Run     string              `json:"run"`
	When    time.Time           `json:"when"` // a run: when it started; a rehearsal: when it was written
	Verdict experiments.Verdict `json:"verdict"`
	SHA256  string              `json:"sha256"` // of the scenario's text
}

// Course is how the answers to one assertion or chain went. Percentiles are of the latencies' maxima, by nearest rank.
type Course struct {
	Name         string              `json:"name"`
	Kind         string              `json:"kind"`           // a chain's: playbook or escalation
	Gone         bool                `json:"gone,omitempty"` // the newest run does not ask it
	Runs         int                 `json:"runs"`
	Passed       int                 `json:"passed"`
	Failed       int                 `json:"failed"`
	Inconclusive int                 `json:"inconclusive"`
	Within       experiments.Millis  `json:"within_ms"` // of the last point
	P50          *experiments.Millis `json:"p50_ms"`    // null: it never came
	P90          *experiments.Millis `json:"p90_ms"`
	Drift        Drift               `json:"drift"`
	Before       *experiments.Millis `json:"before_ms"` // the medians that drift compares; null: there are too few
	Recent       *experiments.Millis `json:"recent_ms"`
	Points       []Point             `json:"points"` // oldest first
}

// Point is the answer of one run.
type Point struct {
	Run     string               `json:"run"`
	Verdict experiments.Verdict  `json:"verdict"`
	Reason  experiments.Reason   `json:"reason"`
	Within  experiments.Millis   `json:"within_ms"`
	Latency *experiments.Latency `json:"latency_ms"`
}

// Drift is where latencies go.
type Drift string

// Where latencies may go.
const (
	Slower Drift = "slower"
	Faster Drift = "faster"
	Steady Drift = "steady"
	TooFew Drift = "too_few"
)

// fewest is how many latencies it takes to tell where they go.
const fewest = 4

// TrendOf folds the runs of one scenario in one mode, newest first as they are listed, into their trend. Runs that cannot
// be read, and those of the checks alone, have no part in it.
func TrendOf(rows []Row) Trend {
	t := Trend{Format: TrendFormat, Verdicts: map[string]int{}, Runs: []TrendRun{}, Assertions: []Course{}, Chains: []Course{}}
	assertions, chains := courses{&t.Assertions}, courses{&t.Chains}
	for _, r := range slices.Backward(rows) {
		s := r.Summary
		if r.Err != nil || !wasAsked(s) {
			continue
		}
		t.Scenario, t.Mode = s.Scenario, s.Mode
		t.Verdicts[string(s.Verdict)]++
		t.Runs = append(t.Runs, TrendRun{r.Run, r.When.UTC(), s.Verdict, r.SHA256})
		for _, a := range s.Assertions {
			assertions.add(a.Name, a.Kind, Point{r.Run, a.Verdict, a.Reason, a.Within, a.Latency})
		}
		for _, c := range s.Chains {
			chains.add(c.Name, string(c.Type), Point{r.Run, c.Verdict, c.Reason, c.Within, c.Latency})
		}
	}
	if len(t.Runs) > 0 {
		newest := t.Runs[len(t.Runs)-1].Run
		assertions.conclude(newest)
		chains.conclude(newest)
	}
	return t
}

// wasAsked returns whether a run got as far as to ask its assertions: one of the checks alone passes without.
func wasAsked(s experiments.Summary) bool {
	return s.Verdict != experiments.Passed || !slices.ContainsFunc(s.Assertions, func(a experiments.AssertionOutcome) bool {
		return a.Verdict != experiments.Passed
	})
}

// courses adds to a list of courses.
type courses struct{ list *[]Course }

func (c courses) add(name, kind string, p Point) {
	i := slices.IndexFunc(*c.list, func(one Course) bool { return one.Name == name })
	if i < 0 {
		i = len(*c.list)
		*c.list = append(*c.list, Course{Name: name})
	}
	(*c.list)[i].add(kind, p)
}

func (c *Course) add(kind string, p Point) {
	c.Kind, c.Within = kind, p.Within
	c.Runs++
	switch p.Verdict {
	case experiments.Passed:
		c.Passed++
	case experiments.Failed:
		c.Failed++
	default:
		c.Inconclusive++
	}
	c.Points = append(c.Points, p)
}

// conclude computes what follows from the points. What is not asked any more comes last.
func (c courses) conclude(newest string) {
	for i := range *c.list {
		one := &(*c.list)[i]
		one.Gone = one.last().Run != newest
		one.conclude()
	}
	still := slices.DeleteFunc(slices.Clone(*c.list), func(one Course) bool { return one.Gone })
	past := slices.DeleteFunc(slices.Clone(*c.list), func(one Course) bool { return !one.Gone })
	*c.list = append(still, past...)
}

func (c *Course) last() Point { return c.Points[len(c.Points)-1] }

func (c *Course) conclude() {
	latencies := c.latencies()
	if most := upper(latencies); len(most) > 0 {
		c.P50, c.P90 = rank(most, 50), rank(most, 90)
	}
	c.Drift = TooFew
	if len(latencies) < fewest {
		return
	}
	before, recent := latencies[:len(latencies)-third(len(latencies))], latencies[len(latencies)-third(len(latencies)):]
	c.Before, c.Recent = rank(upper(before), 50), rank(upper(recent), 50)
	c.Drift = drift(before, recent, c.Within)
}

// third is how many of so many runs are the newest third.
func third(n int) int { return (n + 2) / 3 }

func (c *Course) latencies() []experiments.Latency {
	var all []experiments.Latency
	for _, p := range c.Points {
		if p.Latency != nil {
			all = append(all, *p.Latency)
		}
	}
	return all
}

// nearlyAll is in how many of a hundred pairs of a run before and a recent one the same one has to be slower. By chance alone,
// the newest of four runs look slower one time in six, those of a dozen one time in forty.
const nearlyAll = 85

// drift compares two stretches: their medians have to be notably apart, and in nearly all pairs the recent one to be
// slower, or faster, however exactly the two are known.
func drift(before, recent []experiments.Latency, within experiments.Millis) Drift {
	slower, faster := 0, 0
	for _, from := range before {
		for _, to := range recent {
			switch {
			case to.Min > from.Max:
				slower++
			case to.Max < from.Min:
				faster++
			}
		}
	}
	enough := len(before) * len(recent) * nearlyAll
	switch {
	case !notable(*rank(upper(before), 50), *rank(upper(recent), 50), within):
		return Steady
	case slower*100 >= enough:
		return Slower
	case faster*100 >= enough:
		return Faster
	}
	return Steady
}

// notable returns whether the difference between two latencies is worth a word: a tenth of the first and a second, or
// where that is less, a tenth of the SLO.
func notable(from, to, within experiments.Millis) bool {
	least := experiments.Millis(time.Second)
	if within > 0 {
		least = min(least, within/10)
	}
	return time.Duration(to-from).Abs() >= time.Duration(max(least, from/10, 1))
}

func upper(all []experiments.Latency) []experiments.Millis {
	var out []experiments.Millis
	for _, l := range all {
		out = append(out, l.Max)
	}
	slices.Sort(out)
	return out
}

// rank is the percentile by nearest rank of sorted values: one that was seen.
func rank(sorted []experiments.Millis, percent int) *experiments.Millis {
	found := sorted[max(0, (len(sorted)*percent+99)/100-1)]
	return &found
}

// changes counts how often the scenario's text was another than in the run before, and names the last such run.
func (t Trend) changes() (n int, last string) {
	for i := 1; i < len(t.Runs); i++ {
		if t.Runs[i].SHA256 != t.Runs[i-1].SHA256 {
			n, last = n+1, t.Runs[i].Run
		}
	}
	return n, last
}

// TrendJSON writes the trend for programs.
func TrendJSON(w io.Writer, t Trend) error { return indented(w, t) }

func indented(w io.Writer, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	_, err = w.Write(append(escaped(text), '\n'))
	return err
}
