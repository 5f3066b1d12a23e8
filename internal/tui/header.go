package tui

import (
	"strconv"
	"time"

	"gameday/experiments"
	"gameday/internal/report"
)

// header says in two lines where one is, and how it stands.
type header struct {
	speed   float64 // of a rehearsal; 0: not paced
	held    bool    // faults wait for a person
	holding string  // the fault that waits
	past    bool    // what is shown is not now
	cut     bool    // the journal ends before the run did
}

func (h header) draw(a area, s *State, v view) {
	h.band(a, s)
	h.status(a, s, v)
}

// band says where faults go, in a colour and in words that nobody can mistake.
func (h header) band(a area, s *State) {
	look, edge, tag, note := style{fg: black, bg: cyan}, "░", "SANDBOX", "nothing is real"
	switch {
	case s.Started.Mode == experiments.ModeRun && s.Started.EndpointURL != "":
		look, edge, tag, note = style{fg: white, bg: red, attr: bold}, "▓", "RUN AT AN ENDPOINT", s.Started.EndpointURL
	case s.Started.Mode == experiments.ModeRun:
		look, edge, tag, note = style{fg: white, bg: red, attr: bold}, "▓", "REAL AWS ACCOUNT", "faults are real"
	case s.Started.Mode == "":
		look, edge, tag, note = style{attr: reverse}, " ", "gameday", "starting"
	}
	a.fill(0, look)
	x := a.put(0, 0, edge+edge+" "+tag+" ", look.with(bold))
	place := joined(s.Started.Account, s.Started.Region)
	if width(place)+x+16 > a.w { // the scenario is worth more than the region
		place = s.Started.Account
	}
	right := a.w - width(place) - 4
	if right < x {
		right = x
	}
	x = a.sub(0, 0, right, 1).put(x, 0, "· "+cut(s.Started.Scenario, right-x-3), look)
	if x+width(note)+4 < right {
		a.put(x, 0, " · "+note, look)
	}
	a.put(right, 0, " "+place+" "+edge+edge, look.with(bold))
}

func (h header) status(a area, s *State, v view) {
	word, look := s.phase()
	if h.cut && !h.past {
		word, look = glyphUnknown+" CUT SHORT", style{fg: yellow}
	}
	x := a.put(1, 1, word, look.with(bold))
	write := func(text string, s style) {
		if text != "" && x+2+width(text) <= a.w {
			x = a.put(x+2, 1, text, s)
		}
	}
	if !s.Begun.IsZero() {
		h.alive(s, write)
	}
	if h.past {
		write("looking back", style{fg: yellow, attr: bold})
	}
	if h.held && s.End == nil {
		text := "HOLD"
		if h.holding != "" {
			text += " before " + report.Plain(h.holding)
		}
		write(text, style{fg: yellow, attr: bold | reverse})
	}
	if s.Begun.IsZero() {
		return
	}
	write(v.time(v.now, s), style{})
	if s.End != nil {
		write(s.Ending, style{})
	} else if left := time.Duration(s.Started.Timeout) - v.now.Sub(s.Begun); s.Started.Timeout > 0 {
		write(report.Duration(max(0, left).Truncate(time.Second))+" to timeout", style{attr: dim})
	}
	if h.speed > 0 && s.End == nil {
		write("x"+strconv.FormatFloat(h.speed, 'g', 2, 64), style{attr: dim})
	}
}

// alive says what is in effect, and what cannot be seen.
func (h header) alive(s *State, write func(string, style)) {
	if n := s.Live(); n > 0 {
		look := style{fg: magenta, attr: bold}
		if s.End != nil {
			look = style{fg: red, attr: bold}
		}
		write(plural(n, "fault")+" LIVE", look)
	} else {
		write("0 faults live", style{attr: dim})
	}
	blind := 0
	for _, b := range s.Blind {
		if b.Until.IsZero() {
			blind++
		}
	}
	if blind > 0 && s.End == nil {
		write("BLIND: "+plural(blind, "source"), style{fg: yellow, attr: bold})
	}
}

// phase says how far the run is.
func (s *State) phase() (string, style) {
	if s.End != nil {
		return verdictPhase(s.Verdict)
	}
	if s.Begun.IsZero() {
		return glyphRunning + " starting", style{}
	}
	waiting, injecting, reverting, reverted := 0, false, false, 0
	for _, r := range s.Rows {
		if r.Type != rowFault {
			continue
		}
		switch {
		case r.Announced.IsZero():
			waiting++
		case r.Reverted != nil || r.NotBack != nil:
			reverted++
		case !r.Reverting.IsZero():
			reverting = true
		case r.Began == nil && r.Failed == nil:
			injecting = true
		}
	}
	switch {
	case injecting:
		return glyphLive + " injecting", style{fg: magenta}
	case reverting:
		return glyphReverting + " reverting", style{fg: cyan}
	case s.Stop != nil:
		return glyphReverting + " stopping", style{fg: yellow}
	case s.first().IsZero():
		return glyphRunning + " preparing", style{}
	case reverted > 0 && s.Live() == 0 && waiting == 0:
		return glyphRunning + " recovering", style{fg: cyan}
	}
	return glyphLive + " watching", style{fg: magenta}
}

func verdictPhase(v experiments.Verdict) (string, style) {
	word := upper(verdictWord(v))
	switch v {
	case experiments.Passed:
		return glyphPassed + " " + word, style{fg: green}
	case experiments.Inconclusive, experiments.Interrupted:
		return glyphUnknown + " " + word, style{fg: yellow}
	}
	return glyphFailed + " " + word, style{fg: red}
}
