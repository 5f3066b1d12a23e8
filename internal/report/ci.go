package report

import (
	"fmt"
	"strings"

	"gameday/experiments"
)

// Level is how bad an Annotation is.
type Level string

// The levels.
const (
	LevelError   Level = "error"
	LevelWarning Level = "warning"
)

// Annotation is something that a CI system shows beside the lines of a scenario. Lines and columns count from 1; 0 is not
// known.
type Annotation struct {
	Level     Level
	File      string // as the scenario was given; empty: no file in particular
	Line      int
	EndLine   int
	Column    int // where the lines are one only
	EndColumn int
	Title     string
	Text      string
}

// Annotations are what did not go well in a run, the worst first: faults that may still be live, guards, checks, assertions
// and chains, each on the lines of its block. What was merely skipped because of another one is left out. A run that did
// not pass has at least one.
func Annotations(records []experiments.Record) []Annotation {
	n := &notes{account: tell(records)}
	n.faults()
	n.outcomes("guard.", n.Plan.Guards, n.summary.Guards)
	n.outcomes("check.", n.Plan.Checks, n.summary.Checks)
	for _, c := range n.claims() {
		n.claim(c)
	}
	n.run()
	for _, w := range n.Plan.Warnings {
		n.add(LevelWarning, w.Where, w.Summary, w.Detail)
	}
	return n.all
}

// notes collects the annotations of a run.
type notes struct {
	account
	all []Annotation
}

func (n *notes) add(level Level, where experiments.Range, title, text string) {
	a := Annotation{Level: level, File: where.File, Line: where.Line, EndLine: where.EndLine, Title: title, Text: text}
	if a.File == "" {
		a.File = n.Started.File
	}
	if block := Lines(n.Started.Text, where); len(block) > 0 {
		a.EndLine = where.Line + len(block) - 1
	}
	n.all = append(n.all, a)
}

func (n *notes) faults() {
	for i, f := range n.Faults {
		switch {
		case n.summary.Faults[i].Reverted == experiments.RevertedNo && f.NotBack != nil:
			n.add(LevelError, f.Where, "inject."+f.Name+" is NOT REVERTED", "It may still be live: "+errorWords(f.NotBack.Error))
		case n.summary.Faults[i].Reverted == experiments.RevertedNo:
			n.add(LevelError, f.Where, "inject."+f.Name+" is NOT REVERTED", "It may still be live.")
		case f.Failed != nil:
			n.add(LevelError, f.Where, "inject."+f.Name+" was not injected", errorWords(f.Failed.Error))
		}
	}
}

// told returns whether something is worth an annotation, and its level. What was skipped or cut off is the consequence of
// something else.
func told(v experiments.Verdict, r experiments.Reason) (Level, bool) {
	if v == experiments.Passed || r == experiments.Skipped || r == experiments.Halted {
		return "", false
	}
	return levelOf(v), true
}

func levelOf(v experiments.Verdict) Level {
	if v == experiments.Inconclusive {
		return LevelWarning
	}
	return LevelError
}

func (n *notes) outcomes(prefix string, blocks []experiments.Block, all []experiments.CheckOutcome) {
	for _, o := range all {
		level, worth := told(o.Verdict, o.Reason)
		if !worth {
			continue
		}
		var where experiments.Range
		for _, b := range blocks {
			if b.Name == o.Name {
				where = b.Where
			}
		}
		said := strings.Trim(o.Observed+", "+outcomeWords(o), ", ")
		n.add(level, where, prefix+o.Name+" "+outcomeWords(o), sentence(said))
	}
}

func (n *notes) claim(c claim) {
	level, worth := told(c.answer.Verdict, c.answer.Reason)
	if !worth {
		return
	}
	title := fmt.Sprintf("%s %s: %s", c.label, c.answer.Verdict, headline(c))
	n.add(level, c.Where, title, explain(c, n.account)+"\nSLO: "+against(c.answer.Latency, c.Within))
}

// run says why the run as a whole did not pass, where nothing else does.
func (n *notes) run() {
	s := n.summary
	if s.Verdict == experiments.Passed {
		return
	}
	title := fmt.Sprintf("%s: %s", n.Started.Scenario, strings.ReplaceAll(string(s.Verdict), "_", " "))
	whole := experiments.Range{File: n.Started.File, Line: 1, EndLine: 1}
	switch explained := len(n.all) > 0; {
	case n.Stop != nil && !(n.Stop.Cause == experiments.StopGuard && explained):
		n.add(LevelError, whole, title, stopWords(*n.Stop))
	case explained:
	case n.Error != "":
		n.add(LevelError, whole, title, strings.TrimSpace(sentence(errorWords(n.Error))+" "+n.Hint))
	default:
		n.add(levelOf(s.Verdict), whole, title, sentence(n.ending()))
	}
}
