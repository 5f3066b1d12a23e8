package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"gameday/experiments"
)

// heartbeat is how long Progress may say nothing.
const heartbeat = 30 * time.Second

// Progress is an experiments.Reporter that writes one line per happening.
type Progress struct {
	out    io.Writer
	style  Style
	quiet  bool
	unkept bool // nothing would be found by the run's id
	fold   experiments.Fold
	begun  time.Time // what times are shown since
	wrote  time.Time // when something was last written
	names  int       // how wide the widest name is
}

// NewProgress returns a reporter that writes to w. Quiet leaves out everything but what went wrong and how it ended.
func NewProgress(w io.Writer, style Style, quiet bool) *Progress {
	return &Progress{out: w, style: style, quiet: quiet}
}

// Forget leaves out the run's id, where nothing of it is kept.
func (p *Progress) Forget() { p.unkept = true }

// Recall tells of records that were reported before, such as those of the run that is reverted. It writes nothing.
func (p *Progress) Recall(records []experiments.Record) {
	for _, r := range records {
		p.fold.Add(r)
	}
	p.measure()
}

// Report writes a line for whatever is worth one. Errors of writing are ignored: a broken terminal does not stop a run.
func (p *Progress) Report(r experiments.Record) {
	if p.begun.IsZero() {
		p.begun, p.wrote = r.Time, r.Time
	}
	p.fold.Add(r)
	if _, is := r.Event.(experiments.PlanMade); is {
		p.measure()
	}
	for _, said := range p.say(r.Event) {
		if !p.quiet || said.loud {
			p.write(r.Time, said)
		}
	}
}

// Beat writes what the run is waiting for if nothing was written for 30 s. The caller calls it every few seconds, with
// the time of the run's clock.
func (p *Progress) Beat(now time.Time) {
	if p.quiet || p.begun.IsZero() || now.Sub(p.wrote) < heartbeat {
		return
	}
	p.write(now, said{about: "…", text: p.waiting()})
}

// Say writes a line about something that is no part of the run, such as who was told of it. Quiet leaves out what did not
// fail.
func (p *Progress) Say(at time.Time, about, text string, failed bool) {
	if p.quiet && !failed {
		return
	}
	if p.begun.IsZero() {
		p.begun = at
	}
	line := said{about: about, text: Plain(text), loud: failed}
	if failed {
		line.text = "! " + line.text
	}
	p.write(at, line)
}

// said is a line about something.
type said struct {
	about   string
	text    string
	verdict experiments.Verdict // "": none
	loud    bool                // also when quiet
}

// measure learns how wide names are, so that what is said of them stands below each other.
func (p *Progress) measure() {
	for _, c := range accountOf(&p.fold).claims() {
		p.names = max(p.names, columns(c.label))
	}
	plan := p.fold.Story().Plan
	for _, f := range plan.Faults {
		p.names = max(p.names, columns("inject."+f.Name))
	}
	for _, b := range append(append([]experiments.Block{}, plan.Checks...), plan.Guards...) {
		p.names = max(p.names, columns("check."+b.Name))
	}
}

// write writes a line, wrapped behind its name.
func (p *Progress) write(at time.Time, s said) {
	p.wrote = at
	out := &page{Style: p.style}
	about := cell{text: pad(Plain(s.about), min(p.names, 40))}
	text := cell{text: s.text, paint: p.style.dim}
	if s.verdict != "" {
		paint := func(text string) string { return p.style.verdict(s.verdict, text) }
		text.paint, text.tail = paint, "  "+paint(mark(s.verdict))
	}
	if s.verdict == experiments.Passed {
		text.paint = nil // only what did not pass is to catch the eye
	}
	out.row(0, []int{6, columns(about.text)}, []cell{{text: elapsed(at.Sub(p.begun)), paint: p.style.dim}, about, text})
	_ = out.send(p.out)
}

// waiting says what is not decided yet, and what is live.
func (p *Progress) waiting() string {
	a := accountOf(&p.fold)
	open := []string{}
	for _, c := range a.asserts {
		if _, decided := a.Decision("", c.Name); !decided {
			open = append(open, c.Name)
		}
	}
	live := 0
	for _, f := range a.Faults {
		if f.Live() {
			live++
		}
	}
	parts := []string{}
	if live > 0 {
		parts = append(parts, count(live, "fault")+" live")
	}
	switch n := len(open); {
	case n > 3:
		parts = append(parts, fmt.Sprintf("waiting for %s and %d more", strings.Join(open[:3], ", "), n-3))
	case n > 0:
		parts = append(parts, "waiting for "+strings.Join(open, ", "))
	default:
		parts = append(parts, "still going on")
	}
	return Plain(strings.Join(parts, "; "))
}
