package report

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"gameday/experiments"
)

// ComparisonText writes the comparison for people.
func ComparisonText(w io.Writer, c Comparison, style Style) error {
	p := &page{Style: style}
	p.line("%s", p.bold(c.heading()))
	p.table(2, [][]cell{p.side("before", c.Before), p.side("after", c.After)})
	p.differences(c)
	told := 0
	for _, part := range chapters() {
		told += p.chapter(part, c.Changes)
	}
	if told == 0 {
		p.line("")
		p.line("Nothing changed that is worth a word.")
	}
	p.unchanged(c.Changes)
	p.line("")
	p.prose(0, "Slower and faster: the intervals do not overlap, and are apart by "+notably+".", p.dim)
	return p.send(w)
}

func (c Comparison) heading() string {
	if c.Before.Scenario == c.After.Scenario {
		return Plain(c.After.Scenario)
	}
	return Plain(c.Before.Scenario) + " → " + Plain(c.After.Scenario)
}

func (p *page) side(name string, s Side) []cell {
	verdict := mark(s.Verdict) + " " + strings.ReplaceAll(string(s.Verdict), "_", " ")
	if s.Finished == nil {
		verdict += ", cut short"
	}
	return []cell{
		{text: name, paint: p.dim},
		text(s.Run), text(modeWord(s.Mode)),
		{text: verdict, paint: func(text string) string { return p.verdict(s.Verdict, text) }},
	}
}

// differences says what else is not the same, which may be why the rest is not.
func (p *page) differences(c Comparison) {
	if len(c.Differences) == 0 {
		return
	}
	p.title("Not the same")
	for _, d := range c.Differences {
		p.prose(2, d.sentence(), p.yellow)
		remote := strings.Contains(c.Before.Path+c.After.Path, "://")
		if d.What == "text" && c.Before.Scenario == c.After.Scenario && !remote { // whole, so that it can be copied
			p.line("    %s", p.dim("diff -u "+quoted(c.Before.text())+" "+quoted(c.After.text())))
		}
	}
}

func (s Side) text() string { return Plain(filepath.Join(s.Path, "scenario.hcl")) }

// quoted writes a path as a shell reads it.
func quoted(path string) string {
	if !strings.ContainsFunc(path, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("/._-", r)
	}) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

func (d Difference) sentence() string {
	switch d.What {
	case "scenario":
		return fmt.Sprintf("They are of different scenarios: %s → %s.", value(d.Before), value(d.After))
	case "text":
		return "The scenario's text is another."
	case "mode":
		return "One is a rehearsal, the other a run: their latencies are of different worlds."
	case "gameday":
		return fmt.Sprintf("gameday's version: %s → %s", value(d.Before), value(d.After))
	}
	return fmt.Sprintf("%s: %s → %s", Plain(d.What), value(d.Before), value(d.After))
}

func value(v any) string {
	if v == nil || v == "" {
		return "–"
	}
	return Plain(fmt.Sprint(v))
}

// chapter is a part of a comparison.
type chapter struct {
	title string
	holds func(Change) bool
}

func chapters() []chapter {
	turned := func(t Turn) func(Change) bool { return func(c Change) bool { return c.Turn == t } }
	drifted := func(d Drift) func(Change) bool { return func(c Change) bool { return c.Turn == Same && c.Drift == d } }
	return []chapter{
		{"Broke", turned(Broke)},
		{"Not known any more", turned(Undecided)},
		{"Mended", turned(Mended)},
		{"Slower", drifted(Slower)},
		{"Faster", drifted(Faster)},
		{"Injected differently", turned(Differs)},
		{"Asked differently", Change.askedElse},
		{"New", turned(New)},
		{"Gone", turned(Gone)},
	}
}

func (p *page) chapter(part chapter, all []Change) int {
	var rows [][]cell
	for _, c := range all {
		if part.holds(c) {
			rows = append(rows, p.change(c))
		}
	}
	if len(rows) > 0 {
		p.title(part.title)
		p.table(2, rows)
	}
	return len(rows)
}

func (p *page) change(c Change) []cell {
	latest := c.After
	if latest == nil {
		latest = c.Before
	}
	var facts []string
	for _, fact := range []string{c.outcome(), c.took(), c.asked()} {
		if fact != "" {
			facts = append(facts, fact)
		}
	}
	return []cell{
		{text: mark(latest.verdict()), paint: func(text string) string { return p.verdict(latest.verdict(), text) }},
		text(c.Block + "." + c.Name),
		{text: strings.Join(facts, "; ")},
	}
}

// outcome says what the verdict was and is; nothing where it is the same.
func (c Change) outcome() string {
	switch {
	case c.Before == nil:
		return c.After.words()
	case c.After == nil:
		return c.Before.words()
	case c.Turn != Same:
		return c.Before.words() + " → " + c.After.words()
	}
	return ""
}

func (o Outcome) words() string {
	if o.Reverted != "" {
		return fate(o.Reverted)
	}
	if o.Reason == "" {
		return string(o.Verdict)
	}
	return fmt.Sprintf("%s (%s)", o.Verdict, strings.ReplaceAll(string(o.Reason), "_", " "))
}

func fate(r experiments.Reverted) string {
	switch r {
	case experiments.RevertedYes:
		return "reverted"
	case experiments.RevertedNo:
		return "not reverted"
	}
	return strings.ReplaceAll(string(r), "_", " ")
}

// verdict is the verdict, or for a fault one that looks like what became of it.
func (o Outcome) verdict() experiments.Verdict {
	switch o.Reverted {
	case "":
		return o.Verdict
	case experiments.RevertedNo:
		return experiments.Failed
	case experiments.RevertedNotInjected:
		return experiments.Inconclusive
	}
	return experiments.Passed
}

// took says how long it took and takes, beside the SLO.
func (c Change) took() string {
	switch {
	case c.Before == nil:
		return c.After.took()
	case c.After == nil:
		return c.Before.took()
	case c.Before.Latency == nil && c.After.Latency == nil:
		return c.limits()
	case c.Before.Within == c.After.Within:
		return c.Before.latency() + " → " + c.After.took() + c.apart()
	}
	return c.Before.took() + " → " + c.After.took() + c.apart()
}

func (c Change) limits() string {
	if c.Before.Within == c.After.Within {
		return ""
	}
	return "SLO " + limited(c.Before.Within) + " → " + limited(c.After.Within)
}

// apart says by how much at least something is slower or faster.
func (c Change) apart() string {
	from, to := c.Before.Latency, c.After.Latency
	switch c.Drift {
	case Slower:
		return fmt.Sprintf(", %s slower", short(time.Duration(to.Min-from.Max)))
	case Faster:
		return fmt.Sprintf(", %s faster", short(time.Duration(from.Min-to.Max)))
	}
	return ""
}

func (o Outcome) latency() string {
	if o.Latency == nil {
		return "–"
	}
	return span(*o.Latency, time.Duration(o.Within))
}

func (o Outcome) took() string {
	if o.Within == 0 {
		return ""
	}
	return against(o.Latency, o.Within)
}

// asked says how the question changed, apart from its SLO; nothing where it is the same.
func (c Change) asked() string {
	if c.Before == nil || c.After == nil {
		return ""
	}
	if c.Before.Kind != c.After.Kind {
		return Plain(c.Before.Kind) + " → " + Plain(c.After.Kind)
	}
	if c.Before.Asked != c.After.Asked {
		return Plain(c.Before.Asked) + " → " + Plain(c.After.Asked)
	}
	return ""
}

// askedElse returns whether the question is another, and no other chapter tells so.
func (c Change) askedElse() bool {
	if c.Turn != Same || c.Drift == Slower || c.Drift == Faster {
		return false
	}
	return c.asked() != "" || c.Before.Within != c.After.Within
}

// unchanged names what no chapter tells of.
func (p *page) unchanged(all []Change) {
	var names []string
	for _, c := range all {
		if !slices.ContainsFunc(chapters(), func(part chapter) bool { return part.holds(c) }) {
			names = append(names, Plain(c.Block+"."+c.Name))
		}
	}
	if len(names) > 0 {
		p.line("")
		p.prose(0, fmt.Sprintf("Unchanged: %s.", strings.Join(names, ", ")), nil)
	}
}
