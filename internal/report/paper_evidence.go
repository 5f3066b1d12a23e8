package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gameday/experiments"
)

// clerk writes a run down: it remembers every signal, which an account does not.
type clerk struct {
	account
	seen map[string][]experiments.SignalSeen // by subject
}

func clerkOf(records []experiments.Record) clerk {
	k := clerk{tell(records), map[string][]experiments.SignalSeen{}}
	for _, r := range records {
		if s, is := r.Event.(experiments.SignalSeen); is {
			k.seen[s.Source.Subject] = append(k.seen[s.Source.Subject], s)
		}
	}
	return k
}

// proof is what an answer rests on.
type proof struct {
	Class, Mark, Name string
	Sources           []string
	Since, Moment     *instant
	Latency, Observed string
	Seen              string // when gameday learned it
	Value             string // what AWS said
}

// evidence is what every assertion's answer rests on.
func (k clerk) evidence() []proof {
	var all []proof
	for _, c := range k.asserts {
		d := c.answer
		p := proof{
			Class: class(d.Verdict), Mark: mark(d.Verdict), Name: Plain(c.Name), Since: k.moved(d.Since), Moment: k.moved(d.Moment),
			Observed: Plain(d.Observed),
		}
		for _, subject := range c.Subjects {
			p.Sources = append(p.Sources, Plain(c.Kind+" "+subject))
		}
		if l := d.Latency; l != nil {
			p.Latency = fmt.Sprintf("%.3f–%.3f s", time.Duration(l.Min).Seconds(), time.Duration(l.Max).Seconds())
		}
		if s, found := k.saw(c); found {
			p.Seen, p.Value = k.at(s.Seen).Exact, cut(Plain(compact(s.Value)), shownValue)
		}
		all = append(all, p)
	}
	return all
}

// saw returns the signal that made the moment of a claim, or else the last one of its sources.
func (k clerk) saw(c claim) (experiments.SignalSeen, bool) {
	var last experiments.SignalSeen
	for _, subject := range c.Subjects {
		for _, s := range k.seen[subject] {
			if m := c.answer.Moment; m != nil && s.At.Earliest.Equal(m.Earliest) && s.At.Latest.Equal(m.Latest) {
				return s, true
			}
			last = s
		}
	}
	return last, c.answer.Moment == nil && last.Source.Kind != ""
}

func compact(value json.RawMessage) string {
	var fields map[string]any
	if json.Unmarshal(value, &fields) != nil {
		return string(value)
	}
	var parts []string
	for key := range fields {
		parts = append(parts, key)
	}
	slices.Sort(parts)
	for i, key := range parts {
		parts[i] = key + ": " + inline(fields[key])
	}
	return strings.Join(parts, ", ")
}

func inline(value any) string {
	if text, is := value.(string); is {
		return text
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

// shownValue is how many letters of what AWS said are shown.
const shownValue = 400

func cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}
