package sandbox

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// LimitPages has every list come in pages of at most n, whatever callers ask for: AWS may do so at any time. 0 lifts the limit.
func (a *Account) LimitPages(n int) { a.pageLimit = n }

// page cuts one page of at most size out of items, from where token says. next is nil when nothing follows.
func page[T any](a *Account, items []T, token *string, size int) (cut []T, next *string, err error) {
	from := 0
	if token != nil && *token != "" {
		if from, err = readToken(*token); err != nil {
			return nil, nil, err
		}
	}
	if a.pageLimit > 0 {
		size = min(size, a.pageLimit)
	}
	from = min(from, len(items))
	to := min(from+size, len(items))
	if to < len(items) {
		text := writeToken(to)
		next = &text
	}
	return items[from:to], next, nil
}

func writeToken(from int) string {
	return base64.RawURLEncoding.EncodeToString([]byte("from=" + strconv.Itoa(from)))
}

func readToken(token string) (int, error) {
	text, err := base64.RawURLEncoding.DecodeString(token)
	number, ours := strings.CutPrefix(string(text), "from=")
	from, odd := strconv.Atoi(number)
	if err != nil || !ours || odd != nil || from < 0 {
		return 0, failure("InvalidNextToken", "The token '"+token+"' is invalid.")
	}
	return from, nil
}

// sized is the page size that a caller asked for, or the usual one; a code and message refuse one outside of [least, most].
func sized(asked *int32, usual, least, most int, code, message string) (int, error) {
	if asked == nil {
		return usual, nil
	}
	if n := int(*asked); n >= least && n <= most {
		return n, nil
	}
	return 0, failure(code, message)
}

// between is a span from shortest to longest.
func between(shortest, longest time.Duration) Span { return Span{Min: shortest, Max: longest} }

// drawNth draws for the nth time for one purpose: every draw has a stream of its own.
func (a *Account) drawNth(s Span, block, purpose string, n int) (d time.Duration, ok bool) {
	return a.draw(s, block, purpose+" "+strconv.Itoa(n))
}

// stamped is a moment as answers show it that know milliseconds.
func (a *Account) stamped(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	shown := a.stamp(t).UTC().Truncate(time.Millisecond)
	return &shown
}

// stampedSecond is a moment as answers show it that know whole seconds only.
func (a *Account) stampedSecond(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	shown := a.stamp(t).UTC().Truncate(time.Second)
	return &shown
}
