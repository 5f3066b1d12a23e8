package report

import (
	"fmt"
	"strings"

	"gameday/experiments"
)

// faults tells what was touched, when, and whether it was taken back.
func (h *human) faults() {
	if len(h.Faults) == 0 {
		return
	}
	h.title("Faults")
	var rows [][]cell
	for i, f := range h.Faults {
		outcome := h.summary.Faults[i].Reverted
		sign, paint := faultMark(outcome), h.faultPaint(outcome)
		rows = append(rows, []cell{
			{text: sign, paint: paint},
			text(f.Name), h.faint(f.Kind),
			{text: count(len(f.Touches()), "target")},
			{text: h.injectedWords(f)},
			{text: h.revertedWords(f, outcome), paint: paint},
		})
	}
	h.table(2, rows)
	for _, f := range h.Faults {
		h.targets(f)
	}
}

func faultMark(r experiments.Reverted) string {
	switch r {
	case experiments.RevertedNo:
		return markBad
	case experiments.RevertedNotInjected:
		return "–"
	case experiments.RevertedIrrevocable:
		return "!"
	}
	return markGood
}

func (h *human) faultPaint(r experiments.Reverted) func(string) string {
	switch r {
	case experiments.RevertedNo:
		return h.red
	case experiments.RevertedNotInjected:
		return h.dim
	case experiments.RevertedIrrevocable:
		return h.yellow
	}
	return h.green
}

func (h *human) injectedWords(f experiments.FaultStory) string {
	began := f.Began()
	switch {
	case began == nil && f.Announced && f.Injected == nil && f.Failed == nil:
		return "begun"
	case began == nil:
		return "–"
	case f.Injected == nil:
		return "begun " + h.since(began.Latest)
	}
	text := h.since(began.Latest)
	if done := h.since(f.Injected.Done.Latest); done != text {
		text += "–" + done
	}
	return text
}

func (h *human) revertedWords(f experiments.FaultStory, outcome experiments.Reverted) string {
	said := ""
	switch {
	case outcome == experiments.RevertedIrrevocable:
		said = "cannot be reverted"
	case outcome == experiments.RevertedYes:
		said = "reverted " + h.since(f.Reverted.Moment.Latest)
	case outcome == experiments.RevertedNo && f.NotBack != nil:
		said = "NOT REVERTED: " + errorWords(f.NotBack.Error)
	case outcome == experiments.RevertedNo:
		said = "NOT REVERTED"
	default:
		said = "not injected"
	}
	if f.Failed != nil {
		said += ": " + errorWords(f.Failed.Error)
	}
	if f.Reverted != nil && f.Reverted.Note != "" {
		said += ": " + Plain(f.Reverted.Note)
	}
	return said
}

// shownTargets is how many targets of a fault are listed.
const shownTargets = 5

func (h *human) targets(f experiments.FaultStory) {
	targets := f.Touches()
	for i, target := range targets {
		if i == shownTargets && len(targets) > shownTargets+1 {
			h.line("      %s", h.dim(fmt.Sprintf("… and %d more", len(targets)-i)))
			return
		}
		name := strings.Repeat(" ", columns(f.Name))
		if i == 0 {
			name = Plain(f.Name)
		}
		h.line("    %s", h.dim(name+"  "+Plain(target)))
	}
}

// leftovers tells what is still there and how to take it back.
func (h *human) leftovers() {
	if len(h.summary.Leftovers) == 0 {
		return
	}
	h.line("\n%s", h.red(h.bold("Not reverted")))
	for _, l := range h.summary.Leftovers {
		h.prose(2, markBad+" "+Plain(l.What)+": "+errorWords(l.Reason), h.red)
		for _, left := range l.Left {
			h.prose(6, Plain(left), nil)
		}
	}
	if h.Started.Mode == experiments.ModeRehearse {
		h.prose(2, "This was a rehearsal: nothing is left in AWS.", nil)
		return
	}
	command := h.options.Revert
	if command == "" {
		command = "gameday revert " + Plain(h.Started.Run)
	}
	h.prose(2, "Revert what is left with:", nil)
	h.line("\n      %s", h.bold(command))
}
