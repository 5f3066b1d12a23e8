package tui

import (
	"fmt"
	"strings"
	"time"

	"gameday/experiments"
	"gameday/internal/cloud"
	"gameday/internal/report"
	"gameday/internal/signals"
)

// Entry is a line of the log.
type Entry struct {
	At      time.Time
	About   string
	Text    string
	Key     string              // of the row that it is about, if any
	Source  signals.Source      // of a signal
	Verdict experiments.Verdict // "": none
	signal  bool
	folded  string // in lower case, to be searched
}

func (s *State) log(e Entry) {
	e.folded = strings.ToLower(e.About + " " + e.Text)
	s.Log = append(s.Log, e)
}

// say adds a line about a row, or about anything else.
func (s *State) say(at time.Time, about, text string, v experiments.Verdict) {
	s.log(Entry{At: at, About: report.Plain(about), Text: report.Plain(text), Verdict: v, Key: about})
}

// tell makes the lines of a record.
func (s *State) tell(r experiments.Record) {
	switch e := r.Event.(type) {
	case experiments.RunStarted:
		s.say(r.Time, "run", fmt.Sprintf("%s, seed %d", e.Run, e.Seed), "")
	case experiments.PlanMade:
		s.tellPlan(r.Time, e)
	case experiments.CheckDecided:
		s.say(r.Time, "check."+e.Name, joined(e.Observed, report.CheckWords(e.Reason)), e.Verdict)
	case experiments.AssertionDecided:
		row := s.decided(e)
		s.say(r.Time, row.Key, row.answer().Sentence(), e.Verdict)
	case experiments.GuardBroken:
		s.say(r.Time, "guard."+e.Name, joined(e.Observed, report.CheckWords(e.Reason)), experiments.Failed)
	case experiments.RunStopping:
		s.say(r.Time, "stopping", report.StopWords(e)+" Everything that can be is reverted now.", experiments.Stopped)
	case experiments.RunFinished:
		s.tellFinished(r.Time, e)
	default:
		s.tellFault(r.Time, e)
		s.tellSource(r.Time, e)
	}
}

func (s *State) tellPlan(at time.Time, e experiments.PlanMade) {
	s.say(at, "plan", fmt.Sprintf("%s, %s, %s", plural(len(e.Faults), "fault"), plural(len(e.Assertions), "assertion"),
		plural(len(e.Chains), "chain")), "")
	for _, w := range e.Warnings {
		s.say(at, "warning", joined(w.Summary, w.Detail), experiments.Inconclusive)
	}
}

func (s *State) tellFault(at time.Time, event experiments.Event) {
	switch e := event.(type) {
	case experiments.FaultInjecting:
		s.say(at, "inject."+e.Name, "injecting into "+plural(len(s.row(rowFault, e.Name).Targets), "target"), "")
	case experiments.FaultInjected:
		s.say(at, "inject."+e.Name, "injected", "")
	case experiments.FaultFailed:
		s.say(at, "inject."+e.Name, "not injected: "+cloud.Brief(e.Error), experiments.Failed)
	case experiments.FaultReverting:
		s.say(at, "inject."+e.Name, "reverting", "")
	case experiments.FaultReverted:
		s.say(at, "inject."+e.Name, strings.TrimSuffix("reverted: "+e.Note, ": "), experiments.Passed)
	case experiments.FaultRevertFailed:
		s.say(at, "inject."+e.Name, "NOT REVERTED: "+cloud.Brief(e.Error), experiments.NotReverted)
	}
}

func (s *State) tellSource(at time.Time, event experiments.Event) {
	name := func(source signals.Source) string { return report.LastPart(source.Subject) }
	switch e := event.(type) {
	case experiments.TapOpening:
		s.say(at, "tap", "opening on "+name(e.Source), "")
	case experiments.TapOpened:
		s.say(at, "tap", "hears "+name(e.Source), experiments.Passed)
	case experiments.TapClosed:
		if e.Error != "" {
			s.say(at, "tap", fmt.Sprintf("on %s is NOT CLOSED: %s", name(e.Source), cloud.Brief(e.Error)), experiments.NotReverted)
			return
		}
		s.say(at, "tap", "on "+name(e.Source)+" is closed", "")
	case experiments.BlindBegan:
		s.say(at, "blind", name(e.Source)+" cannot be seen", experiments.Inconclusive)
	case experiments.BlindEnded:
		text := fmt.Sprintf("%s is seen again after %s", name(e.Source), report.Duration(e.Until.Sub(e.From)))
		if e.Lost {
			text += "; what happened meanwhile is lost"
		}
		s.say(at, "blind", joined(text, e.Why), experiments.Inconclusive)
	}
}

func (s *State) tellFinished(at time.Time, e experiments.RunFinished) {
	if e.Error != "" {
		s.say(at, "error", joined(cloud.Brief(e.Error), e.Hint), experiments.Failed)
	}
	s.say(at, "finished", verdictWord(s.Verdict)+": "+s.Ending, s.Verdict)
}

func verdictWord(v experiments.Verdict) string { return strings.ReplaceAll(string(v), "_", " ") }

func joined(parts ...string) string {
	var said []string
	for _, part := range parts {
		if part != "" {
			said = append(said, part)
		}
	}
	return strings.Join(said, ", ")
}

func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
