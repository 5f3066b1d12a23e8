package signals

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/smithy-go"

	"gameday/internal/clock"
)

// span is when a call was under way, by gameday's clock.
type span struct{ sent, answered time.Time }

// timed makes a call and says when.
func timed[T any](env Env, call func() (T, error)) (T, span, error) {
	sent := env.Clock.Now()
	out, err := call()
	return out, span{sent, env.Clock.Now()}, err
}

// until makes s last until the end of a later call: together they are one look.
func (s span) until(later span) span {
	if s.sent.IsZero() {
		return later
	}
	return span{s.sent, later.answered}
}

// keepLooking looks until ctx is done. It gives up only on errors that will not pass, before the first look that had none.
func keepLooking(ctx context.Context, env Env, look func(context.Context) error) error {
	seen := false
	for {
		err := look(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			seen = true
		case !seen && lasting(err):
			return err
		}
		if env.Pause(ctx) != nil {
			return nil
		}
	}
}

// missingError says that sources do not exist.
type missingError struct {
	what  string
	names []string
}

// Error names them.
func (e *missingError) Error() string {
	return fmt.Sprintf("watch %s: there is no %s", e.what, strings.Join(e.names, ", no "))
}

// lasting says whether an error will not pass by itself.
func lasting(err error) bool {
	var missing *missingError
	if errors.As(err, &missing) {
		return true
	}
	var answer smithy.APIError
	return errors.As(err, &answer) && slices.Contains([]string{
		"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError",
		"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "InvalidAddress",
		"ValidationError", "ValidationException", "InvalidParameterValue", "InvalidFilterValue", "NotImplemented",
	}, answer.ErrorCode())
}

// blindAfter is how many ticks may lie between two looks before a polled source counts as unseen in between; slack is how
// much longer calls may take.
const (
	blindAfter = 3
	slack      = 2 * time.Second
)

// polled knows the sources of one watcher that tell a state without saying since when: a change lies between the last
// look that did not show it and the first that did.
type polled[V comparable] struct {
	env     Env
	sink    Sink
	lag     time.Duration // how old an answer may be
	known   map[Source]sample[V]
	trouble string // why the last look failed
}

// sample is a state, when it was looked at, and until when blindness was told of, in AWS's time.
type sample[V comparable] struct {
	value V
	at    Moment
	blind time.Time
}

func newPolled[V comparable](env Env, sink Sink, lag time.Duration) *polled[V] {
	return &polled[V]{env: env, sink: sink, lag: lag, known: map[Source]sample[V]{}}
}

// failed remembers why a look told nothing.
func (p *polled[V]) failed(err error) error {
	p.trouble = err.Error()
	return err
}

// saw takes what one look said of one source.
func (p *polled[V]) saw(source Source, during span, value V) {
	look := p.env.ToAWS(during.sent.Add(-p.lag), during.answered)
	last, known := p.known[source]
	between := Moment{Earliest: last.at.Earliest, Latest: look.Latest}
	unseen := between
	if last.blind.After(unseen.Earliest) {
		unseen.Earliest = last.blind
	}
	if gap := unseen.Latest.Sub(unseen.Earliest); known && gap > blindAfter*p.env.Tick+p.lag+slack {
		p.sink.Blind(source, unseen, p.why(gap))
		last.blind = unseen.Latest
	}
	if !known || value != last.value {
		p.sink.Emit(Signal{Source: source, At: between, Seen: p.env.Clock.Now(), Value: value})
	}
	p.known[source] = sample[V]{value: value, at: look, blind: last.blind}
	p.sink.Saw(source, look.Earliest)
}

func (p *polled[V]) why(gap time.Duration) string {
	text := fmt.Sprintf("no look succeeded for %s", clock.Short(gap.Round(time.Second)))
	if p.trouble != "" {
		text += ": " + p.trouble
	}
	return text
}
