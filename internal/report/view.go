package report

import (
	"strings"
	"time"

	"gameday/experiments"
	"gameday/internal/signals"
)

// Duration writes a duration as people do: 350ms, 1.5s, 3m, 1m2s, 1h.
func Duration(d time.Duration) string { return short(d) }

// Against writes a latency beside its SLO: 1m2s / 3m.
func Against(l *experiments.Latency, within experiments.Millis) string { return against(l, within) }

// Elapsed writes the time since the start of a run: +01:12, +1:02:03.
func Elapsed(d time.Duration) string { return elapsed(d) }

// LastPart is the name in an ARN or a URL.
func LastPart(subject string) string { return lastPart(subject) }

// StopWords says why a run stopped, in a sentence.
func StopWords(s experiments.RunStopping) string { return stopWords(s) }

// Ending says what the end of a run means.
func Ending(f *experiments.Fold) string { return accountOf(f).ending() }

// CheckWords says why a check or a guard does not hold.
func CheckWords(reason experiments.Reason) string {
	return outcomeWords(experiments.CheckOutcome{Reason: reason})
}

// Lines returns the lines of a block in the text of a scenario, all of them.
func Lines(text string, where experiments.Range) []string {
	all := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if where.Line < 1 || where.Line > len(all) {
		return nil
	}
	end := min(where.EndLine, len(all))
	if end <= where.Line {
		end = closing(all, where.Line)
	}
	return all[where.Line-1 : end]
}

// Answer is what was asked of an assertion, or of a chain, and what came of it.
type Answer struct {
	experiments.Block
	Chain    experiments.ChainType // "": an assertion
	Steps    []string              // of the chain
	Decision experiments.AssertionDecided
}

func (a Answer) claim() claim {
	label := "assert." + a.Name
	if a.Chain != "" {
		label = string(a.Chain) + "." + a.Name
	}
	return claim{Block: a.Block, label: label, chain: a.Chain, steps: a.Steps, answer: a.Decision}
}

// Headline says in a few words what came of it.
func (a Answer) Headline() string { return headline(a.claim()) }

// Sentence says as the lines of a progress do what came of it, with the latency against the SLO.
func (a Answer) Sentence() string { return moment(a.claim()) }

// Because says in sentences why it did not pass; times are told since the begin of the run.
func (a Answer) Because(begun time.Time, blind []experiments.Blindness) string {
	return explain(a.claim(), account{Story: experiments.Story{Begun: begun, Blind: blind}})
}

// When writes a moment since the begin of a run: +01:12, or where it is known less exactly +01:12–+01:17.
func When(m signals.Moment, begun time.Time) string {
	return account{Story: experiments.Story{Begun: begun}}.when(m)
}
