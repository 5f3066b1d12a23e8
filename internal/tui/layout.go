package tui

import (
	"fmt"
	"strings"
)

// Render draws the whole window.
func (m *model) Render(w, h int) string {
	c := newCanvas(w, h, m.look.ascii)
	all := c.all()
	v := m.view()
	m.header.draw(all.rows(0, 2), m.state, v)
	below := 1
	if m.scrubbed() && h >= 10 {
		m.scrubber(all.rows(h-2, 1), v)
		below = 2
	}
	m.footer(all.rows(h-1, 1))
	body := all.rows(2, h-2-below)
	m.body(body, v)
	m.prompt.over(body, m)
	return c.text(m.look.color)
}

// body places the panes: beside each other where there is room, else below, else one alone.
func (m *model) body(a area, v view) {
	switch {
	case m.full || a.w < 60 || a.h < 14:
		m.pane(a, m.focus, v, m.focus != paneTimeline)
	case a.w < 110 || a.h < 20:
		top := m.timelineHeight(a.h * 3 / 5)
		m.pane(a.rows(0, top), paneTimeline, v, false)
		m.pane(a.rows(top, a.h-top), m.lower, v, true)
	default:
		top := m.timelineHeight(a.h * 11 / 20)
		m.pane(a.rows(0, top), paneTimeline, v, false)
		if a.h >= 26 {
			strip := min(len(m.state.Series), max(2, a.h/6)) + 1
			m.pane(a.rows(top, strip), paneMetrics, v, true)
			top += strip
		}
		left := a.w / 2
		right := paneLog
		if m.lower == paneMetrics && a.h < 26 {
			right = paneMetrics
		}
		m.pane(a.sub(0, top, left-1, a.h-top), paneDetail, v, true)
		m.pane(a.sub(left, top, a.w-left, a.h-top), right, v, true)
	}
}

// timelineHeight is what the time line needs, up to a limit.
func (m *model) timelineHeight(limit int) int {
	return min(limit, max(4, len(lines(m.state))+1))
}

func (m *model) pane(a area, p pane, v view, titled bool) {
	if titled {
		m.title(a, p)
		a = a.rows(1, a.h-1)
	}
	switch p {
	case paneTimeline:
		m.timeline.draw(a, m.state, v)
	case paneDetail:
		m.detail.draw(a, m.state, m.selected(), v)
	case paneLog:
		m.log.draw(a, m.state, v)
	case paneMetrics:
		m.metrics.draw(a, m.state, m.timeline.lens, v)
	}
}

func (m *model) title(a area, p pane) {
	text := " " + p.String() + " "
	if p == paneLog {
		m.log.match(m.state)
		text = " " + m.log.title() + " "
	}
	look := style{attr: bold}
	if p == m.focus {
		look = style{attr: bold | reverse}
	}
	x := a.put(0, 0, cut(text, a.w), look)
	a.put(x, 0, strings.Repeat(barOpen, max(0, a.w-x)), style{attr: dim})
}

// selected is the row whose detail is shown.
func (m *model) selected() *Row {
	if n := len(m.state.Rows); n > 0 {
		m.timeline.selected = max(0, min(m.timeline.selected, n-1))
		return m.state.Rows[m.timeline.selected]
	}
	return nil
}

// scrubbed says whether there is something to play back.
func (m *model) scrubbed() bool { return len(m.records) > 0 && (m.over || !m.head.IsZero()) }

// scrubber shows which part of the run is behind the time that is looked at.
func (m *model) scrubber(a area, v view) {
	from, to := m.ends()
	sign := "paused "
	if m.playing {
		sign = "playing"
	} else if m.head.IsZero() {
		sign = "at end "
	}
	x := a.put(1, 0, sign+" ", style{attr: bold})
	label := fmt.Sprintf(" %s of %s", v.time(v.now, m.state), v.time(to, m.state))
	room := a.w - x - width(label) - 1
	if room < 4 {
		return
	}
	b := bar{a.sub(x, 0, room, 1), scale{from, to.Sub(from) + 1, room}, 0, v.now}
	b.span(from, to, barOpen, style{attr: dim})
	b.span(from, v.now, barFull, style{fg: cyan})
	b.mark(earlier(v.now, to), barMark, style{attr: bold})
	a.put(a.w-width(label)-1, 0, label, style{attr: dim})
}

// footer shows what can be done, or what is asked.
func (m *model) footer(a area) {
	if m.prompt.line(a, m) {
		return
	}
	x := 1
	if m.note != "" {
		x = a.put(1, 0, cut(m.note, a.w-2), style{fg: yellow, attr: bold}) + 2
	}
	for _, hint := range m.hints() {
		if x+width(hint.key)+1+width(hint.text) > a.w-1 {
			continue
		}
		x = a.put(x, 0, hint.key, style{attr: bold})
		x = a.put(x+1, 0, hint.text, style{attr: dim}) + 2
	}
}

type hint struct{ key, text string }

func (m *model) hints() []hint {
	all := []hint{{"?", "help"}}
	if m.running() {
		all = append(all, hint{"a", "abort"}, hint{"p", "hold"})
		if m.header.held {
			all[2].text = "go on"
		}
	}
	if m.over {
		all = append(all, hint{"space", "play back"}, hint{"[ ]", "step"})
	}
	return append(all, hint{"q", "quit"}, hint{"tab", "pane"}, hint{"enter", "whole window"}, hint{"/", "filter"},
		hint{"+-", "zoom"}, hint{"t", "times"})
}

func upper(text string) string { return strings.ToUpper(text) }

// cutWord parts a glyph from the word behind it.
func cutWord(text string) (glyph, word string, found bool) { return strings.Cut(text, " ") }
