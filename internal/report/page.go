package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// page is text for a terminal while it is composed.
type page struct {
	Style
	strings.Builder
}

// cell is a part of a line of a table.
type cell struct {
	text  string
	paint func(string) string // nil: as it is
	tail  string              // behind the text, in the last cell of a row only
}

func text(s string) cell { return cell{text: Plain(s)} }

func (c cell) show(text string) string {
	if c.paint == nil {
		return text
	}
	return c.paint(text)
}

// line writes a line as it is.
func (p *page) line(format string, args ...any) {
	fmt.Fprintf(p, format+"\n", args...)
}

// title writes the heading of a part, after an empty line.
func (p *page) title(text string) {
	p.line("")
	p.prose(0, text, p.bold)
}

// prose writes text wrapped to the width, indented.
func (p *page) prose(indent int, text string, paint func(string) string) {
	for _, line := range wrap(p.fold(text), p.width()-indent) {
		p.line("%s%s", strings.Repeat(" ", indent), cell{text: text, paint: paint}.show(line))
	}
}

// table writes rows whose cells stand below each other. The last cell of a row wraps.
func (p *page) table(indent int, rows [][]cell) {
	var widths []int
	for _, row := range rows {
		for i := range row {
			row[i].text = p.fold(row[i].text)
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if i < len(row)-1 {
				widths[i] = max(widths[i], columns(row[i].text))
			}
		}
	}
	for _, row := range rows {
		p.row(indent, widths, row)
	}
}

const gap = 2 // between columns

func (p *page) row(indent int, widths []int, row []cell) {
	line := strings.Repeat(" ", indent)
	used := indent
	last := len(row) - 1
	for i, c := range row[:last] {
		line += c.show(c.text) + strings.Repeat(" ", widths[i]-columns(c.text)+gap)
		used += widths[i] + gap
	}
	room := p.width() - used - columns(row[last].tail)
	if used-gap > p.width() {
		p.stack(indent, row)
		return
	}
	if cramped(row[last].text, room) { // below, where there is room
		p.line("%s", strings.TrimRight(line, " "))
		used = min(indent+4, used)
		line, room = strings.Repeat(" ", used), p.width()-used-columns(row[last].tail)
	}
	parts := wrap(row[last].text, room)
	for i, part := range parts {
		if i > 0 {
			line = strings.Repeat(" ", used)
		}
		if part = row[last].show(part); i == len(parts)-1 {
			part += row[last].tail
		}
		p.line("%s", strings.TrimRight(line+part, " "))
	}
}

// cramped returns whether text would be hard to read, or too wide, in so many columns.
func cramped(text string, room int) bool {
	if columns(text) <= room {
		return false
	}
	widest := 0
	for _, word := range strings.Fields(text) {
		widest = max(widest, columns(word))
	}
	return room < 20 || widest > room
}

// stack writes a row as running text, for terminals that are too narrow for its columns.
func (p *page) stack(indent int, row []cell) {
	var words []string
	for _, c := range row {
		for _, word := range strings.Fields(c.text) {
			words = append(words, c.show(word))
		}
		words = append(words, c.tail)
	}
	for i, line := range wrap(strings.Join(words, " "), p.width()-indent-gap) {
		if i == 1 {
			indent += gap
		}
		p.line("%s%s", strings.Repeat(" ", indent), line)
	}
}

// send writes the page.
func (p *page) send(w io.Writer) error {
	_, err := io.WriteString(w, inert(p.fold(p.String())))
	return err
}

// inert keeps GitHub's runner, which reads the output of jobs, from taking text for its commands: ::set-output…, ##[…].
func inert(text string) string {
	if !strings.Contains(text, "::") && !strings.Contains(text, "##[") {
		return text
	}
	lines := strings.Split(strings.ReplaceAll(text, "##[", "## ["), "\n")
	for i, line := range lines {
		if strings.HasPrefix(strings.TrimSpace(ansi.Strip(line)), "::") {
			lines[i] = "- " + line
		}
	}
	return strings.Join(lines, "\n")
}

// wrap breaks text into lines at most so wide, at spaces. Words that are wider stay whole, so that ARNs can be copied,
// but for those of languages that are written without spaces. There is always one line.
func wrap(text string, width int) []string {
	lines := []string{""}
	for _, word := range strings.Fields(text) {
		n := len(lines) - 1
		switch {
		case lines[n] == "":
			lines[n] = word
		case columns(lines[n])+1+columns(word) <= width:
			lines[n] += " " + word
		default:
			lines = append(lines, word)
		}
		lines = append(lines[:len(lines)-1], split(lines[len(lines)-1], width)...)
	}
	return lines
}

// split breaks a line that is too wide between wide characters.
func split(line string, width int) []string {
	if columns(line) <= width || columns(line) == utf8.RuneCountInString(line) {
		return []string{line}
	}
	var lines []string
	part := ""
	for _, r := range line {
		if part != "" && columns(part+string(r)) > width {
			lines = append(lines, part)
			part = ""
		}
		part += string(r)
	}
	return append(lines, part)
}
