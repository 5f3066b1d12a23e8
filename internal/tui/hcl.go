package tui

import (
	"fmt"
	"strings"

	"gameday/internal/report"
)

// describeText writes the block as the scenario has it.
func (s *State) describeText(p *page, r *Row) {
	lines := report.Lines(s.Started.Text, r.Where)
	if len(lines) == 0 || !sameFile(r.Where.File, s.Started.File) {
		return
	}
	p.add()
	p.add(piece{fmt.Sprintf("%s:%d", report.Plain(r.Where.File), r.Where.Line), style{attr: dim}})
	for i, l := range lines {
		number := piece{fmt.Sprintf("%4d ", r.Where.Line+i), style{attr: dim}}
		p.add(append([]piece{number}, colored(report.Plain(strings.ReplaceAll(l, "\t", "  ")))...)...)
	}
}

// sameFile says whether a block stands in the file whose text the journal has.
func sameFile(where, file string) bool {
	return where == "" || where == file || report.LastPart(where) == report.LastPart(file)
}

// colored parts a line of HCL into what deserves a colour: comments, strings, and the names of attributes and blocks.
func colored(l string) []piece {
	var pieces []piece
	trimmed := strings.TrimLeft(l, " ")
	if indent := l[:len(l)-len(trimmed)]; indent != "" {
		pieces = append(pieces, piece{indent, style{}})
	}
	if strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, "//") {
		return append(pieces, piece{trimmed, style{attr: dim}})
	}
	name := strings.IndexFunc(trimmed, func(r rune) bool { return r == ' ' || r == '=' || r == '{' || r == '"' })
	if name > 0 {
		pieces = append(pieces, piece{trimmed[:name], style{fg: cyan}})
		trimmed = trimmed[name:]
	}
	for trimmed != "" {
		open := strings.IndexByte(trimmed, '"')
		if open < 0 {
			return append(pieces, piece{trimmed, style{}})
		}
		end := closingQuote(trimmed, open)
		pieces = append(pieces, piece{trimmed[:open], style{}}, piece{trimmed[open:end], style{fg: green}})
		trimmed = trimmed[end:]
	}
	return pieces
}

func closingQuote(text string, open int) int {
	for i := open + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}
