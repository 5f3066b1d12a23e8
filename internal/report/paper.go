package report

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"gameday/experiments"
	"gameday/internal/signals"
)

// paper is a run as HTML and Markdown print it: every text is plain, every time is UTC and told since the start.
type paper struct {
	Verdict    opinion
	Facts      []fact
	Hypothesis string
	Alert      *alert
	Next       []advice
	Picture    picture
	Happenings []happening
	Warnings   []notice
	Claims     []answered
	More       []answered // answers that passed, when there are too many to be shown at once
	Tally      string
	Ladders    []ladder
	Checks     []finding
	Guards     []finding
	Faults     []touched
	Taps       []opened
	Blind      []string
	Evidence   []proof
	Calls      []called
	CallTotal  string
	File       string
	Text       []textLine
}

type (
	// fact is a line of a run's particulars.
	fact struct{ Name, Text, Link string }
	// alert is what may still be there, and how it is taken back.
	alert struct {
		Left      []leftThing
		Command   string
		Rehearsal bool
	}
	leftThing struct {
		What, Reason string
		Things       []string
	}
	notice struct{ Summary, Detail, Where string }
	// finding is what became of a check or a guard.
	finding struct{ Class, Mark, Word, Name, Kind, Said string }
	// opened is a tap.
	opened struct {
		On, Said, Class, Mark string
		Targets               []string
	}
	called   struct{ Name, Times string }
	textLine struct {
		Number int
		Text   string
	}
	// instant is a moment in print. Exact has milliseconds.
	instant struct{ Offset, UTC, Exact, ISO string }
)

func paperOf(records []experiments.Record) paper {
	a := clerkOf(records)
	p := paper{
		Verdict: a.opinion(), Facts: a.particulars(), Hypothesis: Plain(a.Started.Hypothesis), Alert: a.alert(),
		Picture: a.picture(), Happenings: a.happenings(), Tally: a.tallied(), Evidence: a.evidence(), File: Plain(a.Started.File),
		Checks: findings(a.summary.Checks), Guards: findings(a.summary.Guards),
	}
	p.Next = a.advice()
	for _, w := range a.Plan.Warnings {
		p.Warnings = append(p.Warnings, notice{Plain(w.Summary), Plain(w.Detail), strings.Trim(place(w.Where), " ()")})
	}
	for _, c := range a.claims() {
		p.Claims = append(p.Claims, a.answered(c))
	}
	if len(p.Claims) > mostAnswers {
		p.Claims, p.More = apart(p.Claims)
	}
	for _, c := range a.chains {
		p.Ladders = append(p.Ladders, a.ladder(c))
	}
	for i, f := range a.Faults {
		p.Faults = append(p.Faults, a.touched(f, a.summary.Faults[i].Reverted))
	}
	for _, t := range a.Taps {
		p.Taps = append(p.Taps, tapped(t))
	}
	for _, b := range a.Blind {
		said := blindWords(b, a.account)
		if b.Lost {
			said += " What happened meanwhile is lost."
		}
		p.Blind = append(p.Blind, said)
	}
	p.Calls, p.CallTotal = calls(a.summary.APICalls)
	p.Text = textLines(a.Started.Text)
	return p
}

// mostAnswers is how many answers are shown at once.
const mostAnswers = 60

// apart parts the answers that did not pass from those that did.
func apart(all []answered) (unmet, met []answered) {
	for _, c := range all {
		if c.Class == "good" {
			met = append(met, c)
		} else {
			unmet = append(unmet, c)
		}
	}
	return unmet, met
}

// class is the look of a verdict: good, bad or unknown.
func class(v experiments.Verdict) string {
	switch mark(v) {
	case markGood:
		return "good"
	case markBad:
		return "bad"
	}
	return "unknown"
}

func (a account) particulars() []fact {
	start := a.Started
	facts := []fact{{Name: "Run", Text: start.Run}, {Name: "Mode", Text: modeWord(start.Mode)}}
	if !a.Begun.IsZero() {
		facts = append(facts, fact{Name: "Started", Text: a.Begun.Format("2006-01-02 15:04:05") + " UTC"})
	}
	if end := a.summary.Finished; end != nil {
		facts = append(facts, fact{Name: "Finished", Text: fmt.Sprintf("%s UTC (%s)", end.Format("2006-01-02 15:04:05"), a.since(*end))})
	}
	facts = append(facts,
		fact{Name: "Account", Text: start.Account}, fact{Name: "Region", Text: start.Region}, fact{Name: "Owner", Text: start.Owner},
		fact{Name: "Playbook", Text: start.Playbook, Link: webAddress(start.Playbook)},
		fact{Name: "Labels", Text: pairs(start.Labels)}, fact{Name: "Variables", Text: pairs(start.Variables)},
		fact{Name: "Seed", Text: fmt.Sprint(start.Seed)}, fact{Name: "gameday", Text: start.Version},
		fact{Name: "Exit code", Text: fmt.Sprintf("%d: %s", a.summary.ExitCode, a.ending())})
	var known []fact
	for _, f := range facts {
		if f.Text = Plain(f.Text); f.Text != "" {
			known = append(known, f)
		}
	}
	return known
}

// pairs writes a map in the order of its keys.
func pairs[V any](m map[string]V) string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	var parts []string
	for _, key := range keys {
		parts = append(parts, fmt.Sprintf("%s = %v", key, m[key]))
	}
	return strings.Join(parts, ", ")
}

// webAddress returns an address that may be linked to, or nothing: only http and https lead to a page.
func webAddress(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || Plain(text) != text {
		return ""
	}
	return u.String()
}

// printed writes a moment in all the forms in which it is shown.
func (a account) printed(m signals.Moment) instant {
	from, to := a.day(m.Earliest, "15:04:05"), a.day(m.Latest, "15:04:05")
	exactly, until := a.day(m.Earliest, "15:04:05.000"), a.day(m.Latest, "15:04:05.000")
	p := instant{Offset: a.when(m), UTC: to + " UTC", Exact: until + " UTC", ISO: m.Latest.UTC().Format(time.RFC3339Nano)}
	switch {
	case m.Earliest.IsZero():
		p.UTC, p.Exact = "by "+p.UTC, "by "+p.Exact
	default:
		if m.Latest.Sub(m.Earliest) >= wide && from != to {
			p.UTC = from + "–" + p.UTC
		}
		if exactly != until {
			p.Exact = exactly + "–" + p.Exact
		}
	}
	return p
}

// at is a time that is known exactly.
func (a account) at(t time.Time) instant { return a.printed(signals.Moment{Earliest: t, Latest: t}) }

// day writes a time of day, with its date where that is not the run's.
func (a account) day(t time.Time, layout string) string {
	t = t.UTC()
	if begun := a.Begun.UTC(); t.YearDay() != begun.YearDay() || t.Year() != begun.Year() {
		layout = "2006-01-02 " + layout
	}
	return t.Format(layout)
}

func (a account) alert() *alert {
	if len(a.summary.Leftovers) == 0 {
		return nil
	}
	said := &alert{Command: "gameday revert " + Plain(a.Started.Run), Rehearsal: a.Started.Mode == experiments.ModeRehearse}
	for _, l := range a.summary.Leftovers {
		said.Left = append(said.Left, leftThing{Plain(l.What), errorWords(l.Reason), plainAll(l.Left)})
	}
	return said
}

func plainAll(texts []string) []string {
	var all []string
	for _, text := range texts {
		all = append(all, Plain(text))
	}
	return all
}

func findings(all []experiments.CheckOutcome) []finding {
	var out []finding
	for _, c := range all {
		said := Plain(c.Observed)
		if c.Reason != "" {
			said = strings.TrimPrefix(said+", "+outcomeWords(c), ", ")
		}
		out = append(out, finding{class(c.Verdict), mark(c.Verdict), string(c.Verdict), Plain(c.Name), Plain(c.Kind), said})
	}
	return out
}

func tapped(t experiments.TapStory) opened {
	o := opened{On: Plain(t.Source.Subject), Targets: plainAll(t.Plan.Targets), Class: "good", Mark: markGood, Said: "removed"}
	if !t.Closed {
		o.Class, o.Mark = "bad", markBad
		o.Said = "may still be there: " + errorWords(cmp.Or(t.Error, "opened and not closed"))
	}
	return o
}

// calls lists API calls, the most frequent first.
func calls(counted map[string]int) ([]called, string) {
	var names []string
	total := 0
	for name, n := range counted {
		names = append(names, name)
		total += n
	}
	slices.SortFunc(names, func(x, y string) int { return cmp.Or(counted[y]-counted[x], strings.Compare(x, y)) })
	var all []called
	for _, name := range names {
		all = append(all, called{Plain(name), fmt.Sprint(counted[name])})
	}
	return all, count(total, "API call")
}

func textLines(text string) []textLine {
	if text == "" {
		return nil
	}
	var all []textLine
	for i, line := range strings.Split(strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n") {
		all = append(all, textLine{i + 1, Plain(strings.ReplaceAll(line, "\t", "  "))})
	}
	return all
}
