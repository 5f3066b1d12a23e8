package tui

import (
	"fmt"
	"strings"
	"time"
)

// logPane shows what happened, line by line, of all sources together.
type logPane struct {
	filter  string
	back    int // how many of the matching lines below are not shown; 0 follows
	cursor  int // the matching line that n and N found; -1: none
	matched []int
	seen    int // how many lines were looked at
	of      *State
}

// match looks at the lines that are new.
func (l *logPane) match(s *State) {
	if l.of != s || l.seen > len(s.Log) {
		l.matched, l.seen, l.of = l.matched[:0], 0, s
	}
	needle := strings.ToLower(l.filter)
	for ; l.seen < len(s.Log); l.seen++ {
		if needle == "" || strings.Contains(s.Log[l.seen].folded, needle) {
			l.matched = append(l.matched, l.seen)
			if l.back > 0 {
				l.back++ // what is looked at stays where it is
			}
		}
	}
}

// search sets the filter.
func (l *logPane) search(text string) {
	*l = logPane{filter: text, cursor: -1}
}

// step moves to the next matching line, or the one before.
func (l *logPane) step(s *State, by int) (Entry, bool) {
	l.match(s)
	if len(l.matched) == 0 {
		return Entry{}, false
	}
	if l.cursor < 0 || l.cursor >= len(l.matched) {
		l.cursor = len(l.matched)
		if by > 0 {
			l.cursor = -1
		}
	}
	l.cursor = (l.cursor + by + len(l.matched)) % len(l.matched)
	return s.Log[l.matched[l.cursor]], true
}

// scroll moves up (negative) or down.
func (l *logPane) scroll(by int) { l.back = max(0, l.back-by) }

func (l *logPane) draw(a area, s *State, v view) {
	l.match(s)
	if l.cursor >= 0 && l.cursor < len(l.matched) { // keep it in sight
		below := len(l.matched) - 1 - l.cursor
		l.back = max(min(l.back, below), below-a.h+1)
	}
	l.back = max(0, min(l.back, len(l.matched)-a.h))
	last := len(l.matched) - l.back
	first := max(0, last-a.h)
	names := 0
	for _, i := range l.matched[first:last] {
		names = max(names, width(s.Log[i].About))
	}
	names = min(names, max(8, a.w/3))
	for y, i := range l.matched[first:last] {
		l.line(a, y, s.Log[i], names, first+y == l.cursor, s, v)
	}
	if len(l.matched) == 0 && l.filter != "" {
		a.put(1, 0, "nothing matches "+l.filter, style{attr: dim})
	}
}

func (l *logPane) line(a area, y int, e Entry, names int, chosen bool, s *State, v view) {
	x := a.put(1, y, v.time(e.At, s), style{attr: dim}) + 1
	about := style{}
	if e.signal {
		about = style{attr: dim}
	}
	if chosen {
		about = style{attr: reverse}
	}
	a.sub(0, 0, x+names, a.h).put(x, y, cut(e.About, names), about)
	x += names + 1
	look := about
	if e.Verdict != "" {
		st := verdictStatus(e.Verdict, "")
		if e.Verdict != "passed" {
			look = style{fg: st.style.fg}
		}
		x = a.put(x, y, st.glyph+" ", st.style)
	} else {
		x = a.put(x, y, "  ", style{})
	}
	room := a.w - x
	a.put(x, y, cut(e.Text, room), look)
}

// title says what is shown of the log.
func (l *logPane) title() string {
	text := paneLog.String()
	if l.filter != "" {
		text += fmt.Sprintf(" /%s: %d", l.filter, len(l.matched))
	}
	if l.back > 0 {
		return text + fmt.Sprintf(" (%d below)", l.back)
	}
	return text + " (following)"
}

// metrics shows what sources say, as sparklines.
type metrics struct{ top int }

func (m *metrics) draw(a area, s *State, lens lens, v view) {
	if len(s.Series) == 0 {
		a.put(1, 0, "Nothing was seen yet"+ellipsis, style{attr: dim})
		return
	}
	names, texts := 6, 6
	for _, series := range s.Series {
		names = max(names, width(series.Label))
		if p, seen := series.at(v.now); seen && !series.Event {
			texts = max(texts, width(p.Text))
		}
	}
	names, texts = min(names, max(6, a.w/4)), min(texts, max(6, a.w/4))
	m.top = max(0, min(m.top, len(s.Series)-a.h))
	at := 2 + names + texts + 1
	scale := lens.window(s, v.now, a.w-at)
	for y := 0; y < a.h && m.top+y < len(s.Series); y++ {
		series := s.Series[m.top+y]
		a.sub(0, 0, 1+names, a.h).put(1, y, cut(series.Label, names), style{})
		if p, seen := series.at(v.now); seen {
			a.sub(0, 0, 2+names+texts, a.h).put(2+names, y, cut(p.Text, texts), style{attr: dim})
		}
		series.draw(a.sub(at, 0, a.w-at, a.h), y, scale, v.now)
	}
}

// draw draws one sparkline: of a value its height, of things that happen a mark for each.
func (series *Series) draw(a area, y int, scale scale, now time.Time) {
	heights := sparks()
	for x := range a.w {
		from, to := scale.time(x), scale.time(x+1)
		if from.After(now) {
			return
		}
		if series.Event {
			if series.within(from, to) {
				a.put(x, y, barMark, style{fg: cyan})
			}
			continue
		}
		p, seen := series.at(earlier(to, now))
		if !seen {
			continue
		}
		level := 0
		if series.Max > 0 {
			level = min(len(heights)-1, int(p.Value/series.Max*float64(len(heights)-1)+0.5))
		}
		look := style{fg: cyan}
		if p.Text == "ALARM" {
			look = style{fg: red}
		}
		a.put(x, y, heights[level], look)
	}
}
