package experiments

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	hidden = "(sensitive)" // what is shown in place of a secret
	// shortestSecret is how many characters a text must have to be hidden: shorter ones are in too many words.
	shortestSecret = 4
)

// Secrets are texts that must not be shown, such as the values of sensitive variables. A nil Secrets has none.
type Secrets struct{ texts []string }

// Add adds a text, as it is and as it is written in JSON, in quotes and in addresses.
func (s *Secrets) Add(text string) {
	if len(text) < shortestSecret {
		return
	}
	inJSON, _ := json.Marshal(text) // a string always can be
	inGo := strconv.Quote(text)
	s.texts = append(s.texts, text, string(inJSON[1:len(inJSON)-1]), inGo[1:len(inGo)-1], url.QueryEscape(text), url.PathEscape(text))
	slices.SortFunc(s.texts, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) })
	s.texts = slices.Compact(s.texts)
}

// Hide returns the text without the secrets in it.
func (s *Secrets) Hide(text string) string {
	if s == nil {
		return text
	}
	for _, secret := range s.texts {
		text = strings.ReplaceAll(text, secret, hidden)
	}
	return text
}

// HideError returns an error that does not tell the secrets; what is wrapped in it is as before.
func (s *Secrets) HideError(err error) error {
	if err == nil || s.Hide(err.Error()) == err.Error() {
		return err
	}
	return &hiddenError{error: err, text: s.Hide(err.Error())}
}

type hiddenError struct {
	error
	text string
}

func (e *hiddenError) Error() string { return e.text }
func (e *hiddenError) Unwrap() error { return e.error }

// hideIn hides secrets in what AWS, or a bug, has said. Plans stay as they are, because reverting needs them, and so do the
// names of things.
func (s *Secrets) hideIn(event Event) Event {
	if s == nil || len(s.texts) == 0 {
		return event
	}
	switch e := event.(type) {
	case CheckDecided:
		e.Observed = s.Hide(e.Observed)
		return e
	case SignalSeen:
		e.Value = s.hideJSON(e.Value)
		return e
	case TapClosed:
		e.Error = s.Hide(e.Error)
		return e
	case FaultFailed:
		e.Error = s.Hide(e.Error)
		return e
	case FaultReverted:
		e.Note = s.Hide(e.Note)
		return e
	case FaultRevertFailed:
		e.Error, e.Left = s.Hide(e.Error), s.hideAll(e.Left)
		return e
	case AssertionDecided:
		e.Observed, e.Detail = s.Hide(e.Observed), s.Hide(e.Detail)
		return e
	case GuardBroken:
		e.Observed = s.Hide(e.Observed)
		return e
	case RunStopping:
		e.Detail = s.Hide(e.Detail)
		return e
	case BlindEnded:
		e.Why = s.Hide(e.Why)
		return e
	case RunFinished:
		return s.hideEnd(e)
	}
	return event
}

func (s *Secrets) hideEnd(e RunFinished) Event {
	e.Error, e.Hint, e.Leftovers = s.Hide(e.Error), s.Hide(e.Hint), slices.Clone(e.Leftovers)
	for i, left := range e.Leftovers {
		e.Leftovers[i].Reason, e.Leftovers[i].Left = s.Hide(left.Reason), s.hideAll(left.Left)
	}
	return e
}

func (s *Secrets) hideAll(texts []string) []string {
	all := slices.Clone(texts)
	for i := range all {
		all[i] = s.Hide(all[i])
	}
	return all
}

func (s *Secrets) hideJSON(value json.RawMessage) json.RawMessage {
	text := s.Hide(string(value))
	switch {
	case text == string(value):
		return value
	case !json.Valid([]byte(text)): // a number, or a part of one, was hidden
		return json.RawMessage(`"` + hidden + `"`)
	}
	return json.RawMessage(text)
}
