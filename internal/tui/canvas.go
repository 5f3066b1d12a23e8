package tui

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// style is how a cell looks: colours of the sixteen that every terminal has, counted from 1 (0: the terminal's own), and
// attributes.
type style struct {
	fg, bg uint8
	attr   attribute
}

type attribute uint8

const (
	bold attribute = 1 << iota
	dim
	underline
	reverse
)

// The colours that are used, in the order of SGR.
const (
	red     = 2
	green   = 3
	yellow  = 4
	blue    = 5
	magenta = 6
	cyan    = 7
	white   = 16
	black   = 1
)

func (s style) with(a attribute) style {
	s.attr |= a
	return s
}

// cell is one column of one line. A character that is two columns wide is in the first, and the second is empty.
type cell struct {
	text  string
	style style
	wide  bool
}

// canvas is a window's worth of cells. Whatever is drawn outside is cut off, so that no line is ever wider than the
// window, and there are never more lines than it has.
type canvas struct {
	w, h  int
	cells []cell
	ascii bool
}

func newCanvas(w, h int, ascii bool) *canvas {
	w, h = max(w, 0), max(h, 0)
	return &canvas{w: w, h: h, cells: make([]cell, w*h), ascii: ascii}
}

// area is a rectangle of a canvas, with coordinates of its own.
type area struct {
	on         *canvas
	x, y, w, h int
}

func (c *canvas) all() area { return area{c, 0, 0, c.w, c.h} }

// sub returns a part of the area, cut to it.
func (a area) sub(x, y, w, h int) area {
	x, y = min(max(x, 0), a.w), min(max(y, 0), a.h)
	return area{a.on, a.x + x, a.y + y, max(0, min(w, a.w-x)), max(0, min(h, a.h-y))}
}

// rows returns so many lines of the area.
func (a area) rows(y, n int) area { return a.sub(0, y, a.w, n) }

// put writes text and returns the column behind it. What does not fit is cut off.
func (a area) put(x, y int, text string, s style) int {
	if y < 0 || y >= a.h || x < 0 {
		return x
	}
	for len(text) > 0 && x < a.w {
		cluster, width := text[:1], 1
		if text[0] >= utf8.RuneSelf || text[0] < ' ' || text[0] == 0x7f {
			var n int
			cluster, width, n, _ = ansi.GraphemeWidth.DecodeSequenceInString(text, 0, nil)
			text = text[n:]
			if width <= 0 {
				continue // control characters and escape sequences have no place here
			}
			if width > 2 {
				cluster, width = "?", 1
			}
		} else {
			text = text[1:]
		}
		if a.on.ascii && cluster[0] >= utf8.RuneSelf {
			cluster = plainGlyph(cluster, width)
			for _, r := range cluster {
				if x < a.w {
					a.set(x, y, string(r), 1, s)
					x++
				}
			}
			continue
		}
		if x+width > a.w {
			cluster, width = " ", 1
			text = ""
		}
		a.set(x, y, cluster, width, s)
		x += width
	}
	return x
}

func (a area) set(x, y int, text string, width int, s style) {
	c, i := a.on, (a.y+y)*a.on.w+a.x+x
	c.widow(i)
	if width == 2 {
		c.widow(i + 1)
		c.cells[i+1] = cell{style: s}
	}
	if s.bg == 0 && c.cells[i].style.bg != 0 && s.attr&reverse == 0 {
		s.bg = c.cells[i].style.bg // text stands on what it is written on
	}
	c.cells[i] = cell{text, s, width == 2}
}

// widow clears the other half of a wide character when one half is about to be overwritten.
func (c *canvas) widow(i int) {
	x := i % c.w
	if x > 0 && c.cells[i].text == "" && c.cells[i-1].wide {
		c.cells[i-1].text, c.cells[i-1].wide = " ", false
	}
	if x < c.w-1 && c.cells[i].wide {
		c.cells[i+1].text = " "
	}
}

// fill gives a line of the area a background.
func (a area) fill(y int, s style) {
	if y < 0 || y >= a.h {
		return
	}
	for x := range a.w {
		a.set(x, y, " ", 1, s)
	}
}

// restyle changes how what is already there looks.
func (a area) restyle(x, y, w int, change func(style) style) {
	if y < 0 || y >= a.h {
		return
	}
	for i := max(0, x); i < min(x+w, a.w); i++ {
		at := &a.on.cells[(a.y+y)*a.on.w+a.x+i]
		at.style = change(at.style)
	}
}

// text returns the lines, with colours or without.
func (c *canvas) text(color bool) string {
	var b strings.Builder
	b.Grow(len(c.cells) * 2)
	for y := range c.h {
		if y > 0 {
			b.WriteByte('\n')
		}
		c.line(&b, c.cells[y*c.w:(y+1)*c.w], color)
	}
	return b.String()
}

func (c *canvas) line(b *strings.Builder, cells []cell, color bool) {
	end := len(cells)
	for end > 0 && (cells[end-1].text == "" || cells[end-1].text == " ") && cells[end-1].style == (style{}) &&
		(end < 2 || !cells[end-2].wide) {
		end--
	}
	var now style
	for i := 0; i < end; i++ {
		at := cells[i]
		if want := at.style.seen(color); want != now {
			want.write(b)
			now = want
		}
		switch {
		case at.text != "":
			b.WriteString(at.text)
		case i == 0 || !cells[i-1].wide:
			b.WriteByte(' ')
		}
	}
	if now != (style{}) {
		b.WriteString("\x1b[m")
	}
}

// seen is what is left of a style where there are no colours: backgrounds become reverse.
func (s style) seen(color bool) style {
	if color {
		return s
	}
	if s.bg != 0 {
		s.attr |= reverse
	}
	s.fg, s.bg = 0, 0
	return s
}

func (s style) write(b *strings.Builder) {
	b.WriteString("\x1b[0")
	for i, code := range []string{";1", ";2", ";4", ";7"} {
		if s.attr&(1<<i) != 0 {
			b.WriteString(code)
		}
	}
	writeColor(b, s.fg, 30, 90)
	writeColor(b, s.bg, 40, 100)
	b.WriteByte('m')
}

func writeColor(b *strings.Builder, color uint8, dark, bright int) {
	switch {
	case color == 0:
		return
	case color <= 8:
		b.WriteByte(';')
		b.WriteString(strconv.Itoa(dark + int(color) - 1))
	default:
		b.WriteByte(';')
		b.WriteString(strconv.Itoa(bright + int(color) - 9))
	}
}

// width is how many columns a text takes.
func width(text string) int {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf || text[i] < ' ' {
			return ansi.StringWidth(text)
		}
	}
	return len(text)
}

// cut shortens a text to so many columns, and says that it did.
func cut(text string, columns int) string {
	if width(text) <= columns {
		return text
	}
	if columns <= 0 {
		return ""
	}
	return ansi.Truncate(text, columns, "…")
}

// wrap breaks a text into lines at most so wide, at spaces where it can.
func wrap(text string, columns int) []string {
	if columns <= 0 {
		return nil
	}
	return strings.Split(ansi.Wrap(text, columns, ""), "\n")
}
