package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gameday/experiments"
	"gameday/internal/signals"
)

type (
	// answered is a row of the table of SLOs.
	answered struct {
		Class, Mark, Word  string
		Name, Label, Kind  string
		Asked, Took, Limit string
		Margin             string // how much was to spare, or over
		Share              string // of the SLO, as in "98%"; empty: it has no latency
		Bar                string // the same, at most 100%
		Said, Why          string
		When               *instant
		Where              string
	}
	// ladder is a playbook or an escalation, rung by rung.
	ladder struct {
		answered
		Title  string // Playbook or Escalation
		Since  string
		Rungs  []rung
		Slower string // which hop took most
		Paging bool   // whether anybody was paged
	}
	rung struct {
		Class, Mark, Name, Said string
		When                    *instant
		Hop                     string // how long after the rung before
		Share                   string // of the whole
		Paged                   string // whom
	}
	// touched is a fault with everything that it touched.
	touched struct {
		Class, Mark, Name, Kind string
		Targets                 []string
		Injected, Reverted      *instant
		Said, Note              string
		Left                    []string
	}
	// happening is a line of what happened, in order.
	happening struct {
		When              instant
		Class, Mark, Said string
		at                time.Time
	}
)

func (a account) answered(c claim) answered {
	v := c.answer.Verdict
	row := answered{
		Class: class(v), Mark: mark(v), Word: string(v), Name: Plain(c.Name), Label: Plain(c.label), Kind: Plain(c.Kind),
		Asked: askedOf(c), Took: "–", Limit: limited(c.Within), Said: headline(c), When: a.moved(c.answer.Moment),
		Where: strings.Trim(place(c.Where), " ()"),
	}
	if v != experiments.Passed {
		row.Why = explain(c, a)
	}
	if l := c.answer.Latency; l != nil {
		row.Took = span(*l, time.Duration(c.Within))
		row.Margin, row.Share, row.Bar = margin(c)
	}
	return row
}

func (a account) moved(m *signals.Moment) *instant {
	if m == nil {
		return nil
	}
	p := a.printed(*m)
	return &p
}

// margin says how far a latency is from its SLO, and which share of it was used.
func margin(c claim) (text, share, bar string) {
	l, within := *c.answer.Latency, time.Duration(c.Within)
	if c.Expect != experiments.Happens || within <= 0 {
		return "", "", ""
	}
	worst := time.Duration(l.Max)
	percent := 100 * worst.Seconds() / within.Seconds()
	share, bar = fmt.Sprintf("%.0f%%", percent), fmt.Sprintf("%.1f%%", min(100, percent))
	if percent < 1 {
		share = "less than 1%"
	}
	switch {
	case c.answer.Reason == experiments.TooEarly:
		return c.early() + "too early", share, bar
	case time.Duration(l.Min) > within:
		return c.overdue() + " over", share, bar
	case worst > within:
		return "across the SLO", share, bar
	}
	return short(within-worst) + " to spare", share, bar
}

// askedOf says what was asked of a claim. How long it was looked for beyond that is no part of it.
func askedOf(c claim) string {
	c.Patience = 0
	return asks(c.Block)
}

// step returns the assertion that is a step of a chain.
func (a account) step(name string) (claim, bool) {
	for _, c := range a.asserts {
		if c.Name == name {
			return c, true
		}
	}
	return claim{}, false
}

// hop is the way from one step of a chain to the next.
type hop struct {
	from, to string
	took     time.Duration // at most
	share    float64       // of all hops, from 0 to 1
	step     claim
	known    bool
}

// hops are the ways between the steps of a chain, as far as their moments are known.
func (a account) hops(c claim) []hop {
	before, from := c.answer.Since, c.sinceWords()
	var all []hop
	var total time.Duration
	for _, name := range c.steps {
		step, _ := a.step(name)
		h := hop{from: from, to: Plain(name), step: step}
		if before == nil && step.Since == c.Since {
			before = step.answer.Since
		}
		if m := step.answer.Moment; m != nil {
			if before != nil {
				h.took, h.known = max(0, middle(*m).Sub(middle(*before))), true
				total += h.took
			}
			before, from = m, h.to
		}
		all = append(all, h)
	}
	for i := range all {
		if all[i].known && total > 0 {
			all[i].share = all[i].took.Seconds() / total.Seconds()
		}
	}
	return all
}

func middle(m signals.Moment) time.Time {
	if m.Earliest.IsZero() {
		return m.Latest
	}
	return m.Earliest.Add(m.Latest.Sub(m.Earliest) / 2)
}

func (a account) ladder(c claim) ladder {
	l := ladder{answered: a.answered(c), Title: strings.ToUpper(string(c.chain[:1])) + string(c.chain[1:]), Since: c.sinceWords()}
	for _, h := range a.hops(c) {
		v := h.step.answer.Verdict
		r := rung{Class: class(v), Mark: mark(v), Name: h.to, Said: headline(h.step), When: a.moved(h.step.answer.Moment), Hop: "–"}
		if h.known {
			r.Hop, r.Share = "+"+short(h.took), fmt.Sprintf("%.0f%%", 100*h.share)
		}
		if h.step.Kind == "sns_message" && h.step.answer.Moment != nil {
			r.Paged, l.Paging = topics(h.step.Block), true
		}
		l.Rungs = append(l.Rungs, r)
	}
	l.Slower = a.slowest(c)
	return l
}

func topics(b experiments.Block) string {
	var names []string
	for _, subject := range b.Subjects {
		names = append(names, Plain(lastPart(subject)))
	}
	return strings.Join(names, ", ")
}

func (a account) touched(f experiments.FaultStory, outcome experiments.Reverted) touched {
	h := human{account: a}
	t := touched{
		Name: Plain(f.Name), Kind: Plain(f.Kind), Mark: faultMark(outcome), Targets: plainAll(f.Touches()), Class: "good",
		Injected: a.moved(injectedFor(f)), Said: h.revertedWords(f, outcome),
	}
	switch outcome {
	case experiments.RevertedNo:
		t.Class = "bad"
	case experiments.RevertedIrrevocable, experiments.RevertedNotInjected:
		t.Class = "unknown"
	}
	if f.Reverted != nil {
		t.Reverted, t.Note = a.moved(&f.Reverted.Moment), Plain(f.Reverted.Note)
		t.Said = "reverted, and checked"
	}
	if f.NotBack != nil {
		t.Left = plainAll(f.NotBack.Left)
	}
	return t
}

// injectedFor is from the first mutating request of a fault to its last.
func injectedFor(f experiments.FaultStory) *signals.Moment {
	began := f.Began()
	if began == nil || f.Injected == nil {
		return began
	}
	return &signals.Moment{Earliest: began.Earliest, Latest: f.Injected.Done.Latest}
}

// happenings are what happened, in AWS's order where AWS told it.
func (a account) happenings() []happening {
	var all []happening
	add := func(m signals.Moment, class, mark, said string) {
		all = append(all, happening{a.printed(m), class, mark, said, middle(m)})
	}
	for i, f := range a.Faults {
		if m := injectedFor(f); m != nil {
			add(*m, "fault", "●", fmt.Sprintf("inject.%s (%s) on %s", Plain(f.Name), Plain(f.Kind), count(len(f.Touches()), "target")))
		}
		if f.Reverted != nil {
			add(f.Reverted.Moment, "good", markGood, "inject."+Plain(f.Name)+" is reverted")
		}
		if a.summary.Faults[i].Reverted == experiments.RevertedNo {
			add(signals.Moment{Earliest: a.Latest, Latest: a.Latest}, "bad", markBad, "inject."+Plain(f.Name)+" may still be live")
		}
	}
	for _, c := range a.asserts {
		if m := c.answer.Moment; m != nil {
			add(*m, class(c.answer.Verdict), mark(c.answer.Verdict), Plain(c.label)+": "+headline(c))
		}
	}
	for _, b := range a.Broken {
		if b.Moment != nil {
			add(*b.Moment, "bad", markBad, fmt.Sprintf("guard.%s: %s", Plain(b.Name), Plain(b.Observed)))
		}
	}
	for _, b := range a.Blind {
		add(signals.Moment{Earliest: b.From, Latest: b.From}, "unknown", markUnknown, blindWords(b, a))
	}
	slices.SortStableFunc(all, func(x, y happening) int { return x.at.Compare(y.at) })
	return all
}
