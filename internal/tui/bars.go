package tui

import (
	"strconv"
	"time"

	"gameday/experiments"
)

// bar is a line of the time line while it is drawn.
type bar struct {
	area
	scale
	y   int
	now time.Time
}

// span draws a line from one time to another, as far as it can be seen. It is at least one column long.
func (b bar) span(from, to time.Time, glyph string, s style) {
	first, last := b.column(from), max(b.column(from)+1, b.column(to))
	for x := max(0, first); x < min(last, b.w()); x++ {
		b.put(x, b.y, glyph, s)
	}
}

func (b bar) w() int { return b.area.w }

func (b bar) mark(at time.Time, glyph string, s style) {
	if x := b.column(at); x >= 0 && x < b.w() {
		b.put(x, b.y, glyph, s)
	}
}

// draw draws a row's bar.
func (b bar) draw(s *State, r *Row) {
	switch r.Type {
	case rowCheck:
		b.check(s, r)
	case rowGuard:
		b.guard(s, r)
	case rowFault:
		b.fault(s, r)
	default:
		b.claim(s, r)
	}
}

func (b bar) check(s *State, r *Row) {
	until, look := b.now, style{attr: dim}
	if !r.Decided.IsZero() {
		until, look = r.Decided, s.status(r).style
	}
	b.span(s.Begun, until, barOpen, look)
	if !r.Decided.IsZero() {
		b.mark(r.Decided, barMark, look)
	}
}

func (b bar) guard(s *State, r *Row) {
	from := s.first()
	if from.IsZero() {
		return
	}
	until, look := b.now, s.status(r).style
	if !r.Decided.IsZero() {
		until = r.Decided
	}
	b.span(from, until, barOpen, look)
	if r.Verdict == experiments.Failed || r.Verdict == experiments.Inconclusive {
		b.mark(until, barMark, look)
	}
}

// fault draws a fault's life: planned, being injected, live, being reverted.
func (b bar) fault(s *State, r *Row) {
	if r.Announced.IsZero() {
		return
	}
	look := s.status(r).style
	if r.Failed != nil && !r.Failed.Touched {
		b.mark(r.Announced, glyphFailed, look)
		return
	}
	until := b.now
	switch {
	case r.Reverted != nil:
		until = s.here(r.Reverted.Moment.Latest)
	case r.Fault.Irreversible && r.Done != nil:
		b.span(r.Announced, b.now, barEarly, style{attr: dim}) // what is gone stays gone
		until = s.here(r.Done.Latest)
	case s.End != nil:
		until = s.Ended
	}
	if r.Fault.Duration > 0 && r.Reverting.IsZero() {
		b.span(b.now, r.Announced.Add(time.Duration(r.Fault.Duration)), barOpen, style{attr: dim})
	}
	life := style{fg: magenta, attr: bold}
	b.span(r.Announced, until, barFull, life)
	if !r.Reverting.IsZero() {
		b.span(r.Reverting, until, barFull, style{fg: cyan})
	}
	switch {
	case r.NotBack != nil:
		b.mark(r.Decided, glyphFailed, look)
	case r.Reverted != nil:
		b.mark(until, barEnd, style{fg: green})
	case r.Fault.Irreversible:
		b.mark(r.Announced, glyphWarning, look)
	}
}

// claim draws the SLO from since to since + within, filling as time passes, and then the moment as a mark.
func (b bar) claim(s *State, r *Row) {
	since, began := s.moment(r.Since)
	if d := r.Decision; d != nil && d.Since != nil {
		since, began = s.here(d.Since.Latest), true
	}
	if !began {
		return
	}
	deadline := since.Add(time.Duration(r.Within))
	b.span(since, deadline, barOpen, style{attr: dim})
	if r.NotBefore > 0 {
		b.span(since, since.Add(time.Duration(r.NotBefore)), barEarly, style{attr: dim})
	}
	until, look := b.fillEnd(s, r)
	if until.After(since) {
		b.span(since, earlier(until, deadline), barFull, look)
	}
	if until.After(deadline) {
		b.span(deadline, until, barFull, style{fg: red})
	}
	b.mark(since, barStart, look)
	if x := b.column(deadline); x > b.column(since) {
		b.mark(deadline, barEnd, style{attr: dim})
	}
	if r.Chain != "" {
		b.rungs(s, r)
	}
	if r.Moment != nil && (r.Chain == "" || r.Verdict != experiments.Passed) {
		b.mark(s.here(r.Moment.Latest), barMark, markStyle(r))
	}
}

// fillEnd is how far an SLO's bar is filled, and with what.
func (b bar) fillEnd(s *State, r *Row) (time.Time, style) {
	look := style{fg: cyan}
	until := b.now
	switch {
	case r.Moment != nil:
		until = s.here(r.Moment.Latest)
	case !r.Decided.IsZero():
		until = r.Decided
		if d := r.Decision; d != nil && d.Since != nil && d.Latency != nil {
			until = s.here(d.Since.Latest).Add(time.Duration(d.Latency.Max))
		}
	case s.End != nil:
		until = s.Ended
	}
	if r.Verdict != "" {
		look = style{fg: s.status(r).style.fg}
	}
	return until, look
}

func markStyle(r *Row) style {
	switch r.Verdict {
	case experiments.Passed:
		return style{fg: green, attr: bold}
	case experiments.Failed:
		return style{fg: red, attr: bold}
	}
	return style{fg: yellow, attr: bold}
}

// rungs marks on a chain's bar when each of its steps came, by number.
func (b bar) rungs(s *State, r *Row) {
	last := -1
	for i, name := range r.Steps {
		step := s.rows[string(rowAssert)+"."+name]
		if step == nil || step.Moment == nil {
			continue
		}
		glyph := barDone
		if i < 9 {
			glyph = strconv.Itoa(i + 1)
		}
		x := b.column(s.here(step.Moment.Latest))
		if x == last { // two in one column: beside each other
			x++
		}
		if last = x; x >= 0 && x < b.w() {
			b.put(x, b.y, glyph, markStyle(step))
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
