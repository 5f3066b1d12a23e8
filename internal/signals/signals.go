package signals

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"gameday/internal/clock"
)

// Source is one thing in AWS that is watched. Equal sources are watched once, whoever asks.
type Source struct {
	Kind    string `json:"kind"`
	Subject string `json:"subject"`
}

// Moment is when something happened, by the source's own clock: not before Earliest, not after Latest. A zero Earliest
// means that it may have happened at any time before.
type Moment struct {
	Earliest time.Time `json:"earliest,omitzero"`
	Latest   time.Time `json:"latest"`
}

// Signal is what AWS said of a source.
type Signal struct {
	Source Source
	At     Moment
	Seen   time.Time // when gameday learned it, by gameday's clock
	Value  any       // the payload of the source's kind, see Kind.Payload
}

// Sink takes what a watcher saw. Times are AWS's.
type Sink interface {
	// Emit reports a signal. The first signal of a source is its state when watching began.
	Emit(Signal)
	// Saw promises that whatever happened to the source before t has been emitted.
	Saw(source Source, t time.Time)
	// Blind says that nobody will ever know what happened to the source within the interval.
	Blind(source Source, during Moment, why string)
}

// Watcher watches all the sources of one kind.
type Watcher interface {
	// Watch reports the signals of its sources until ctx is done, in as few API calls as the API allows, and how far it
	// has seen. Errors that may pass, such as throttling, it outlives: its watermark stands still meanwhile. It returns
	// an error only where it will never see, and nil when ctx is done.
	Watch(ctx context.Context, sources []Source, sink Sink) error
}

// Foreteller is a Watcher that knows how soon a source can change: no SLO below that can be relied on.
type Foreteller interface {
	// Soonest returns, for those sources that have one, the shortest time between a cause and its signal. It reads AWS and
	// changes nothing.
	Soonest(ctx context.Context, sources []Source) (map[Source]Bound, error)
}

// Bound is the shortest time in which a source can answer, and why, in words.
type Bound struct {
	ARN  string
	Time time.Duration
	Why  string
}

// Kind is a row of the table: a kind of source.
type Kind struct {
	Name        string
	Permissions []string // IAM actions of its watcher
	Foretelling []string // those of Permissions that Soonest needs, of a Foreteller
	New         func(Env) Watcher
	// Decode restores a payload from its JSON form in a journal.
	Decode func(json.RawMessage) (any, error)
	// Polled says that what happens between two looks and is undone before the second stays unseen.
	Polled bool
}

// Env is what a watcher may use.
type Env struct {
	AWS   aws.Config
	Clock *clock.Clock
	// ToAWS converts an interval of gameday's clock to AWS's, widened by what is not known of the skew between them.
	ToAWS func(sent, answered time.Time) Moment
	// Pause waits for the next tick, or less when somebody needs a fresh look.
	Pause func(ctx context.Context) error
	// Tick is the time between two looks.
	Tick time.Duration
	// Since is when the run began to watch, in AWS's time at the earliest.
	Since time.Time
	// Taps are the URLs of the queues that gameday subscribed, by subject.
	Taps map[string]string
}

// Catalog is the table of the kinds of sources.
type Catalog []Kind

// Find returns the kind of that name.
func (c Catalog) Find(name string) (Kind, bool) {
	for _, k := range c {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}
