package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gameday/internal/report"
)

// View shows the scenarios and a preview of the selected one.
func (c *chooser) View() tea.View {
	v := tea.NewView(c.Render(c.w, c.h))
	v.AltScreen = true
	v.WindowTitle = "gameday"
	return v
}

// Render draws the window.
func (c *chooser) Render(w, h int) string {
	on := newCanvas(w, h, c.look.ascii)
	all := on.all()
	all.fill(0, style{attr: reverse})
	all.put(1, 0, "gameday · choose a scenario", style{attr: reverse | bold})
	c.footer(all.rows(h-1, 1))
	body := all.rows(1, h-2)
	if w < 90 {
		top := min(max(4, body.h/2), len(c.matching())+1)
		c.list(body.rows(0, top))
		c.about(body.rows(top+1, body.h-top-1))
	} else {
		left := w * 2 / 5
		c.list(body.sub(0, 0, left, body.h))
		c.about(body.sub(left+1, 0, w-left-1, body.h))
	}
	return on.text(c.look.color)
}

func (c *chooser) list(a area) {
	items := c.matching()
	if len(items) == 0 {
		a.put(1, 0, "No scenario here matches. Try: gameday init", style{attr: dim})
		return
	}
	c.selected = max(0, min(c.selected, len(items)-1))
	c.top = max(min(c.top, c.selected), c.selected-a.h+1)
	for y := 0; y < a.h && c.top+y < len(items); y++ {
		item := items[c.top+y]
		look := style{}
		if c.top+y == c.selected {
			a.put(0, y, cursor, style{attr: bold})
			look = style{attr: bold | reverse}
		}
		st := status{glyphWaiting, "new", style{attr: dim}}
		if item.Verdict != "" {
			st = verdictStatus(item.Verdict, "")
			st.word = verdictWord(item.Verdict)
		}
		word := a.w - 13
		a.sub(0, 0, word-1, a.h).put(2, y, cut(report.Plain(item.Path), word-3), look)
		a.put(word, y, st.glyph+" "+st.word, st.style)
	}
}

// about draws the preview.
func (c *chooser) about(a area) {
	item, found := c.current()
	if !found {
		return
	}
	p := &page{w: a.w - 2}
	p.add(piece{report.Plain(item.Name), style{attr: bold}})
	preview, loaded := c.previews[item.Path]
	if !loaded {
		p.add(piece{"loading" + ellipsis, style{attr: dim}})
	} else {
		preview.write(p)
	}
	if item.Verdict != "" {
		p.add()
		p.fact("last", verdictWord(item.Verdict)+", "+report.Plain(item.When), verdictStatus(item.Verdict, "").style)
	}
	for y := 0; y < a.h && y < len(p.lines); y++ {
		x := 1
		for _, piece := range p.lines[y] {
			x = a.put(x, y, piece.text, piece.style)
		}
	}
}

func (v Preview) write(p *page) {
	if v.Problem != "" {
		p.prose(report.Plain(v.Problem), style{fg: red})
		return
	}
	p.prose(report.Plain(v.Description), style{})
	place := "no account: it can be rehearsed only"
	if len(v.Accounts) > 0 {
		place = strings.TrimSuffix("account "+strings.Join(v.Accounts, ", ")+", "+v.Region, ", ")
	}
	p.prose(report.Plain(place), style{attr: dim})
	if !v.Sandbox {
		p.prose("It has no sandbox beside it: it can be run only.", style{attr: dim})
	}
	if v.Hypothesis != "" {
		p.add()
		p.prose(report.Plain(v.Hypothesis), style{})
	}
	for _, part := range []struct {
		title string
		lines []string
	}{{"Faults", v.Faults}, {"SLOs", v.SLOs}} {
		if len(part.lines) == 0 {
			continue
		}
		p.add()
		p.add(piece{part.title, style{attr: bold}})
		for _, l := range part.lines {
			p.prose("  "+report.Plain(l), style{})
		}
	}
}

func (c *chooser) footer(a area) {
	item, _ := c.current()
	switch {
	case c.asking:
		accounts := strings.Join(c.previews[item.Path].Accounts, " or ")
		text := fmt.Sprintf("Faults will be real in account %s. Type its last four digits: %s", report.Plain(accounts), c.digits)
		if width(text)+2 > a.w {
			text = fmt.Sprintf("REAL! Last 4 of %s: %s", report.Plain(cut(accounts, a.w-24)), c.digits)
		}
		a.fill(0, style{fg: white, bg: red})
		a.put(1, 0, text, style{fg: white, bg: red, attr: bold})
		return
	case c.typing:
		a.put(1, 0, "/"+c.filter, style{attr: bold})
		return
	case c.note != "":
		a.put(1, 0, cut(c.note, a.w-2), style{fg: yellow, attr: bold})
		return
	}
	x := 1
	for _, hint := range []hint{
		{"enter", "rehearse"}, {"R", "run in AWS"}, {"q", "quit"}, {"/", "filter"}, {"up down", "select"},
	} {
		if x+width(hint.key)+1+width(hint.text) > a.w-1 {
			continue
		}
		x = a.put(x, 0, hint.key, style{attr: bold})
		x = a.put(x+1, 0, hint.text, style{attr: dim}) + 2
	}
}
