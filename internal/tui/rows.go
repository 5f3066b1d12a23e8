package tui

import (
	"strings"
	"time"

	"gameday/experiments"
	"gameday/internal/report"
	"gameday/internal/signals"
)

// Group is a part of a game day.
type Group int

// The groups, in their order.
const (
	Preparation Group = iota
	Fault
	Response
)

// String returns the group's title.
func (g Group) String() string { return []string{"Preparation", "Fault", "Response"}[g] }

type rowType string

const (
	rowCheck      rowType = "check"
	rowFault      rowType = "inject"
	rowGuard      rowType = "guard"
	rowAssert     rowType = "assert"
	rowPlaybook   rowType = "playbook"
	rowEscalation rowType = "escalation"
)

// Row is one block of the scenario, and what became of it.
type Row struct {
	experiments.Block
	Key   string // as HCL refers to it: assert.backlog_alarm
	Label string // its name, safe to show
	Type  rowType
	Group Group
	Chain experiments.ChainType
	Steps []string // of a chain
	Fault experiments.PlannedFault

	Verdict  experiments.Verdict // "": none yet
	Reason   experiments.Reason
	Observed string
	Decided  time.Time // by gameday's clock, as Announced and Reverting
	Moment   *signals.Moment
	Decision *experiments.AssertionDecided

	Targets   []string
	Announced time.Time
	Began     *signals.Moment
	Done      *signals.Moment
	Failed    *experiments.FaultFailed
	Reverting time.Time
	Reverted  *experiments.FaultReverted
	NotBack   *experiments.FaultRevertFailed
}

// live says whether a fault may be in effect although it could be taken back.
func (r *Row) live() bool {
	switch {
	case r.Announced.IsZero(), r.Failed != nil && !r.Failed.Touched, r.Fault.Irreversible:
		return false
	}
	return r.Reverted == nil
}

// status is a row in one glyph and one word.
type status struct {
	glyph string
	word  string
	style style
}

// status says how far a row is.
func (s *State) status(r *Row) status {
	switch r.Type {
	case rowFault:
		return s.faultStatus(r)
	case rowGuard:
		return s.guardStatus(r)
	}
	if r.Verdict != "" {
		return verdictStatus(r.Verdict, r.Reason)
	}
	if s.End != nil {
		return status{glyphUnknown, "not decided", style{fg: yellow}}
	}
	if r.Type == rowCheck {
		return status{glyphRunning, "checking", style{}}
	}
	if _, began := s.moment(r.Since); began {
		return status{glyphRunning, "watching", style{fg: cyan}}
	}
	return status{glyphWaiting, "waiting", style{attr: dim}}
}

func verdictStatus(v experiments.Verdict, reason experiments.Reason) status {
	word := string(v)
	if reason != "" && v != experiments.Passed {
		word = strings.ReplaceAll(string(reason), "_", " ")
	}
	switch v {
	case experiments.Passed:
		return status{glyphPassed, "passed", style{fg: green}}
	case experiments.Failed:
		return status{glyphFailed, word, style{fg: red, attr: bold}}
	}
	return status{glyphUnknown, word, style{fg: yellow}}
}

func (s *State) faultStatus(r *Row) status {
	switch {
	case r.NotBack != nil:
		return status{glyphFailed, "NOT REVERTED", style{fg: red, attr: bold}}
	case r.Reverted != nil:
		return status{glyphPassed, "reverted", style{fg: green}}
	case !r.Reverting.IsZero():
		return status{glyphReverting, "reverting", style{fg: cyan, attr: bold}}
	case r.Failed != nil && !r.Failed.Touched:
		return status{glyphFailed, "not injected", style{fg: red}}
	case r.Failed != nil:
		return status{glyphFailed, "half injected", style{fg: red, attr: bold}}
	case r.Began != nil && r.Fault.Irreversible:
		return status{glyphWarning, "irreversible", style{fg: yellow, attr: bold}}
	case r.Began != nil:
		return status{glyphLive, "LIVE", style{fg: magenta, attr: bold}}
	case !r.Announced.IsZero():
		return status{glyphLive, "injecting", style{fg: magenta, attr: bold}}
	case s.Stop != nil || s.End != nil:
		return status{barEarly, "not injected", style{attr: dim}}
	}
	return status{glyphWaiting, "waiting", style{attr: dim}}
}

func (s *State) guardStatus(r *Row) status {
	switch {
	case r.Verdict == experiments.Failed:
		return status{glyphFailed, "BROKEN", style{fg: red, attr: bold}}
	case r.Verdict == experiments.Passed:
		return status{glyphPassed, "held", style{fg: green}}
	case r.Verdict != "":
		return verdictStatus(r.Verdict, r.Reason)
	case !s.first().IsZero():
		return status{glyphRunning, "guarding", style{fg: cyan}}
	}
	return status{glyphWaiting, "waiting", style{attr: dim}}
}

// answer is the row as reports tell of it.
func (r *Row) answer() report.Answer {
	a := report.Answer{Block: r.Block, Chain: r.Chain, Steps: r.Steps}
	if r.Decision != nil {
		a.Decision = *r.Decision
	}
	return a
}

// value is what is measured against the SLO: 41s / 2m.
func (s *State) value(r *Row, now time.Time) string {
	switch r.Type {
	case rowFault:
		return s.faultValue(r, now)
	case rowCheck, rowGuard:
		return r.Observed
	}
	if r.Decision != nil {
		return report.Against(r.Decision.Latency, r.Within)
	}
	since, began := s.moment(r.Since)
	if !began || s.End != nil {
		return "– / " + report.Duration(time.Duration(r.Within))
	}
	return report.Duration(now.Sub(since).Truncate(time.Second)) + " / " + report.Duration(time.Duration(r.Within))
}

func (s *State) faultValue(r *Row, now time.Time) string {
	if r.Announced.IsZero() {
		return ""
	}
	until := now
	if r.Reverted != nil {
		until = s.here(r.Reverted.Moment.Latest)
	} else if r.Fault.Irreversible {
		return s.counted(len(r.Targets))
	}
	text := report.Duration(max(0, until.Sub(r.Announced)).Truncate(time.Second))
	if r.Fault.Duration > 0 {
		text += " / " + report.Duration(time.Duration(r.Fault.Duration))
	}
	return text
}

func (s *State) counted(targets int) string { return plural(targets, "target") }
