package report

import (
	"fmt"
	"io"
	"strings"

	"gameday/experiments"
)

// Markdown writes the report of a run, whole or cut short, for pull requests and for the minutes of a game day. Text from
// outside is text in it: no HTML, no link, no mention.
func Markdown(w io.Writer, records []experiments.Record) error {
	m := &markdown{paper: paperOf(records)}
	for _, part := range []func(){
		m.verdict, m.left, m.hypothesis, m.next, m.answers, m.ladders, m.timeline, m.looked, m.touched, m.evidence, m.particulars, m.scenario,
	} {
		part()
	}
	if _, err := io.WriteString(w, inert(m.String())); err != nil {
		return fmt.Errorf("write the Markdown report: %w", err)
	}
	return nil
}

type markdown struct {
	paper
	strings.Builder
}

// shownRows is how many rows a table may have: a comment on GitHub ends at 65,536 characters.
const shownRows = 80

func (m *markdown) line(format string, args ...any) { fmt.Fprintf(m, format+"\n", args...) }

func (m *markdown) title(text string) { m.line("\n## %s\n", text) }

// table writes rows of Markdown, as many as may be shown.
func (m *markdown) table(heads []string, rows [][]string) {
	m.line("| %s |", strings.Join(heads, " | "))
	m.line("|%s", strings.Repeat(" --- |", len(heads)))
	for i, row := range rows {
		if i == shownRows {
			m.line("\n… and %d more, which report.html has.", len(rows)-i)
			return
		}
		for j := range row {
			if row[j] == "" {
				row[j] = "–"
			}
		}
		m.line("| %s |", strings.Join(row, " | "))
	}
}

func (m *markdown) verdict() {
	v := m.Verdict
	name := ""
	if v.Scenario != "" {
		name = ": " + code(v.Scenario)
	}
	m.line("# %s %s%s\n", v.Mark, v.Word, name)
	m.line("**%s**", paragraph(v.Lead))
	if len(v.Points) > 0 {
		m.line("")
	}
	for _, point := range v.Points {
		m.line("- %s", paragraph(point))
	}
	if v.State != "" {
		m.line("\n%s", paragraph(v.State))
	}
	said := v.Kind
	for _, part := range []string{v.Day, m.Tally, "took " + v.Took} {
		if part != "" {
			said += " · " + prose(part)
		}
	}
	m.line("\n%s", said)
}

func (m *markdown) left() {
	if m.Alert == nil {
		return
	}
	m.title("✗ Not reverted")
	for _, l := range m.Alert.Left {
		m.line("- %s: %s", code(l.What), prose(l.Reason))
		for _, thing := range l.Things {
			m.line("  - %s", code(thing))
		}
	}
	if m.Alert.Rehearsal {
		m.line("\nThis was a rehearsal: nothing is left in AWS.")
		return
	}
	m.line("\nThis command takes it back:")
	m.block("sh", []string{m.Alert.Command})
}

// block writes lines as they are, in a fence that is longer than any in them.
func (m *markdown) block(language string, lines []string) {
	longest := 2
	for _, line := range lines {
		longest = max(longest, longestRun(line))
	}
	fence := strings.Repeat("`", longest+1)
	m.line("\n%s%s", fence, language)
	for _, line := range lines {
		m.line("%s", Plain(line))
	}
	m.line("%s", fence)
}

func (m *markdown) hypothesis() {
	if m.Hypothesis != "" {
		m.title("Hypothesis")
		m.line("> %s", paragraph(m.Hypothesis))
	}
}

func (m *markdown) next() {
	if len(m.Next) == 0 {
		return
	}
	m.title("What to look at next")
	for i, n := range m.Next {
		m.line("%d. %s **%s**", i+1, n.Mark, prose(n.Title))
		for _, text := range n.Text {
			m.line("   - %s", paragraph(text))
		}
		if n.Command != "" {
			m.line("   - %s", code(n.Command))
		}
	}
}

func (m *markdown) answers() {
	all := append(append([]answered{}, m.Claims...), m.More...) // when there are many, those first that did not pass
	if len(all) == 0 {
		return
	}
	m.title("SLOs")
	var rows [][]string
	for _, c := range all {
		margin := prose(c.Margin)
		if c.Share != "" {
			margin += " (" + prose(c.Share) + ")"
		}
		rows = append(rows, []string{
			c.Mark + " " + c.Word, code(c.Label), prose(c.Asked), prose(c.Took), margin, prose(c.Said), timed(c.When),
		})
	}
	m.table([]string{"Verdict", "What", "Asked", "Took", "Margin", "What came", "When"}, rows)
}

func timed(i *instant) string {
	if i == nil {
		return ""
	}
	return i.UTC + " (" + i.Offset + ")"
}

func exact(i *instant) string {
	if i == nil {
		return ""
	}
	return i.Exact + " (" + i.Offset + ")"
}

func (m *markdown) ladders() {
	if len(m.Ladders) == 0 {
		return
	}
	m.title("Playbooks and escalations")
	for i, l := range m.Ladders {
		if i > 0 {
			m.line("")
		}
		m.line("### %s %s %s\n", l.Mark, l.Title, code(l.Name))
		m.line("%s / %s since %s: %s\n", paragraph(l.Took), l.Limit, code(l.Since), prose(l.Said))
		var rows [][]string
		for n, r := range l.Rungs {
			hop := r.Hop
			if r.Share != "" {
				hop += " (" + r.Share + ")"
			}
			rows = append(rows, []string{fmt.Sprint(n + 1), r.Mark + " " + code(r.Name), hop, timed(r.When), prose(r.Paged), prose(r.Said)})
		}
		m.table([]string{"Step", "What", "After the step before", "When", "Paged", "What came"}, rows)
		if l.Slower != "" {
			m.line("\n%s", paragraph(l.Slower))
		}
	}
}

func (m *markdown) timeline() {
	if len(m.Happenings) == 0 {
		return
	}
	m.title("Time line")
	var rows [][]string
	for _, h := range m.Happenings {
		rows = append(rows, []string{h.When.Offset, h.When.UTC, h.Mark + " " + prose(h.Said)})
	}
	m.table([]string{"Since the start", "UTC", "What"}, rows)
	for _, said := range m.Blind {
		m.line("\n? %s", prose(said))
	}
}
