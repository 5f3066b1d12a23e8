package notify

import (
	"fmt"
	"strings"
	"unicode"

	"gameday/experiments"
)

// longestFact is how much of a text from elsewhere is told.
const longestFact = 500

// clean makes one line of a text from elsewhere, without anything that a medium would act on rather than show.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, text)
	return clip(strings.Join(strings.Fields(text), " "), longestFact)
}

// clip cuts a text to so many characters.
func clip(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// title says everything in one line.
func title(m Message) string {
	what := "Game day"
	if m.Facts.Mode == experiments.ModeRehearse {
		what = "Rehearsal"
	}
	text := map[Occasion]string{Started: "started", Stopped: "is stopping", Finished: "finished", Failed: "failed"}[m.Occasion]
	text = fmt.Sprintf("%s %s: %s", what, text, m.Facts.Scenario)
	if m.Facts.Verdict != "" {
		text += ": " + strings.ReplaceAll(string(m.Facts.Verdict), "_", " ")
	}
	return text
}

// lines say the rest.
func lines(m Message, hypothesis string) []string {
	all := []string{fmt.Sprintf("Run %s in account %s, %s.", m.Facts.Run, m.Facts.Account, m.Facts.Region)}
	switch m.Occasion {
	case Started:
		all = append(all, "About to be injected: "+faultNames(m.Facts.Faults)+".")
		if hypothesis != "" {
			all = append(all, "Hypothesis: "+hypothesis)
		}
	case Stopped:
		all = append(all, "Why: "+m.Facts.Reason, "Nothing more is injected. Everything is being reverted.")
	default:
		all = append(all, verdictLines(m.Facts)...)
	}
	if m.Facts.Owner != "" {
		all = append(all, "Owner: "+m.Facts.Owner)
	}
	if m.Facts.Playbook != "" {
		all = append(all, "Playbook: "+m.Facts.Playbook)
	}
	return all
}

func faultNames(faults []FaultFact) string {
	names := make([]string, 0, len(faults))
	for _, f := range faults {
		names = append(names, fmt.Sprintf("%s (%s)", f.Name, f.Kind))
	}
	if len(names) == 0 {
		return "nothing"
	}
	return clip(strings.Join(names, ", "), longestFact)
}

// mostMissed is how many assertions that did not pass are named.
const mostMissed = 10

func verdictLines(f Facts) []string {
	var all []string
	if f.Reason != "" {
		all = append(all, "Why: "+f.Reason)
	}
	passed := 0
	var missed []string
	for _, a := range f.Assertions {
		if a.Verdict == experiments.Passed {
			passed++
			continue
		}
		missed = append(missed, fmt.Sprintf("%s: %s (%s)", a.Name, a.Verdict, strings.ReplaceAll(string(a.Reason), "_", " ")))
	}
	if len(f.Assertions) > 0 {
		all = append(all, fmt.Sprintf("Assertions that passed: %d of %d.", passed, len(f.Assertions)))
	}
	if rest := len(missed) - mostMissed; rest > 0 {
		missed = append(missed[:mostMissed], fmt.Sprintf("… and %d more", rest))
	}
	return append(append(all, missed...), revertLine(f))
}

// revertLine says what is left.
func revertLine(f Facts) string {
	if len(f.Leftovers) > 0 {
		return fmt.Sprintf("NOT REVERTED, may still be live: %s. Revert with: gameday revert %s", clip(strings.Join(f.Leftovers, ", "), longestFact), f.Run)
	}
	touched := false
	for _, fault := range f.Faults {
		switch fault.Reverted {
		case experiments.RevertedIrrevocable:
			return "Everything that can be reverted is."
		case experiments.RevertedYes:
			touched = true
		}
	}
	if !touched {
		return "Nothing was touched."
	}
	return "Everything is reverted."
}
