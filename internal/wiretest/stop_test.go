package wiretest_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/wiretest"
)

func TestAnInterruptInMidFloodRevertsEverything(t *testing.T) {
	t.Parallel()
	interrupted(t, func(p *process) { p.send(syscall.SIGINT) })
}

func TestAnInterruptAndATerminationAreOneStop(t *testing.T) {
	t.Parallel()
	interrupted(t, func(p *process) { // as continuous integration cancels a job
		p.send(syscall.SIGINT)
		time.Sleep(500 * time.Millisecond)
		p.send(syscall.SIGTERM)
	})
}

func interrupted(t *testing.T, stop func(*process)) {
	t.Helper()
	c := newCheckout(t, wiretest.StartFauxqs(t))
	d := newDesk(t, c.scenario(c.endpoint, "messages = 20000\n  per_second = 4000"))
	p := d.start("run", "wire.hcl", "--yes", "--tick", "1s")
	c.flooded(500)
	stop(p)
	p.exits(130, time.Minute)

	stops := d.events("run.stopping")
	require.Len(t, stops, 1)
	require.Equal(t, "interrupt", stops[0].Cause)
	require.Empty(t, d.events("fault.injected"), "it was to be stopped in mid-flood")
	require.Len(t, d.events("fault.failed"), 1)
	require.True(t, d.events("fault.failed")[0].Touched)
	var taken int
	note := strings.ReplaceAll(d.events("fault.reverted")[0].Note, ",", "")
	_, err := fmt.Sscanf(note, "took back %d messages; up to", &taken)
	require.NoError(t, err)
	require.Less(t, taken, 20000)
	require.GreaterOrEqual(t, taken, 500)

	summary := d.summary()
	require.Equal(t, experiments.Interrupted, summary.Verdict)
	require.Empty(t, summary.Leftovers)
	require.Contains(t, d.says(0, "revert"), "Nothing is left of any run")
	c.restored()
}
