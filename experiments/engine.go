package experiments

import (
	"context"
	"time"

	"gameday/injectors"
	"gameday/internal/chance"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/signals"
)

// Engine is everything that an experiment needs to be run, in AWS or in a sandbox: it cannot tell which.
type Engine struct {
	Clock     *clock.Clock
	Cloud     *cloud.Session
	Injectors injectors.Catalog
	Signals   signals.Catalog

	Run     string // the run's id
	Mode    Mode
	Seed    chance.Seed
	Version string        // gameday's
	Tick    time.Duration // between two looks; 0: 5 s
	Policy  *Policy       // what is allowed, besides what the experiment says itself; nil: all
}

// defaultTick is the time between two looks.
const defaultTick = 5 * time.Second

func (e *Engine) tick() time.Duration {
	if e.Tick > 0 {
		return e.Tick
	}
	return defaultTick
}

// env is what a kind of fault may use, for one block.
func (e *Engine) env(block string) injectors.Env {
	return injectors.Env{AWS: e.Cloud.Config(), Clock: e.Clock, Run: e.Run, Block: block, Random: e.Seed}
}

// toAWS converts an interval of gameday's clock to AWS's, widened by what is not known of the skew.
func (e *Engine) toAWS(sent, answered time.Time) signals.Moment {
	earliest, latest := e.Cloud.ToAWS(sent, answered)
	return signals.Moment{Earliest: earliest, Latest: latest}
}

// Options say who is told, and how far a prepared experiment goes.
type Options struct {
	Journal    Journal
	Reporters  []Reporter
	ChecksOnly bool // arm, evaluate the checks, disarm
	// Hold, if any, is called on a strand when a fault's turn has come, before it is planned again and announced: the fault
	// waits until it returns. An error means that the fault is not injected.
	Hold func(ctx context.Context, fault string) error
}

// StopError is the cause with which a caller ends the context of a run.
type StopError struct {
	Cause  StopCause
	Detail string
}

// Error says why the run was stopped.
func (e *StopError) Error() string { return "stopped: " + e.Detail }

// log numbers records, journals them and shows them to reporters, in this order.
type log struct {
	clock     *clock.Clock
	journal   Journal
	reporters []Reporter
	secrets   *Secrets
	seq       int
	err       error    // why the journal does not take any more
	unshown   []*entry // journalled, or being so, and not shown yet
}

// entry is a record on its way to the reporters.
type entry struct {
	record    Record
	journaled bool
}

// append returns once the journal has the event. When the journal fails, it is still offered what follows, for the part of
// it that works, and reporters are still told. Other strands may run, and append, meanwhile: reporters see all in order.
func (l *log) append(event Event) error {
	l.seq++
	e := &entry{record: Record{Seq: l.seq, Time: l.clock.Now().UTC(), Event: l.secrets.hideIn(event)}}
	l.unshown = append(l.unshown, e)
	if l.journal != nil {
		if err := l.journal.Append(e.record); l.err == nil {
			l.err = err
		}
	}
	e.journaled = true
	for len(l.unshown) > 0 && l.unshown[0].journaled {
		shown := l.unshown[0].record
		l.unshown = l.unshown[1:]
		for i := range l.reporters {
			l.show(i, shown)
		}
	}
	return l.err
}

// show tells one reporter. One that panics is told nothing more: what is shown must never keep what is injected from being
// reverted.
func (l *log) show(i int, shown Record) {
	defer func() {
		if recover() != nil {
			l.reporters[i] = deaf{}
		}
	}()
	l.reporters[i].Report(shown)
}

// deaf is what becomes of a reporter that panicked.
type deaf struct{}

// Report does nothing.
func (deaf) Report(Record) {}

// HintError is an error with what a person can do about it.
type HintError struct {
	Err  error
	Text string
}

// Error returns the error's text, without the hint.
func (e *HintError) Error() string { return e.Err.Error() }

// Unwrap returns the error.
func (e *HintError) Unwrap() error { return e.Err }

// Hint returns what a person can do about it.
func (e *HintError) Hint() string { return e.Text }
