package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"gameday/experiments"
	"gameday/internal/report"
	"gameday/internal/signals"
)

// detail shows all that is known of the selected row.
type detail struct{ top int }

// piece is a part of a line.
type piece struct {
	text  string
	style style
}

// page is lines while they are written for a width.
type page struct {
	w     int
	lines [][]piece
}

func (p *page) add(pieces ...piece) { p.lines = append(p.lines, pieces) }

// prose writes text, wrapped.
func (p *page) prose(text string, s style) {
	for _, l := range wrap(text, p.w) {
		p.add(piece{l, s})
	}
}

// fact writes a name and what is to be said of it, wrapped behind the name.
func (p *page) fact(name, text string, s style) {
	const names = 10
	room := p.w - names
	if room < 16 {
		p.prose(name+": "+text, s)
		return
	}
	for i, l := range wrap(text, room) {
		head := ""
		if i == 0 {
			head = name
		}
		p.add(piece{fmt.Sprintf("%-*s", names, head), style{attr: dim}}, piece{l, s})
	}
}

func (d *detail) draw(a area, s *State, r *Row, v view) {
	if r == nil {
		return
	}
	p := &page{w: a.w - 2}
	s.describe(p, r, v)
	d.top = max(0, min(d.top, len(p.lines)-a.h))
	for y := 0; y < a.h && d.top+y < len(p.lines); y++ {
		x := 1
		for _, piece := range p.lines[d.top+y] {
			x = a.sub(0, 0, a.w-1, a.h).put(x, y, piece.text, piece.style)
		}
	}
	if rest := len(p.lines) - a.h - d.top; rest > 0 && a.h > 1 {
		text := fmt.Sprintf(" %d more ", rest)
		a.put(a.w-width(text), a.h-1, text, style{attr: dim | reverse})
	}
}

// describe writes the page of a row.
func (s *State) describe(p *page, r *Row, v view) {
	st := s.status(r)
	p.add(piece{report.Plain(r.Key), style{attr: bold}}, piece{"  " + report.Plain(kindOf(r)) + "  ", style{attr: dim}},
		piece{st.glyph + " " + st.word, st.style})
	if r.Type == rowFault {
		s.describeFault(p, r, v)
	} else {
		s.describeClaim(p, r, v)
	}
	for _, b := range s.Blind {
		if about(r, b.Source) {
			until := "now"
			if !b.Until.IsZero() {
				until = v.time(s.here(b.Until), s)
			}
			p.fact("blind", joined(v.time(s.here(b.From), s)+" to "+until, report.Plain(b.Why)), style{fg: yellow})
		}
	}
	s.describeSeen(p, r, v)
	s.describeText(p, r)
}

func kindOf(r *Row) string {
	if r.Type == rowFault && r.Fault.Kind != "" {
		return r.Fault.Kind
	}
	return r.Kind
}

func about(r *Row, source signals.Source) bool {
	for _, subject := range r.Subjects {
		if subject == source.Subject {
			return true
		}
	}
	return false
}

func (s *State) describeClaim(p *page, r *Row, v view) {
	if r.Decision != nil {
		p.prose(r.answer().Sentence(), s.status(r).style)
		if r.Verdict != experiments.Passed {
			p.prose(r.answer().Because(s.Begun, s.Blind), style{})
		}
	} else if r.Reason != "" {
		p.prose(report.CheckWords(r.Reason), s.status(r).style)
	}
	if r.Observed != "" {
		p.fact("observed", r.Observed, style{})
	}
	if r.Within > 0 {
		text := "within " + report.Duration(time.Duration(r.Within))
		if r.Type != rowCheck {
			text = s.value(r, v.now)
		}
		if r.NotBefore > 0 {
			text += ", not before " + report.Duration(time.Duration(r.NotBefore))
		}
		if r.HoldsFor > 0 {
			text += ", for " + report.Duration(time.Duration(r.HoldsFor))
		}
		if r.Expect == experiments.Never || r.Expect == experiments.Stays {
			text += ", " + string(r.Expect)
		}
		p.fact("slo", text, style{})
	}
	if r.Since != "" {
		p.fact("since", report.Plain(r.Since)+s.between(s.rawMoment(r.Since), v), style{})
	}
	if r.Moment != nil {
		p.fact("moment", strings.TrimPrefix(s.between(r.Moment, v), " "), style{attr: bold})
	}
	s.ladder(p, r, v)
}

// between writes an interval of AWS's clock to the millisecond, because this is the evidence.
func (s *State) between(m *signals.Moment, v view) string {
	const exact = "15:04:05.000"
	if m == nil {
		return ", not yet"
	}
	zone := "UTC"
	if v.zone == local {
		zone = "local time"
	}
	from, to := v.in(m.Earliest).Format(exact), v.in(m.Latest).Format(exact)
	switch {
	case m.Latest.Before(s.Begun.Add(-time.Minute)):
		return ", before the run (" + v.in(m.Latest).Format("2006-01-02 15:04:05") + " " + zone + ")"
	case m.Earliest.IsZero():
		return fmt.Sprintf(" by %s (%s %s)", v.time(s.here(m.Latest), s), to, zone)
	case from == to:
		return fmt.Sprintf(" %s (%s %s)", v.time(s.here(m.Latest), s), to, zone)
	}
	return fmt.Sprintf(" %s (%s – %s %s)", v.time(s.here(m.Latest), s), from, to, zone)
}

// ladder writes the steps of a chain below each other, in their order.
func (s *State) ladder(p *page, r *Row, v view) {
	for i, name := range r.Steps {
		step := s.rows[string(rowAssert)+"."+name]
		if step == nil {
			continue
		}
		st := s.status(step)
		rail := "├─"
		if i == len(r.Steps)-1 {
			rail = "└─"
		}
		at := ""
		if step.Moment != nil {
			at = v.time(s.here(step.Moment.Latest), s)
		}
		p.add(piece{rail + strconv.Itoa(i+1) + " ", style{attr: dim}}, piece{st.glyph + " ", st.style},
			piece{step.Label, style{}}, piece{"  " + st.word + "  " + at, style{attr: dim}})
	}
}

func (s *State) describeFault(p *page, r *Row, v view) {
	for _, said := range []struct {
		when bool
		name string
		text string
		look style
	}{
		{r.Failed != nil, "error", textOf(r.Failed, func(f *experiments.FaultFailed) string { return f.Error }), style{fg: red}},
		{r.NotBack != nil, "left", textOf(r.NotBack, func(f *experiments.FaultRevertFailed) string {
			return joined(append([]string{f.Error}, f.Left...)...)
		}), style{fg: red, attr: bold}},
		{r.Began != nil, "began", strings.TrimSpace(s.between(r.Began, v)), style{}},
		{r.Done != nil, "done", strings.TrimSpace(s.between(r.Done, v)), style{}},
		{r.Reverted != nil, "reverted", textOf(r.Reverted, func(f *experiments.FaultReverted) string {
			return strings.TrimSpace(joined(s.between(&f.Moment, v), f.Note))
		}), style{fg: green}},
		{len(r.Fault.After) > 0, "after", strings.Join(r.Fault.After, ", "), style{}},
		{r.Fault.Delay > 0, "delay", report.Duration(time.Duration(r.Fault.Delay)), style{}},
		{r.Fault.Duration > 0, "duration", report.Duration(time.Duration(r.Fault.Duration)), style{}},
		{r.Fault.Irreversible, "revert", "cannot be reverted", style{fg: yellow}},
	} {
		if said.when {
			p.fact(said.name, report.Plain(said.text), said.look)
		}
	}
	const shown = 6
	for i, target := range r.Targets {
		if i == shown && len(r.Targets) > shown+1 {
			p.fact("", fmt.Sprintf("and %d more", len(r.Targets)-i), style{attr: dim})
			break
		}
		name := ""
		if i == 0 {
			name = "touches"
		}
		p.fact(name, report.Plain(target), style{})
	}
}

func textOf[T any](of *T, say func(*T) string) string {
	if of == nil {
		return ""
	}
	return say(of)
}

// describeSeen lists what was last seen of the row's sources, with AWS's own times.
func (s *State) describeSeen(p *page, r *Row, v view) {
	const shown = 3
	for _, series := range s.Series {
		if !about(r, series.Source) {
			continue
		}
		p.fact("source", report.Plain(series.Source.Kind+" "+series.Source.Subject), style{attr: dim})
		points := series.Points
		for i := len(points) - 1; i >= max(0, len(points)-shown); i-- {
			p.fact("  seen", points[i].Text+s.between(&points[i].Moment, v), style{})
		}
	}
}
