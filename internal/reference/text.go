package reference

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// List prints one line a kind, by block.
func List(w io.Writer, entries []Entry) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	last := ""
	for _, e := range entries {
		if e.Block != last {
			if last != "" {
				fmt.Fprintln(table)
			}
			fmt.Fprintln(table, headline(e.Block))
		}
		last = e.Block
		fmt.Fprintf(table, "  %s\t%s\n", e.Name, strings.TrimSuffix(sentence(e.Summary), "."))
	}
	return table.Flush()
}

// Text prints everything about one kind.
func Text(w io.Writer, e Entry) error {
	fmt.Fprintf(w, "%s %q: %s\n", e.Block, e.Name, sentence(e.Summary))
	for _, note := range notes(e) {
		fmt.Fprintf(w, "%s\n", note)
	}
	if len(e.Attributes) > 0 {
		fmt.Fprintf(w, "\nAttributes:\n")
		if err := table(w, e.Attributes, true); err != nil {
			return err
		}
	}
	fmt.Fprintf(w, "\n%s\n", strings.ReplaceAll(shared(e.Block), "`", ""))
	if len(e.Outputs) > 0 {
		fmt.Fprintf(w, "\nOthers may refer to (%s.NAME.…):\n", referred(e))
		if err := table(w, e.Outputs, false); err != nil {
			return err
		}
	}
	if e.Block != sandboxBlock {
		fmt.Fprintf(w, "\nPermissions: %s\n", permissions(strings.Join(e.Permissions, ", ")))
	}
	_, err := fmt.Fprintf(w, "\nExample:\n\n%s\n", indented(e.Example))
	return err
}

func table(w io.Writer, rows []Attribute, inputs bool) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, a := range rows {
		if inputs {
			fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", a.Name, a.Type, need(a), a.Doc)
		} else {
			fmt.Fprintf(t, "  %s\t%s\t%s\n", a.Name, a.Type, a.Doc)
		}
	}
	return t.Flush()
}

// need says whether an attribute must be given, and what it is otherwise.
func need(a Attribute) string {
	switch {
	case a.Required:
		return "required"
	case a.Default != "":
		return "default " + a.Default
	default:
		return "optional"
	}
}

func headline(block string) string {
	switch block {
	case "target":
		return "Targets: what a fault touches"
	case "inject":
		return "Faults: what is injected"
	case "notify":
		return "Notices: who is told how a run goes"
	case sandboxBlock:
		return "Sandbox: what the simulated account of a rehearsal is made of"
	default:
		return "Assertions: what must or must not happen (check, guard and assert blocks)"
	}
}

// shared says, in Markdown, what every block of that type takes besides its kind's attributes.
func shared(block string) string {
	switch block {
	case "target":
		return "Every target also takes a `pick` block with `count` or `percent`, and `optional`."
	case "inject":
		return "Every inject also takes `after`, `delay` and `duration`."
	case "notify":
		return "Every notify also takes `on` (required): any of `started`, `stopped`, `finished` and `failed`."
	case sandboxBlock:
		return "It stands in a sandbox file: `NAME.sandbox.hcl` beside `NAME.hcl`. A range, `\"30s..90s\"`, is drawn from the seed; names make references: `sns_topic.page-primary`."
	default:
		return "Every assert also takes `since`, `within` (required), `not_before`, `holds_for`, `expect` and `patience`; a check takes `within`."
	}
}

// permissions says what IAM actions a kind needs.
func permissions(actions string) string {
	if actions == "" {
		return "none"
	}
	return actions
}

func notes(e Entry) []string {
	found := slices.Clone(e.Notes)
	if e.Shape == "level" {
		found = append(found, "A level: a state that holds or not.")
	}
	if e.Shape == "event" {
		found = append(found, `An event: something that happens; expect = "stays" makes no sense.`)
	}
	if e.Polled {
		found = append(found, "It is only looked at every --tick: what changes and changes back between two looks stays unseen.")
	}
	if e.Block == "inject" && e.Irreversible {
		found = append(found, "It cannot be reverted.")
	}
	return found
}

func block(keyword, kind, body string) string {
	name := "example"
	text := fmt.Sprintf("%s %q %q {\n", keyword, kind, name)
	if body = strings.Trim(body, "\n"); body != "" {
		text += indented(dedented(body)) + "\n"
	}
	return text + "}"
}

func indented(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = "  " + line
		}
	}
	return strings.Join(lines, "\n")
}

// dedented takes the first line's indentation off every line.
func dedented(text string) string {
	margin := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(strings.TrimPrefix(line, margin), " \t")
	}
	return strings.Join(lines, "\n")
}
