package report

import (
	"fmt"
	"time"

	"gameday/experiments"
	"gameday/internal/signals"
)

// picture is the time line. Every lane is a drawing of its own below one scale, so that it is as wide as the page is.
type picture struct {
	Ticks  []tick
	Groups []group
	Left   string // what is not drawn
}

type (
	tick struct{ X, Label, Anchor string }
	// group is lanes of one sort.
	group struct {
		Title string
		Lanes []lane
	}
	// lane is a row: its name, and a drawing that says the same as its Title and Desc.
	lane struct {
		ID                     string
		Class, Mark, Word      string
		Name, Sub, Title, Desc string
		Height                 int
		Shapes                 []shape
	}
	// shape is a part of a drawing. X, and W or X2, are shares of its width; Y and H are pixels.
	shape struct {
		Form   string // bar, rule, dash, text, mark or more
		Class  string
		X, X2  string
		W      string
		Y, H   int
		DX     int
		Anchor string
		Text   string
	}
)

const (
	laneHeight = 44
	rungHeight = 32
	textLineY  = 13 // the baseline of a lane's text
	barY       = 20
	barHeight  = 14
	markY      = barY + barHeight/2
	// shownLetters is how many letters text in the picture may have; the name beside it and the tables have the rest.
	shownLetters = 40
	mostLanes    = 100 // of assertions, and of chains
	// stretch is how far beyond the run its deadlines may widen the picture.
	stretch = 1.5
)

// scale turns times into places in the picture.
type scale struct {
	begun  time.Time
	length time.Duration
}

func (a account) scale() scale {
	took := a.took()
	length := took
	for _, c := range a.claims() {
		if since := c.answer.Since; since != nil {
			end := since.Latest.Add(time.Duration(c.Within)).Sub(a.Begun)
			if end > length && end.Seconds() <= stretch*took.Seconds() {
				length = end
			}
		}
	}
	return scale{a.Begun, length + length/50}
}

// place returns where a time is, in percent of the width.
func (s scale) place(t time.Time) float64 {
	return min(100, max(0, 100*t.Sub(s.begun).Seconds()/s.length.Seconds()))
}

func (s scale) beyond(t time.Time) bool { return t.Sub(s.begun) > s.length }

func percent(x float64) string { return fmt.Sprintf("%.2f%%", x) }

func (s scale) bar(from, to time.Time, y, height int, class string) shape {
	x := s.place(from)
	return shape{Form: "bar", Class: class, X: percent(x), W: percent(max(0, s.place(to)-x)), Y: y, H: height}
}

func (s scale) rule(at time.Time, y, height int, class string) shape {
	return shape{Form: "rule", Class: class, X: percent(s.place(at)), Y: y, H: height}
}

func (s scale) dash(from, to time.Time, y int, class string) shape {
	return shape{Form: "dash", Class: class, X: percent(s.place(from)), X2: percent(s.place(to)), Y: y}
}

func (s scale) mark(at time.Time, y int, class string) shape {
	return shape{Form: "mark", Class: class, X: percent(s.place(at)), Y: y}
}

// caption is text above a place, which leans inwards near the edges.
func (s scale) caption(at time.Time, y int, class, text string) shape {
	x := s.place(at)
	c := shape{Form: "text", Class: class, X: percent(x), Y: y, Anchor: "middle", Text: cut(text, shownLetters)}
	switch {
	case x < 22:
		c.Anchor, c.DX = "start", -6
	case x > 78:
		c.Anchor, c.DX = "end", 6
	}
	return c
}

// ticks are at most six, at round times.
func (s scale) ticks() []tick {
	step := time.Duration(0)
	for _, d := range []time.Duration{
		time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour,
		2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
	} {
		if step = d; s.length/d < 6 {
			break
		}
	}
	var all []tick
	for at := time.Duration(0); at <= s.length; at += step {
		t := tick{X: percent(s.place(s.begun.Add(at))), Label: elapsed(at), Anchor: "middle"}
		if s.length-at < s.length/20 {
			t.Anchor = "end"
		}
		all = append(all, t)
	}
	return all
}

func (a account) picture() picture {
	if a.took() <= 0 {
		return picture{}
	}
	s := a.scale()
	p := picture{Ticks: s.ticks()}
	for _, g := range []group{
		{"Faults", a.faultLanes(s)},
		{"Guards", a.guardLanes(s)},
		{"Response", drawn(a.asserts, func(c claim) lane { return a.claimLane(s, c) })},
		{"Playbooks and escalations", drawn(a.chains, func(c claim) lane { return a.chainLane(s, c) })},
	} {
		if len(g.Lanes) == 0 {
			continue
		}
		for i := range g.Lanes {
			g.Lanes[i].ID = fmt.Sprintf("lane-%d-%d", len(p.Groups), i)
		}
		p.Groups = append(p.Groups, g)
	}
	if n := max(0, len(a.asserts)-mostLanes) + max(0, len(a.chains)-mostLanes); n > 0 {
		p.Left = fmt.Sprintf("%d more are not drawn; the table of SLOs has them.", n)
	}
	return p
}

// drawn makes lanes of claims: of all, or of so many, those that did not pass before the others.
func drawn(claims []claim, draw func(claim) lane) []lane {
	room := mostLanes
	chosen := make([]bool, len(claims))
	for _, wanted := range []string{"bad", "unknown", "good"} {
		for i, c := range claims {
			if room > 0 && class(c.answer.Verdict) == wanted {
				chosen[i] = true
				room--
			}
		}
	}
	var lanes []lane
	for i, c := range claims {
		if chosen[i] {
			lanes = append(lanes, draw(c))
		}
	}
	return lanes
}

// faultLanes show how long every fault lived.
func (a account) faultLanes(s scale) []lane {
	var lanes []lane
	for i, f := range a.Faults {
		row := a.touched(f, a.summary.Faults[i].Reverted)
		l := lane{
			Class: row.Class, Mark: row.Mark, Word: string(a.summary.Faults[i].Reverted), Name: row.Name,
			Sub:   row.Kind + ", " + count(len(row.Targets), "target"),
			Title: "Fault " + row.Name, Height: laneHeight, Desc: row.Said,
		}
		began := injectedFor(f)
		if began == nil {
			l.Shapes = append(l.Shapes, shape{Form: "text", Class: "faint", X: "0%", Y: markY, Text: row.Said})
			lanes = append(lanes, l)
			continue
		}
		l.Desc = "Injected at " + a.said(*began) + "; " + row.Said
		l.Shapes = a.life(s, f, *began, a.summary.Faults[i].Reverted)
		lanes = append(lanes, l)
	}
	return lanes
}

// life is the bar of a fault, from its first request until its revert, or further.
func (a account) life(s scale, f experiments.FaultStory, began signals.Moment, outcome experiments.Reverted) []shape {
	end, said, class := s.begun.Add(s.length), "cannot be reverted", "life"
	switch {
	case f.Reverted != nil:
		end, said = f.Reverted.Moment.Latest, "reverted "+a.since(f.Reverted.Moment.Latest)
		l := experiments.Latency{Max: experiments.Millis(end.Sub(began.Earliest))}
		said += ", live for " + short(time.Duration(l.Max))
	case outcome == experiments.RevertedNo:
		said, class = "may still be live", "life live"
	}
	from := earliest(began)
	shapes := []shape{s.bar(from, end, barY, barHeight, class), s.bar(from, began.Latest, barY, barHeight, "injecting")}
	shapes = append(shapes, s.mark(from, markY, "fault"), s.caption(from, textLineY, "", "injected "+a.since(began.Latest)))
	if f.Reverted != nil {
		shapes = append(shapes, s.mark(end, markY, "good"))
		if s.place(end)-s.place(from) > 45 {
			shapes = append(shapes, s.caption(end, textLineY, "", said))
		}
		return shapes
	}
	last := s.caption(end, textLineY, "", said)
	if outcome == experiments.RevertedNo {
		last.Class = "bad"
	}
	return append(shapes, shape{Form: "more", Class: class, X: "100%", Y: markY}, last)
}

func earliest(m signals.Moment) time.Time {
	if m.Earliest.IsZero() {
		return m.Latest
	}
	return m.Earliest
}

// said writes a moment in a sentence.
func (a account) said(m signals.Moment) string {
	p := a.printed(m)
	return p.Offset + " (" + p.UTC + ")"
}

// guardLanes show from when to when customers were looked after.
func (a account) guardLanes(s scale) []lane {
	from, to := a.guarded()
	var lanes []lane
	for _, g := range findings(a.summary.Guards) {
		l := lane{
			Class: g.Class, Mark: g.Mark, Word: g.Word, Name: g.Name, Sub: g.Kind, Title: "Guard " + g.Name, Height: laneHeight,
			Desc: g.Said + ".",
		}
		if from.IsZero() {
			l.Shapes = append(l.Shapes, shape{Form: "text", Class: "faint", X: "0%", Y: markY + 4, Text: "not needed: nothing was touched"})
			lanes = append(lanes, l)
			continue
		}
		l.Desc = fmt.Sprintf("Watched from %s to %s: %s.", a.since(from), a.since(to), g.Said)
		said := g.Said
		if g.Class == "good" {
			said = "held"
		}
		l.Shapes = append(l.Shapes, s.bar(from, to, barY, barHeight, "window "+g.Class))
		caption := s.caption(from.Add(to.Sub(from)/2), textLineY, "", said)
		for _, broken := range a.Broken {
			if Plain(broken.Name) == g.Name && broken.Moment != nil {
				l.Shapes = append(l.Shapes, s.mark(broken.Moment.Latest, markY, g.Class))
				caption = s.caption(broken.Moment.Latest, textLineY, g.Class, said+" "+a.since(broken.Moment.Latest))
			}
		}
		l.Shapes = append(l.Shapes, caption)
		lanes = append(lanes, l)
	}
	return lanes
}

// guarded is from the first fault to the last revert, or as far as is known.
func (a account) guarded() (from, to time.Time) {
	for _, f := range a.Faults {
		if m := f.Began(); m != nil && (from.IsZero() || earliest(*m).Before(from)) {
			from = earliest(*m)
		}
		if f.Reverted != nil && f.Reverted.Moment.Latest.After(to) {
			to = f.Reverted.Moment.Latest
		}
	}
	if to.IsZero() || len(a.summary.Leftovers) > 0 {
		to = a.Latest
	}
	return from, to
}
