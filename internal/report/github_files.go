package report

import (
	"fmt"
	"io"
	"strings"
)

// LongestStepSummary is how many bytes of Markdown GitHub takes of one step. It takes nothing of a longer one.
const LongestStepSummary = 1 << 20

// Output is one output of a step of GitHub Actions.
type Output struct{ Name, Value string }

// GitHubOutputs writes outputs as the file that GITHUB_OUTPUT names wants them: each value between delimiters that nobody
// can predict, so that no value can pretend to be another output. They are drawn from random.
func GitHubOutputs(w io.Writer, random io.Reader, outputs []Output) error {
	var b strings.Builder
	for _, o := range outputs {
		token, err := drawToken(random)
		if err != nil {
			return err
		}
		var lines []string
		for line := range strings.SplitSeq(o.Value, "\n") {
			lines = append(lines, Plain(line))
		}
		fmt.Fprintf(&b, "%s<<gameday_%s\n%s\ngameday_%s\n", o.Name, token, strings.Join(lines, "\n"), token)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// cutNote stands at the end of Markdown that was cut.
const cutNote = "\n\n**The report was cut here: GitHub takes 1 MiB of a step.** All of it is in the run folder.\n"

// FitMarkdown returns Markdown that takes no more than so many bytes: the text, or as many of its lines as there is room
// for, with what is open closed and a note. Where there is no room for the note, it returns nothing.
func FitMarkdown(text string, room int) string {
	if len(text) <= room {
		return text
	}
	for keep := room - len(cutNote); keep >= 0; {
		kept := text[:strings.LastIndexByte(text[:keep], '\n')+1]
		fitted := kept + closers(kept) + cutNote
		if over := len(fitted) - room; over > 0 {
			keep = len(kept) - over
			continue
		}
		return fitted
	}
	return ""
}

// closers is what ends the fence and the details that are open at the end of Markdown.
func closers(text string) string {
	fence, details := "", 0
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		ticks := line[:longestPrefix(line, '`')]
		switch {
		case fence != "":
			if len(ticks) >= len(fence) && ticks == line {
				fence = ""
			}
		case len(ticks) >= 3:
			fence = ticks
		default:
			details += strings.Count(line, "<details") - strings.Count(line, "</details>")
		}
	}
	var b strings.Builder
	if fence != "" {
		b.WriteString(fence + "\n")
	}
	b.WriteString(strings.Repeat("\n</details>\n", max(0, details)))
	return b.String()
}

// longestPrefix is how many of a byte a line begins with.
func longestPrefix(line string, b byte) int {
	n := 0
	for n < len(line) && line[n] == b {
		n++
	}
	return n
}
