package experiments

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gameday/internal/signals"
)

// watch is what is known of one source.
type watch struct {
	source  signals.Source
	tapped  bool
	seen    []signals.Signal
	until   time.Time // watermark, in AWS's time
	blind   []signals.Moment
	dark    bool  // could not be seen for three looks
	failed  error // will never be seen
	version int   // counts everything that may change a verdict
}

// sink files what the watchers saw.
type sink struct{ run *run }

// Emit files a signal and journals it.
func (s sink) Emit(signal signals.Signal) {
	r := s.run
	w := r.watches[signal.Source]
	w.seen = append(w.seen, signal)
	w.version++
	value, err := json.Marshal(signal.Value)
	if err != nil {
		value = json.RawMessage("null")
		r.trouble = errors.Join(r.trouble, fmt.Errorf("journal a signal of %s: %w", signal.Source.Subject, err))
	}
	r.record(SignalSeen{Source: signal.Source, At: signal.At, Seen: signal.Seen, Value: value})
	r.notify()
}

// Saw moves a watermark, never back.
func (s sink) Saw(source signals.Source, t time.Time) {
	w := s.run.watches[source]
	if !t.After(w.until) {
		return
	}
	if w.dark {
		w.dark = false
		s.run.record(BlindEnded{Source: source, From: w.until, Until: t})
	}
	w.until = t
	w.version++
	s.run.notify()
}

// Blind files a gap that nobody can fill any more.
func (s sink) Blind(source signals.Source, during signals.Moment, why string) {
	w := s.run.watches[source]
	w.blind = append(w.blind, during)
	w.dark = false
	w.version++
	s.run.record(BlindEnded{Source: source, From: during.Earliest, Until: during.Latest, Lost: true, Why: why})
	s.run.notify()
}

// startWatching starts one watcher per kind of source, for all its sources.
func (r *run) startWatching(ctx context.Context) {
	taps := map[string]string{}
	for _, tap := range r.taps {
		taps[tap.source.Subject] = tap.queueURL
	}
	for _, source := range r.sources {
		_, tapped := r.engine.Injectors.FindTap(source.Kind)
		r.watches[source] = &watch{source: source, tapped: tapped}
	}
	for _, kind := range r.engine.Signals {
		sources := r.sourcesOf(kind.Name)
		if len(sources) == 0 {
			continue
		}
		watcher := kind.New(r.watcherEnv(taps, r.pause()))
		r.strand("watch "+kind.Name, func() {
			if err := watcher.Watch(ctx, sources, sink{r}); err != nil && ctx.Err() == nil {
				r.lose(sources, fmt.Errorf("watch %s: %w", kind.Name, err))
			}
		})
	}
}

// lose notes that sources will not be seen any more.
func (r *run) lose(sources []signals.Source, err error) {
	for _, source := range sources {
		r.watches[source].failed = err
		r.watches[source].version++
	}
	r.notify()
}

// pause returns how one watcher waits for its next look: a tick, or less when somebody needs a fresh one.
func (r *run) pause() func(context.Context) error {
	answered := 0
	return func(ctx context.Context) error {
		if answered == r.looking {
			err := r.engine.Clock.Wait(ctx, &r.lookNow, r.engine.Clock.Now().Add(r.engine.tick()))
			if err != nil {
				return err
			}
		}
		answered = r.looking
		return nil
	}
}

// lookPatience is how long a fresh look may take, beyond two ticks, before a fault goes ahead without it and the judge
// weighs the blindness.
const lookPatience = 30 * time.Second

// look has every level looked at now, and returns the moment from which on all of them are known, in AWS's time; it is
// zero when some could not be seen.
func (r *run) look(ctx context.Context) time.Time {
	now := r.engine.Clock.Now()
	asked := r.engine.toAWS(now, now).Earliest
	r.looking++
	r.engine.Clock.Notify(&r.lookNow)
	limit := now.Add(lookPatience + 2*r.engine.tick())
	for !r.levelsSeen(asked) {
		if !r.engine.Clock.Now().Before(limit) || r.engine.Clock.Wait(ctx, &r.changed, limit) != nil {
			return time.Time{}
		}
	}
	return asked
}

func (r *run) levelsSeen(t time.Time) bool {
	for _, source := range r.sources {
		if w := r.watches[source]; !w.tapped && w.until.Before(t) {
			return false
		}
	}
	return true
}

// notice marks the sources that could not be seen for three looks.
func (r *run) notice() {
	if r.ended {
		return // nobody watches any more
	}
	now := r.engine.Clock.Now()
	aws := r.engine.toAWS(now, now).Earliest
	for _, source := range r.sources {
		w := r.watches[source]
		if w == nil || w.dark || w.until.IsZero() || aws.Sub(w.until) <= r.blindAfter(w) {
			continue
		}
		w.dark = true
		w.version++
		r.record(BlindBegan{Source: source, From: w.until})
	}
}

// longPoll is how long a tap's receive may take, and its messages to arrive.
const longPoll = 30 * time.Second

// blindAfter is how old a watermark may be: three looks and the time that a look itself may take.
func (r *run) blindAfter(w *watch) time.Duration {
	limit := 3*r.engine.tick() + 5*time.Second
	if w.tapped {
		limit += longPoll
	}
	return limit
}
