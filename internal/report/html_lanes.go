package report

import (
	"fmt"
	"time"

	"gameday/experiments"
	"gameday/internal/signals"
)

// claimLane shows an assertion: the SLO as a bar from its since on, and the moment as a mark.
func (a account) claimLane(s scale, c claim) lane {
	l := a.laneOf(c)
	l.Height = laneHeight
	since, m := c.answer.Since, c.answer.Moment
	if since == nil {
		l.Shapes = append(l.Shapes, shape{Form: "text", Class: "faint", X: "0%", Y: markY + 4, Text: headline(c)})
		return l
	}
	from := earliest(*since)
	deadline := since.Latest.Add(time.Duration(c.Within))
	l.Shapes = append(l.Shapes, s.window(from, deadline, barY, barHeight)...)
	if c.NotBefore > 0 {
		l.Shapes = append(l.Shapes, s.bar(from, from.Add(time.Duration(c.NotBefore)), barY, barHeight, "early"))
	}
	for _, b := range a.blindOn(c.Block) {
		until := b.Until
		if until.IsZero() {
			until = a.Latest
		}
		l.Shapes = append(l.Shapes, s.bar(b.From, until, barY, barHeight, "blind"), s.caption(b.From, barY+barHeight+9, "faint", "not seen"))
		l.Height = laneHeight + 10
	}
	if m == nil {
		at := s.end(deadline)
		if c.answer.Verdict == experiments.Failed {
			l.Shapes = append(l.Shapes, s.mark(at, markY, l.Class))
		}
		l.Shapes = append(l.Shapes, s.caption(at, textLineY, l.Class, headline(c)))
		return l
	}
	l.Shapes = append(l.Shapes, s.way(from, earliest(*m), deadline, markY, l.Class)...)
	if m.Latest.Sub(m.Earliest) > wide {
		l.Shapes = append(l.Shapes, s.bar(earliest(*m), m.Latest, barY+2, barHeight-4, "unsure "+l.Class))
	}
	l.Shapes = append(l.Shapes, s.mark(m.Latest, markY, l.Class), s.caption(m.Latest, textLineY, l.Class, laneWords(c)))
	return l
}

// laneOf is a claim's lane without its drawing.
func (a account) laneOf(c claim) lane {
	v := c.answer.Verdict
	l := lane{
		Class: class(v), Mark: mark(v), Word: string(v), Name: Plain(c.Name), Sub: against(c.answer.Latency, c.Within),
		Title: Plain(c.label) + ": " + string(v), Desc: fmt.Sprintf("Asked: %s. %s.", askedOf(c), sentenceless(headline(c))),
	}
	if c.answer.Since != nil {
		l.Desc += " Since " + a.said(*c.answer.Since) + "."
	}
	if c.answer.Moment != nil {
		l.Desc += " Its moment: " + a.said(*c.answer.Moment) + "."
	}
	return l
}

// sentenceless is a sentence without its full stop.
func sentenceless(text string) string {
	text = sentence(text)
	if n := len(text); n > 0 && text[n-1] == '.' {
		return text[:n-1]
	}
	return text
}

// laneWords are what stands above a moment.
func laneWords(c claim) string {
	switch c.answer.Reason {
	case experiments.Late:
		if c.answer.Latency != nil {
			return span(*c.answer.Latency, time.Duration(c.Within)) + ", " + c.overdue() + " late"
		}
	case experiments.TooEarly:
		return c.early() + "too early"
	case experiments.Happened, experiments.DidNotStay:
		return headline(c)
	}
	if c.answer.Latency == nil {
		return headline(c)
	}
	return span(*c.answer.Latency, time.Duration(c.Within))
}

// window is the time that an SLO allows, with its end as a line, or with an arrow where it is outside of the picture.
func (s scale) window(from, deadline time.Time, y, height int) []shape {
	shapes := []shape{s.bar(from, deadline, y, height, "slo")}
	if s.beyond(deadline) {
		return append(shapes, shape{Form: "more", Class: "slo", X: "100%", Y: y + height/2})
	}
	return append(shapes, s.rule(deadline, y-3, height+6, "deadline"))
}

// way is the time that something took: whole until the deadline, broken after it.
func (s scale) way(from, to, deadline time.Time, y int, class string) []shape {
	if !to.After(deadline) {
		return []shape{s.bar(from, to, y-2, 4, "way "+class)}
	}
	return []shape{s.bar(from, deadline, y-2, 4, "way "+class), s.dash(deadline, to, y, class)}
}

// end is a time, or the end of the picture.
func (s scale) end(t time.Time) time.Time {
	if s.beyond(t) {
		return s.begun.Add(s.length)
	}
	return t
}

// chainLane shows a chain as a ladder: a rung for each step, as long as it took from the step before, below the SLO of the
// whole.
func (a account) chainLane(s scale, c claim) lane {
	l := a.laneOf(c)
	l.Title = string(c.chain) + " " + Plain(c.Name) + ": " + string(c.answer.Verdict)
	hops := a.hops(c)
	l.Height = rungHeight*len(hops) + 10
	before := c.answer.Since
	if before == nil && len(hops) > 0 && hops[0].step.Since == c.Since {
		before = hops[0].step.answer.Since
	}
	if before == nil {
		l.Height = laneHeight
		l.Shapes = append(l.Shapes, shape{Form: "text", Class: "faint", X: "0%", Y: markY + 4, Text: headline(c)})
		return l
	}
	l.Shapes = s.window(earliest(*before), before.Latest.Add(time.Duration(c.Within)), 4, l.Height-8)
	for i, h := range hops {
		l.Shapes = append(l.Shapes, s.rung(i, h, *before)...)
		if !h.known {
			l.Desc += fmt.Sprintf(" Step %d, %s: %s.", i+1, h.to, headline(h.step))
			continue
		}
		l.Desc += fmt.Sprintf(" Step %d, %s: %s after %s.", i+1, h.to, short(h.took), h.from)
		before = h.step.answer.Moment
	}
	return l
}

// rung is a step of a ladder below its name: from the step before to its moment.
func (s scale) rung(i int, h hop, before signals.Moment) []shape {
	top := 6 + rungHeight*i
	y, look := top+20, class(h.step.answer.Verdict)
	m := h.step.answer.Moment
	if !h.known || m == nil {
		at := middle(before)
		text := h.to
		if h.step.answer.Reason == experiments.Missed {
			text += " never came"
		}
		return []shape{s.mark(at, y, look), s.alongside(at, at, top+10, look, text)}
	}
	from, to := middle(before), middle(*m)
	if to.Before(from) {
		from, to = to, from
	}
	return []shape{
		s.rule(middle(before), y-rungHeight, rungHeight, "rail"), s.bar(from, to, y-3, 6, "way "+look), s.mark(middle(*m), y, look),
		s.alongside(from, to, top+10, look, h.to+" +"+short(h.took)),
	}
}

// alongside is text above a rung: from its beginning on or up to its end, where there is more room.
func (s scale) alongside(from, to time.Time, y int, class, text string) shape {
	text = cut(text, shownLetters)
	start, end := s.place(from), s.place(to)
	if end > 100-start {
		return shape{Form: "text", Class: class, X: percent(end), Y: y, DX: -4, Anchor: "end", Text: text}
	}
	return shape{Form: "text", Class: class, X: percent(start), Y: y, DX: 4, Anchor: "start", Text: text}
}
