package cli

import (
	"context"
	"os"
	"sync"
	"syscall"
	"time"

	"gameday/experiments"
	"gameday/internal/clock"
)

// patience is how long after the first interrupt a second one is still taken for the same.
const patience = 2 * time.Second

// stops turns what the host sends into the end of a run: once, whatever else is sent. Only a second interrupt from a
// person at a terminal means something else: to give up.
type stops struct {
	terminal bool
	host     *clock.Clock

	mu     sync.Mutex
	cancel context.CancelCauseFunc
	first  *experiments.StopError
	at     time.Time
	clock  *clock.Clock // of what runs now
	giveUp func()

	abort context.CancelCauseFunc // of what is loaded now
}

func newStops(d Deps, cancel context.CancelCauseFunc) *stops {
	return &stops{terminal: d.Terminal, host: clock.Real(), cancel: cancel}
}

// listen hears until the function that it returns is called. This is one of two places that are no strands: signals come
// while a strand has the baton.
func (s *stops) listen(sent <-chan os.Signal) (end func()) {
	done := make(chan struct{})
	go func() {
		for {
			select {
			case sig := <-sent:
				s.hear(sig)
			case <-done:
				return
			}
		}
	}()
	return func() { close(done) }
}

func (s *stops) hear(sig os.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first == nil {
		s.first, s.at = stopOf(sig), s.host.Now()
		s.spread()
		return
	}
	if sig == os.Interrupt && s.terminal && s.giveUp != nil && s.host.Now().Sub(s.at) >= patience {
		s.giveUp()
	}
}

// spread ends the contexts: on a strand while one runs, so that nothing changes under the others' feet.
func (s *stops) spread() {
	first, cancel, abort := s.first, s.cancel, s.abort
	end := func() {
		cancel(first)
		if abort != nil {
			abort(first)
		}
	}
	if s.clock == nil {
		end()
		return
	}
	s.clock.Post(end)
}

// loading returns a copy of ctx that a stop ends, too, until done is called. What was loaded by then lives on with ctx.
func (s *stops) loading(ctx context.Context) (_ context.Context, done func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, s.abort = context.WithCancelCause(ctx)
	if s.first != nil {
		s.spread()
	}
	return ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.abort = nil
	}
}

// during runs f, on a strand of c, while stops go there. giveUp is what a second interrupt does; it must not wait for strands.
func (s *stops) during(c *clock.Clock, giveUp func(), f func()) {
	s.mu.Lock()
	s.clock, s.giveUp = c, giveUp
	s.mu.Unlock()
	c.Run(f)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock, s.giveUp = nil, nil
	if s.first != nil {
		s.spread() // it may have come too late for a strand
	}
}

func stopOf(sig os.Signal) *experiments.StopError {
	switch sig {
	case os.Interrupt:
		return &experiments.StopError{Cause: experiments.StopInterrupt, Detail: "interrupted by SIGINT"}
	case syscall.SIGHUP:
		return &experiments.StopError{Cause: experiments.StopTerminate, Detail: "the terminal went away (SIGHUP)"}
	default:
		return &experiments.StopError{Cause: experiments.StopTerminate, Detail: "terminated by SIGTERM"}
	}
}

func stopCode(stop *experiments.StopError) experiments.ExitCode {
	if stop.Cause == experiments.StopInterrupt {
		return experiments.ExitInterrupted
	}
	return experiments.ExitTerminated
}
