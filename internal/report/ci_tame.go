package report

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Tame returns a writer that passes lines on to w so that no log of a CI system takes them for anything but text: control
// characters other than line breaks and tabs are shown as Plain shows them, "::" at the beginning of a line is written
// ": :", and "##[" anywhere "## [". That is all that GitHub's runner, which reads both outputs, takes for a command.
func Tame(w io.Writer) io.Writer { return &tame{out: w} }

type tame struct {
	mu     sync.Mutex
	out    io.Writer
	inside bool   // of a line: something other than space was written
	colon  bool   // the line is a colon so far
	hashes int    // in a row
	begun  []byte // a character whose other bytes come with the next call
}

// Write writes all of the text, tamed.
func (t *tame) Write(text []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	rest := append(t.begun, text...)
	for utf8.FullRune(rest) {
		r, size := utf8.DecodeRune(rest)
		b.WriteString(t.next(r, rest[:size]))
		rest = rest[size:]
	}
	t.begun = bytes.Clone(rest)
	if _, err := io.WriteString(t.out, b.String()); err != nil {
		return 0, err
	}
	return len(text), nil
}

// next returns how a rune is written where it stands.
func (t *tame) next(r rune, raw []byte) string {
	command := r == ':' && t.colon || r == '[' && t.hashes >= 2
	t.colon = r == ':' && !t.inside
	t.inside = r != '\n' && (t.inside || !unicode.IsSpace(r))
	if r != '#' {
		t.hashes = 0
	} else {
		t.hashes++
	}
	switch {
	case command:
		return " " + string(r)
	case r == '\n' || r == '\t':
		return string(r)
	case unsafe(r):
		return Plain(string(r))
	}
	return string(raw)
}

// TameJSON returns a writer that passes lines of JSON on to w so that they mean the same to a program and nothing to
// GitHub's runner. Each call must write whole lines.
func TameJSON(w io.Writer) io.Writer { return &tameJSON{w} }

type tameJSON struct{ out io.Writer }

// Write writes all of the text. What it looks for stands only in strings, where an escape is as good.
func (t *tameJSON) Write(text []byte) (int, error) {
	if _, err := io.WriteString(t.out, strings.ReplaceAll(string(text), "##[", `#\u0023[`)); err != nil {
		return 0, err
	}
	return len(text), nil
}
