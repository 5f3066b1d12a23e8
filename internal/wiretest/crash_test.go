package wiretest_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gameday/internal/wiretest"
)

func TestWhatAKilledProcessLeftBehindIsRevertedFromItsJournal(t *testing.T) {
	t.Parallel()
	c := newCheckout(t, wiretest.StartFauxqs(t))
	d := newDesk(t, c.scenario(c.endpoint, "messages = 20000"))

	killed := d.start("run", "wire.hcl", "--yes", "--tick", "1s")
	c.flooded(500)
	killed.send(syscall.SIGKILL)
	require.Equal(t, -1, killed.exit(time.Second))
	flood := c.depth() - len(c.others)
	require.Positive(t, flood)
	require.Less(t, flood, 20000, "it was to be killed in mid-flood")

	run := d.run()
	require.Regexp(t, `(?s)`+run+`.* not reverted, cut short `, d.says(0, "runs"))
	left := d.says(5, "revert")
	require.Contains(t, left, run)
	require.Contains(t, left, "inject.flood")
	require.Contains(t, left, "tap on "+c.topic)
	require.Contains(t, left, "gameday revert "+run)
	require.Contains(t, d.says(0, "show", run), "inject.flood")

	begun := time.Now()
	require.Contains(t, d.says(0, "revert", run), "Nothing is left of "+run)
	t.Logf("%d messages and a tap reverted within %s", flood, time.Since(begun).Round(time.Millisecond))
	require.Equal(t, "Nothing is left of "+run+".\n", d.says(0, "revert", run))
	require.Equal(t, "Nothing is left of any run.\n", d.says(0, "revert"))
	require.Contains(t, d.says(0, "show", run), "took back")
	c.restored()
}
