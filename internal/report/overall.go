package report

import (
	"fmt"
	"io"
	"strings"

	"gameday/experiments"
)

// Played is what became of one of several scenarios.
type Played struct {
	Scenario string
	File     string
	Verdict  experiments.Verdict // "": it was not played
	Why      string              // it was not played
	Code     experiments.ExitCode
}

// Overall writes how several scenarios went, a line each, and what the exit code of them all is.
func Overall(w io.Writer, all []Played, code experiments.ExitCode, style Style) error {
	p := &page{Style: style}
	p.title(count(len(all), "scenario"))
	var rows [][]cell
	counts := map[string]int{}
	var words []string
	for _, one := range all {
		word, sign, paint := strings.ReplaceAll(string(one.Verdict), "_", " "), mark(one.Verdict), p.yellow
		if one.Verdict == "" {
			word = one.Why
		} else {
			paint = func(text string) string { return p.verdict(one.Verdict, text) }
		}
		if counts[word]++; counts[word] == 1 {
			words = append(words, word)
		}
		rows = append(rows, []cell{
			{text: sign, paint: paint}, text(one.Scenario), p.faint(one.File), {text: word, paint: paint}, {text: fmt.Sprintf("exit code %d", one.Code)},
		})
	}
	p.table(2, rows)
	for i, word := range words {
		words[i] = fmt.Sprintf("%d %s", counts[word], word)
	}
	sign, paint := markBad, p.red
	switch code {
	case experiments.ExitPassed:
		sign, paint = markGood, p.green
	case experiments.ExitInconclusive, experiments.ExitInterrupted, experiments.ExitTerminated:
		sign, paint = markUnknown, p.yellow
	}
	p.prose(0, fmt.Sprintf("%s %s (exit code %d)", sign, strings.Join(words, ", "), code), func(text string) string { return paint(p.bold(text)) })
	return p.send(w)
}
