package tui

import (
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"gameday/internal/report"
)

// prompt is what the view asks a person, if anything.
type prompt struct {
	kind  question
	typed string
}

type question int

const (
	askNothing question = iota
	askFilter
	askAbort
	askQuit
	askHelp
)

// key answers a question.
func (p *prompt) key(m *model, name, typed string) tea.Cmd {
	kind := p.kind
	if kind == askFilter {
		return p.edit(m, name, typed)
	}
	m.prompt = prompt{}
	switch {
	case kind == askAbort && (name == "y" || name == "Y"), kind == askQuit && name == "a":
		m.note = "Aborted: everything that can be is reverted now."
		return command(m.actions.Stop)
	case kind == askQuit && name == "d":
		m.ending = Detached
		return tea.Quit
	case kind == askAbort:
		m.note = "Not aborted."
	}
	return nil
}

// edit changes the filter while it is typed.
func (p *prompt) edit(m *model, name, typed string) tea.Cmd {
	switch {
	case name == "enter":
		m.prompt = prompt{}
	case name == "esc":
		m.prompt = prompt{}
		m.log.search("")
	case name == "backspace":
		_, size := utf8.DecodeLastRuneInString(p.typed)
		p.typed = p.typed[:len(p.typed)-size]
		m.log.search(p.typed)
	case name == "ctrl+u":
		p.typed = ""
		m.log.search("")
	default:
		p.insert(m, typed)
	}
	return nil
}

// insert adds what was typed or pasted.
func (p *prompt) insert(m *model, text string) {
	const longest = 200
	if p.kind == askFilter && printable(text) && len(p.typed)+len(text) <= longest {
		p.typed += report.Plain(text)
		m.log.search(p.typed)
	}
}

// line writes the question in place of the footer, and says whether there is one.
func (p *prompt) line(a area, m *model) bool {
	text := ""
	switch p.kind {
	case askFilter:
		x := a.put(1, 0, "/"+p.typed, style{attr: bold})
		x = a.put(x, 0, " ", style{attr: reverse})
		a.put(x+2, 0, "enter keeps it, esc shows everything", style{attr: dim})
		return true
	case askAbort:
		text = "Abort, and revert everything now? [y/N]"
	case askQuit:
		text = "Still running: [d]etach and go on in plain text, [a]bort and revert, any other key stays"
		if a.w < 92 {
			text = "Running! [d]etach [a]bort, else stay"
		}
	default:
		return false
	}
	a.fill(0, style{fg: black, bg: yellow})
	a.put(1, 0, text, style{fg: black, bg: yellow, attr: bold})
	return true
}

// over writes the help over the panes.
func (p *prompt) over(a area, m *model) {
	if p.kind != askHelp {
		return
	}
	keys := help()
	w := min(a.w, 64)
	box := a.sub((a.w-w)/2, max(0, (a.h-len(keys)-2)/2), w, min(a.h, len(keys)+2))
	for y := range box.h {
		box.fill(y, style{})
	}
	box.restyle(0, 0, box.w, func(style) style { return style{attr: reverse} })
	box.put(1, 0, "Keys (any key closes this)", style{attr: bold | reverse})
	for i, k := range keys {
		box.put(1, i+1, k.key, style{attr: bold})
		box.sub(0, 0, box.w, box.h-1).put(16, i+1, cut(k.text, box.w-17), style{})
	}
}

func help() []hint {
	return []hint{
		{"up down j k", "select a block, scroll a pane"},
		{"left right h l", "move along time"},
		{"+ - 0", "zoom in, out, show everything"},
		{"tab shift+tab", "next pane, previous pane"},
		{"enter esc", "pane in the whole window, and back"},
		{"/ n N", "filter the log, next, previous match"},
		{"n N", "without a filter: what did not pass"},
		{"t", "times since the start, UTC, local"},
		{"p", "hold before the next fault, go on"},
		{"a", "abort: revert everything (asks)"},
		{"ctrl+c", "the same, without asking"},
		{"space", "play back, pause"},
		{"[ ] { }", "one happening back or on, a twentieth"},
		{"q", "quit; asks while the run goes on"},
	}
}
