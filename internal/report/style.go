package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"gameday/experiments"
)

// Style is how text for a terminal looks. Its zero value is plain: no colours, UTF-8, 80 columns.
type Style struct {
	Color bool
	ASCII bool // for terminals whose locale is not UTF-8
	Width int  // columns; 0: 80
}

const (
	defaultWidth = 80
	leastWidth   = 40
)

// Detect returns the style for an output of that many columns. There are colours on terminals only, and none where
// NO_COLOR is set to anything or TERM is "dumb". Where the locale is set and is not UTF-8, the text is ASCII.
func Detect(getenv func(string) string, terminal bool, width int) Style {
	s := Style{Color: terminal && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb", Width: width}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} { // the first that is set counts, as in locale(7)
		if locale := strings.ToLower(getenv(name)); locale != "" {
			s.ASCII = !strings.Contains(locale, "utf-8") && !strings.Contains(locale, "utf8")
			break
		}
	}
	return s
}

func (s Style) width() int {
	if s.Width == 0 {
		return defaultWidth
	}
	return max(s.Width, leastWidth)
}

func (s Style) paint(code, text string) string {
	if !s.Color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s Style) green(text string) string  { return s.paint("32", text) }
func (s Style) red(text string) string    { return s.paint("31", text) }
func (s Style) yellow(text string) string { return s.paint("33", text) }
func (s Style) dim(text string) string    { return s.paint("2", text) }
func (s Style) bold(text string) string   { return s.paint("1", text) }

// verdict paints text in the colour of a verdict.
func (s Style) verdict(v experiments.Verdict, text string) string {
	switch v {
	case experiments.Passed:
		return s.green(text)
	case experiments.Inconclusive, experiments.Interrupted:
		return s.yellow(text)
	}
	return s.red(text)
}

// The marks before, or behind, everything that has a verdict.
const (
	markGood    = "✓"
	markBad     = "✗"
	markUnknown = "?"
)

func mark(v experiments.Verdict) string {
	switch v {
	case experiments.Passed:
		return markGood
	case experiments.Inconclusive, experiments.Interrupted, "":
		return markUnknown
	}
	return markBad
}

// fold replaces what an ASCII terminal cannot show. Doing it twice changes nothing.
func (s Style) fold(text string) string {
	if !s.ASCII {
		return text
	}
	text = strings.NewReplacer("✓", "ok", "✗", "NO", "…", "...", "–", "-", "·", "-", "→", "->", "●", "*").Replace(text)
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return '?'
		}
		return r
	}, text)
}

// columns is how wide a terminal shows text.
func columns(text string) int { return ansi.StringWidth(text) }

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-columns(text)))
}

// Plain makes text from outside safe to print on one line of a terminal: control characters, escape sequences, bidirectional and
// invisible formatting are shown as escapes such as \x1b, line breaks and tabs as spaces, and what is not UTF-8 as U+FFFD.
func Plain(text string) string {
	clean := true
	for _, r := range text {
		if r == utf8.RuneError || unsafe(r) {
			clean = false
			break
		}
	}
	if clean {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n' || r == '\t' || r == '\r' || r == '\u2028' || r == '\u2029':
			b.WriteByte(' ')
		case unsafe(r) && r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case unsafe(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// unsafe returns whether a terminal would do something with a rune rather than show it. Joiners are needed to write some
// languages, and change nothing but their neighbours' shape.
func unsafe(r rune) bool {
	const joiners = "\u200c\u200d"
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) || unicode.Is(unicode.Cf, r) && !strings.ContainsRune(joiners, r)
}
