package tui

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"gameday/experiments"
	"gameday/internal/report"
)

// Spoken is an experiments.Reporter for people who hear what others see: whole sentences, one a line, no glyphs, no
// colours, and nothing is ever redrawn.
type Spoken struct {
	out   io.Writer
	ascii bool
	state State
	told  int
	wrote time.Time
}

// NewSpoken returns a reporter that writes to w.
func NewSpoken(w io.Writer, style report.Style) *Spoken { return &Spoken{out: w, ascii: style.ASCII} }

// Report says what happened. Errors of writing are ignored: a broken terminal does not stop a run.
func (s *Spoken) Report(r experiments.Record) {
	s.state.Add(r)
	if e, is := r.Event.(experiments.RunStarted); is {
		place := "This is a rehearsal in a sandbox; nothing is real"
		if e.Mode == experiments.ModeRun {
			place = "This is a run in the real AWS account " + s.state.Started.Account + "; faults are real"
		}
		s.write(r.Time, fmt.Sprintf("%s begins. %s.", s.state.Started.Scenario, place))
	}
	for ; s.told < len(s.state.Log); s.told++ {
		if e := s.state.Log[s.told]; !e.signal {
			s.write(r.Time, e.sentence())
		}
	}
}

// Beat says what is going on if nothing was said for half a minute.
func (s *Spoken) Beat(now time.Time) {
	if s.state.Begun.IsZero() || now.Sub(s.wrote) < 30*time.Second {
		return
	}
	open := 0
	for _, r := range s.state.Rows {
		if r.Group == Response && r.Verdict == "" {
			open++
		}
	}
	phase, _ := s.state.phase()
	_, phase, _ = cutWord(phase)
	s.write(now, fmt.Sprintf("Still %s: %s live, %s to be decided.", phase, plural(s.state.Live(), "fault"), plural(open, "answer")))
}

// sentence says the verdict in a word where a mark stands for it else.
func (e Entry) sentence() string {
	block, _, _ := strings.Cut(e.About, ".")
	if e.Verdict == "" || !slices.Contains([]string{"assert", "check", "guard", "playbook", "escalation"}, block) {
		return e.About + ": " + e.Text
	}
	return e.About + " " + verdictWord(e.Verdict) + ": " + e.Text
}

func (s *Spoken) write(at time.Time, text string) {
	s.wrote = at
	text = "After " + report.Duration(at.Sub(s.state.Begun).Truncate(time.Second)) + ", " + text
	if s.ascii {
		c := newCanvas(width(text), 1, true)
		c.all().put(0, 0, text, style{})
		text = c.text(false)
	}
	_, _ = fmt.Fprintln(s.out, text)
}
