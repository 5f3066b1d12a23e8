package cli

import (
	"context"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"

	"gameday/experiments"
)

func hearing(terminal bool) (*stops, context.Context, *int) {
	ctx, cancel := context.WithCancelCause(context.Background())
	s := newStops(Deps{Terminal: terminal}, cancel)
	given := 0
	s.giveUp = func() { given++ }
	return s, ctx, &given
}

func TestTheFirstStopCountsWhateverFollows(t *testing.T) {
	s, ctx, given := hearing(false)
	s.hear(os.Interrupt)
	s.hear(syscall.SIGTERM)
	s.at = s.at.Add(-2 * patience)
	s.hear(os.Interrupt)
	s.hear(syscall.SIGTERM)

	var stop *experiments.StopError
	assert.ErrorAs(t, context.Cause(ctx), &stop)
	assert.Equal(t, experiments.StopInterrupt, stop.Cause)
	assert.Zero(t, *given, "nobody is at a terminal")
}

func TestOnlyALaterInterruptAtATerminalGivesUp(t *testing.T) {
	s, _, given := hearing(true)
	s.hear(os.Interrupt)
	s.hear(os.Interrupt)
	assert.Zero(t, *given, "a key that bounces")
	s.at = s.at.Add(-patience)
	s.hear(syscall.SIGTERM)
	assert.Zero(t, *given, "a SIGTERM after a SIGINT is still one stop")
	s.hear(os.Interrupt)
	assert.Equal(t, 1, *given)
}

func TestATerminalThatGoesAwayStopsTheRun(t *testing.T) {
	s, ctx, _ := hearing(true)
	s.hear(syscall.SIGHUP)
	var stop *experiments.StopError
	assert.ErrorAs(t, context.Cause(ctx), &stop)
	assert.Equal(t, experiments.ExitTerminated, stopCode(stop))
}
