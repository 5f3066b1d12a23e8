package report

import (
	"fmt"
	"strings"
)

func (m *markdown) looked() {
	if len(m.Checks)+len(m.Guards)+len(m.Warnings) == 0 {
		return
	}
	m.title("Checks and guards")
	for _, w := range m.Warnings {
		m.line("- ! %s. %s", prose(w.Summary), prose(w.Detail))
	}
	if len(m.Warnings) > 0 {
		m.line("")
	}
	var rows [][]string
	for _, g := range []struct {
		what string
		all  []finding
	}{{"check", m.Checks}, {"guard", m.Guards}} {
		for _, f := range g.all {
			rows = append(rows, []string{f.Mark + " " + f.Word, g.what, code(f.Name), code(f.Kind), prose(f.Said)})
		}
	}
	if len(rows) > 0 {
		m.table([]string{"Verdict", "What for", "Name", "Kind", "What was seen"}, rows)
	}
}

func (m *markdown) touched() {
	m.title("What was touched, and taken back")
	if len(m.Faults) == 0 {
		m.line("No fault was planned.")
	}
	for _, f := range m.Faults {
		m.line("- %s %s (%s)", f.Mark, code(f.Name), code(f.Kind))
		if f.Injected != nil {
			m.line("  - injected: %s", exact(f.Injected))
		}
		outcome := prose(f.Said)
		if f.Reverted != nil {
			outcome += ": " + exact(f.Reverted)
		}
		m.line("  - outcome: %s", outcome)
		if f.Note != "" {
			m.line("  - note: %s", prose(f.Note))
		}
		m.things("targets", f.Targets)
		m.things("left", f.Left)
	}
	for _, t := range m.Taps {
		m.line("- %s tap on %s: %s", t.Mark, code(t.On), prose(t.Said))
		m.things("opened", t.Targets)
	}
}

// shownThings is how many targets of a fault are listed.
const shownThings = 20

func (m *markdown) things(what string, all []string) {
	switch n := len(all); {
	case n == 0:
	case n > shownThings:
		m.line("  - %s: %s and %d more", what, codes(all[:shownThings]), n-shownThings)
	default:
		m.line("  - %s: %s", what, codes(all))
	}
}

func (m *markdown) evidence() {
	if len(m.Evidence) == 0 {
		return
	}
	m.title("Evidence")
	m.line("What every answer rests on: AWS's own timestamps, as intervals where AWS does not tell them exactly.\n")
	var rows [][]string
	for _, e := range m.Evidence {
		rows = append(rows, []string{
			e.Mark + " " + code(e.Name), codes(e.Sources), exact(e.Since), exact(e.Moment), e.Latency, prose(e.Observed), e.Seen,
		})
	}
	m.table([]string{"Answer", "Source", "Counted from", "Moment", "Latency", "Observed", "Seen by gameday"}, rows)
}

func (m *markdown) particulars() {
	m.title("Particulars")
	for _, f := range m.Facts {
		m.line("- %s: %s", f.Name, prose(f.Text))
	}
	var calls []string
	for _, c := range m.Calls {
		calls = append(calls, c.Name+" "+c.Times)
	}
	if len(calls) > 0 {
		m.line("- %s: %s", m.CallTotal, prose(strings.Join(calls, ", ")))
	}
}

// shownText is how many letters of the scenario are shown.
const shownText = 16000

func (m *markdown) scenario() {
	if len(m.Text) == 0 {
		return
	}
	m.title("Scenario")
	m.line("%s", code(m.File))
	var lines []string
	size := 0
	for i, l := range m.Text {
		if size += len(l.Text); size > shownText {
			lines = append(lines, fmt.Sprintf("# … and %d more lines", len(m.Text)-i))
			break
		}
		lines = append(lines, l.Text)
	}
	m.block("hcl", lines)
}
