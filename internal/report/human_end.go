package report

import (
	"fmt"
	"slices"
	"strings"

	"gameday/experiments"
)

// diagnostics shows every claim that did not pass beside its block, as HCL does. What was merely skipped or not decided
// is in the table already.
func (h *human) diagnostics() {
	for _, c := range h.claims() {
		switch c.answer.Reason {
		case experiments.Skipped, experiments.Halted:
			continue
		}
		if c.answer.Verdict != experiments.Passed {
			h.diagnostic(c)
		}
	}
}

func (h *human) diagnostic(c claim) {
	word := map[experiments.Verdict]string{experiments.Failed: "Failed", experiments.Inconclusive: "Inconclusive"}[c.answer.Verdict]
	if word == "" {
		word = sentence(string(c.answer.Verdict))
	}
	title := fmt.Sprintf("%s: %s: %s", word, c.label, headline(c))
	h.line("")
	h.prose(0, title, func(text string) string { return h.verdict(c.answer.Verdict, h.bold(text)) })
	h.snippet(c)
	if text := explain(c, h.account); text != sentence(headline(c)) { // the title says it
		h.line("")
		h.prose(2, text, nil)
	}
	if observed := Plain(c.answer.Observed); observed != "" {
		h.prose(2, "Observed: "+observed+h.atMoment(c), nil)
	}
}

func (h *human) atMoment(c claim) string {
	if c.answer.Moment == nil {
		return ""
	}
	return fmt.Sprintf(" at %s (%s UTC)", h.when(*c.answer.Moment), clockTime(c.answer.Moment.Latest))
}

// snippet shows a claim's block in the text of the scenario.
func (h *human) snippet(c claim) {
	where := c.Where
	if where.Line == 0 {
		return
	}
	header := fmt.Sprintf("on %s line %d, in %s:", Plain(where.File), where.Line, c.blockHeader())
	h.line("")
	h.prose(2, header, h.dim)
	if where.File != "" && where.File != h.Started.File && lastPart(where.File) != lastPart(h.Started.File) {
		return // the journal has the text of the scenario alone
	}
	for _, l := range blockLines(h.Started.Text, where) {
		h.line("%s", strings.TrimRight(fmt.Sprintf("  %4d: %s", l.number, Plain(l.text)), " "))
	}
}

func (c claim) blockHeader() string {
	if c.chain != "" {
		return fmt.Sprintf(`%s "%s"`, c.chain, Plain(c.Name))
	}
	name, _, _ := strings.Cut(c.Name, "[") // for_each
	return fmt.Sprintf(`assert "%s" "%s"`, Plain(c.Kind), Plain(name))
}

type numbered struct {
	number int
	text   string
}

// shownLines is how long a snippet may be.
const shownLines = 14

// blockLines returns the lines of a block. A range of one line may be but the header: then the block ends where a closing
// brace stands below its beginning.
func blockLines(text string, where experiments.Range) []numbered {
	all := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if where.Line < 1 || where.Line > len(all) {
		return nil
	}
	end := min(where.EndLine, len(all))
	if end <= where.Line {
		end = closing(all, where.Line)
	}
	var lines []numbered
	for n := where.Line; n <= end; n++ {
		lines = append(lines, numbered{n, strings.ReplaceAll(all[n-1], "\t", "  ")})
	}
	if len(lines) > shownLines {
		lines = append(lines[:shownLines-1], numbered{end, lines[len(lines)-1].text})
	}
	return lines
}

func closing(all []string, from int) int {
	header := all[from-1]
	indent := header[:len(header)-len(strings.TrimLeft(header, " \t"))]
	if !strings.HasSuffix(strings.TrimSpace(header), "{") {
		return from
	}
	for n := from + 1; n <= len(all); n++ {
		if strings.TrimRight(all[n-1], " \t") == indent+"}" {
			return n
		}
	}
	return from
}

// footer says where the run is kept and how it ended.
func (h *human) footer() {
	h.line("")
	if calls := callWords(h.summary.APICalls); calls != "" {
		h.prose(0, calls, h.dim)
	}
	if h.options.Folder != "" {
		h.line("%s", h.dim("Folder: "+Plain(h.options.Folder)))
	}
	if n := h.tally(); n != "" {
		h.prose(0, n, nil)
	}
	s := h.summary
	word := strings.ToUpper(strings.ReplaceAll(string(s.Verdict), "_", " "))
	end := h.ending()
	if s.Finished == nil {
		end = "the journal ends before the run did; " + end
	}
	h.prose(0, fmt.Sprintf("%s %s: %s (exit code %d)", mark(s.Verdict), word, end, s.ExitCode),
		func(text string) string { return h.verdict(s.Verdict, h.bold(text)) })
}

// tally counts the verdicts of the claims.
func (h *human) tally() string {
	claims := h.claims()
	if len(claims) == 0 {
		return ""
	}
	parts := []string{}
	for _, v := range []experiments.Verdict{experiments.Passed, experiments.Failed, experiments.Inconclusive} {
		n := 0
		for _, c := range claims {
			if c.answer.Verdict == v {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	kinds := count(len(h.asserts), "assertion")
	if len(h.chains) > 0 {
		kinds += " and " + count(len(h.chains), "chain")
	}
	return kinds + ": " + strings.Join(parts, ", ")
}

// callWords counts API calls, the most frequent first.
func callWords(calls map[string]int) string {
	names := make([]string, 0, len(calls))
	total := 0
	for name, n := range calls {
		names = append(names, name)
		total += n
	}
	if total == 0 {
		return ""
	}
	slices.SortFunc(names, func(a, b string) int {
		if calls[a] != calls[b] {
			return calls[b] - calls[a]
		}
		return strings.Compare(a, b)
	})
	const shown = 6
	var parts []string
	for i, name := range names {
		if i == shown && len(names) > shown+1 {
			parts = append(parts, fmt.Sprintf("… %d more", len(names)-i))
			break
		}
		parts = append(parts, fmt.Sprintf("%s %d", Plain(name), calls[name]))
	}
	return count(total, "API call") + ": " + strings.Join(parts, ", ")
}
