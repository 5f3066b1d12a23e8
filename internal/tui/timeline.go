package tui

import (
	"strings"
	"time"

	"gameday/internal/report"
)

// timeline shows one line per block of the scenario, over time.
type timeline struct {
	selected int // of the rows
	top      int // the first line that is shown
	lens     lens
}

// columns are where the parts of a line of the time line stand.
type columns struct {
	name, word, value, bar   int // where they begin
	nameW, wordW, valueW, bw int
}

func (t *timeline) columns(s *State, w int) columns {
	names := 8
	for _, r := range s.Rows {
		names = max(names, width(r.Label))
	}
	c := columns{name: 4, wordW: 13}
	c.nameW = min(names, max(10, w/4))
	if w < 60 {
		c.nameW, c.wordW = min(names, max(8, w/3)), 9
	}
	switch {
	case w >= 100:
		c.valueW = 18
	case w >= 76:
		c.valueW = 15
	}
	c.word = c.name + c.nameW + 1
	c.value = c.word + c.wordW
	c.bar = c.value + c.valueW
	if c.valueW > 0 {
		c.bar++
	}
	c.bw = w - c.bar
	return c
}

// line is a heading or a row.
type line struct {
	row     int // -1: a heading
	heading string
}

func lines(s *State) []line {
	all := make([]line, 0, len(s.Rows)+3)
	last := Group(-1)
	for i, r := range s.Rows {
		if r.Group != last {
			all = append(all, line{-1, r.Group.String()})
			last = r.Group
		}
		all = append(all, line{i, ""})
	}
	return all
}

// draw draws the time line.
func (t *timeline) draw(a area, s *State, v view) {
	if a.h < 1 {
		return
	}
	if len(s.Rows) == 0 {
		a.put(1, 0, "The plan is being made"+ellipsis, style{attr: dim})
		return
	}
	c := t.columns(s, a.w)
	scale := t.lens.window(s, v.now, c.bw)
	t.axis(a, scale, c, s, v)
	t.rows(a.sub(0, 1, a.w, a.h-1), scale, c, s, v)
}

func (t *timeline) rows(a area, scale scale, c columns, s *State, v view) {
	all := lines(s)
	t.scroll(all, a.h)
	for y := 0; y < a.h && t.top+y < len(all); y++ {
		at := all[t.top+y]
		if at.row < 0 {
			x := a.put(1, y, at.heading, style{attr: bold | dim})
			a.put(x+1, y, strings.Repeat(barOpen, max(0, c.bar-x-2)), style{attr: dim})
		} else {
			t.row(a, y, s.Rows[at.row], at.row == t.selected, c, s, v)
			bar{a.sub(c.bar, 0, c.bw, a.h), scale, y, v.now}.draw(s, s.Rows[at.row])
		}
		t.now(a, y, scale, c, v)
	}
}

// now draws the line that moves, behind everything else.
func (t *timeline) now(a area, y int, scale scale, c columns, v view) {
	x := scale.column(v.now)
	if x < 0 || x >= c.bw {
		return
	}
	if at := a.on.cells[(a.y+y)*a.on.w+a.x+c.bar+x]; at.text == "" || at.text == " " {
		a.put(c.bar+x, y, nowLine, style{attr: dim})
	}
}

func (t *timeline) row(a area, y int, r *Row, selected bool, c columns, s *State, v view) {
	st := s.status(r)
	name := style{}
	if selected {
		name = style{attr: bold}
		if v.focus == paneTimeline {
			name = style{attr: bold | reverse}
		}
		a.put(0, y, cursor, style{attr: bold})
	}
	a.put(2, y, st.glyph, st.style)
	label := a.sub(c.name, 0, c.nameW, a.h)
	label.put(0, y, cut(r.Label, c.nameW), name)
	a.sub(c.word, 0, c.wordW-1, a.h).put(0, y, cut(st.word, c.wordW-1), st.style)
	if c.valueW > 0 {
		a.sub(c.value, 0, c.valueW, a.h).put(0, y, cut(s.value(r, v.now), c.valueW), style{attr: dim})
	}
}

// scroll keeps the selected row in sight, with the heading above it.
func (t *timeline) scroll(all []line, h int) {
	at := 0
	for i, l := range all {
		if l.row == t.selected {
			at = i
			break
		}
	}
	if t.selected == 0 || at > 0 && all[at-1].row < 0 && at-1 < t.top {
		t.top = min(t.top, at-1)
	}
	t.top = min(t.top, at)
	if at >= t.top+h {
		t.top = at - h + 1
	}
	t.top = max(0, min(t.top, len(all)-h))
}

// axis writes what the columns mean.
func (t *timeline) axis(a area, scale scale, c columns, s *State, v view) {
	a.put(c.name, 0, v.zone.title(), style{attr: dim})
	room := 9
	step := scale.step(room)
	first := scale.from.Sub(s.Begun).Truncate(step)
	if v.zone != relative {
		first = scale.from.Truncate(step).Sub(s.Begun)
	}
	ticks := a.sub(c.bar, 0, c.bw, 1)
	for at := s.Begun.Add(first); ; at = at.Add(step) {
		x := scale.column(at)
		if x >= c.bw {
			break
		}
		label := v.tick(at, s, step)
		if x >= 0 && x+width(label) <= c.bw {
			ticks.put(x, 0, label, style{attr: dim})
		}
	}
	if x := scale.column(v.now); x >= 0 && x < c.bw {
		if at := a.on.cells[ticks.y*a.on.w+ticks.x+x]; at.text == "" || at.text == " " {
			ticks.put(x, 0, nowLine, style{attr: bold})
		}
	}
}

// tick is the label of a time on the axis.
func (v view) tick(at time.Time, s *State, step time.Duration) string {
	if v.zone == relative {
		return report.Elapsed(at.Sub(s.Begun))
	}
	if step < time.Minute {
		return v.in(at).Format("15:04:05")
	}
	return v.in(at).Format("15:04")
}
