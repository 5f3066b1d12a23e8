package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"gameday/experiments"
)

// JSONLines is an experiments.Reporter that writes each record as a line of JSON, as in a journal. What a terminal would
// act upon is escaped, which changes nothing for whoever parses it.
type JSONLines struct {
	out io.Writer
	err error
}

// NewJSONLines returns a reporter that writes to w.
func NewJSONLines(w io.Writer) *JSONLines { return &JSONLines{out: w} }

// Report writes the record. After an error of writing it does nothing.
func (j *JSONLines) Report(r experiments.Record) {
	if j.err != nil {
		return
	}
	line, err := json.Marshal(r)
	if err != nil {
		j.err = fmt.Errorf("write record %d: %w", r.Seq, err)
		return
	}
	if _, err = j.out.Write(append(escaped(line), '\n')); err != nil {
		j.err = fmt.Errorf("write record %d: %w", r.Seq, err)
	}
}

// Err returns the first error, or nil.
func (j *JSONLines) Err() error { return j.err }

// Summary writes summary.json.
func Summary(w io.Writer, s experiments.Summary) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write summary: %w", err)
	}
	_, err = w.Write(append(escaped(text), '\n'))
	return err
}

// escaped writes runes of JSON strings that are unsafe to print as \u escapes. Outside of strings JSON has none but
// line breaks, which stay.
func escaped(text []byte) []byte {
	var out bytes.Buffer
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == '\n' || !unsafe(r):
			out.Write(text[:size])
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
		text = text[size:]
	}
	return bytes.ReplaceAll(out.Bytes(), []byte("##["), []byte(`##\u005b`)) // see inert
}
