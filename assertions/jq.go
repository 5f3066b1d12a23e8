package assertions

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/itchyny/gojq"

	"gameday/internal/signals"
)

// expression is a compiled jq expression. It sees its input and nothing else: no environment, no files, no time.
type expression struct {
	text string
	code *gojq.Code
	err  error
}

func compile(text string) *expression {
	query, err := gojq.Parse(text)
	if err != nil {
		return &expression{text: text, err: fmt.Errorf("parse: %w", err)}
	}
	query.FuncDefs = append(withoutHost(), query.FuncDefs...)
	code, err := gojq.Compile(query)
	if err != nil {
		return &expression{text: text, err: fmt.Errorf("compile: %w", err)}
	}
	return &expression{text: text, code: code}
}

// withoutHost hides the functions whose answers depend on the host: what is true of a message must be true whenever and
// wherever it is judged.
func withoutHost() []*gojq.FuncDef {
	hidden, err := gojq.Parse(`
		def now: error("a message is judged without a clock");
		def localtime: error("a message is judged without a time zone");
		def strflocaltime(format): error("a message is judged without a time zone");
		.`)
	if err != nil {
		panic(err) // the text is constant
	}
	return hidden.FuncDefs
}

// holds says whether the expression gives true for the text, parsed as JSON where it is JSON. Errors do not match.
func (e *expression) holds(text string) bool {
	if e.err != nil {
		return false
	}
	var input any
	if json.Unmarshal([]byte(text), &input) != nil {
		input = text
	}
	results := e.code.RunWithContext(newSteps(), input)
	for {
		result, more := results.Next()
		if !more {
			return false
		}
		switch result := result.(type) {
		case error:
			return false
		case bool:
			if result {
				return true
			}
		}
	}
}

// mostSteps bounds an expression: far more than a sensible one takes, and over within a fraction of a second.
const mostSteps = 1_000_000

// steps is a context that ends once it has been asked that often. gojq asks before each instruction, so an expression
// that would not end does, and always at the same point.
type steps struct {
	left int
	over chan struct{}
}

func newSteps() *steps { return &steps{left: mostSteps, over: make(chan struct{})} }

// Deadline tells none: steps count, time does not.
func (*steps) Deadline() (time.Time, bool) { return time.Time{}, false }

// Value knows nothing.
func (*steps) Value(any) any { return nil }

// Done counts one step.
func (s *steps) Done() <-chan struct{} {
	if s.left--; s.left == 0 {
		close(s.over)
	}
	return s.over
}

// Err says whether the steps are used up.
func (s *steps) Err() error {
	if s.left > 0 {
		return nil
	}
	return context.DeadlineExceeded
}

// headlineRunes is how much of a message a report shows.
const headlineRunes = 80

// headline is a message's subject, or the beginning of its text. Control characters are written out: the text comes from
// outside and must not steer a terminal.
func headline(message signals.Message) string {
	text := message.Subject
	if text == "" {
		text = message.Text
	}
	if text == "" {
		return "empty message"
	}
	var line strings.Builder
	shown := 0
	for _, r := range text {
		if shown == headlineRunes {
			line.WriteString("…")
			break
		}
		shown++
		if unicode.IsPrint(r) {
			line.WriteRune(r)
			continue
		}
		escaped := strconv.QuoteRune(r)
		line.WriteString(escaped[1 : len(escaped)-1])
	}
	return line.String()
}
