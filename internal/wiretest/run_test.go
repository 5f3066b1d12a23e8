package wiretest_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/wiretest"
)

func TestARunJudgesAPageByWhenItWasPublishedAndLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	c := newCheckout(t, wiretest.StartFauxqs(t))
	wire := startProxy(t, c.endpoint)
	d := newDesk(t, c.scenario(wire.endpoint, "messages = 20000"))

	run := d.start("run", "wire.hcl", "--yes", "--json", "--tick", "1s")
	eventually(t, "the fault to begin", func() bool { return len(d.events("fault.injecting")) > 0 })
	time.Sleep(time.Second)
	c.page("nothing to see here")
	time.Sleep(time.Second)
	sent, published := c.page("wake up, orders pile up")
	run.exits(0, time.Minute)

	begun := wire.seen("SendMessageBatch")[0]
	require.Len(t, wire.seen("SendMessageBatch"), 2000)
	for _, batch := range wire.seen("SendMessageBatch") {
		begun.came = earlier(begun.came, batch.came)
		begun.answered = earlier(begun.answered, batch.answered)
	}
	shortest, longest := sent.Sub(begun.answered), published.Sub(begun.came)

	summary := d.summary()
	require.Equal(t, experiments.Passed, summary.Verdict)
	require.Len(t, summary.Assertions, 1)
	paged := summary.Assertions[0]
	require.Equal(t, experiments.Passed, paged.Verdict)
	require.NotNil(t, paged.Latency)
	least, most := time.Duration(paged.Latency.Min), time.Duration(paged.Latency.Max)
	t.Logf("published %s to %s after the first message, gameday says %s to %s", shortest, longest, least, most)
	require.LessOrEqual(t, least, longest+time.Millisecond)
	require.GreaterOrEqual(t, most, shortest-time.Millisecond)
	require.Less(t, most-least, time.Second, "a whole second is what one Date header leaves open")
	require.InDelta(t, 2, most.Seconds(), 1)

	require.Equal(t, experiments.RevertedYes, summary.Faults[0].Reverted)
	require.Empty(t, summary.Leftovers)
	require.Equal(t, 2000, summary.APICalls["sqs:SendMessageBatch"])
	reverting, reverted := d.events("fault.reverting")[0], d.events("fault.reverted")[0]
	require.Equal(t, "took back all 20,000 messages", reverted.Note)
	t.Logf("20000 messages taken back in %s", reverted.Time.Sub(reverting.Time).Round(time.Millisecond))
	require.Equal(t, summary, lastLine(t, run.stdout.Bytes()), "--json ends with the summary")
	c.restored()
}

// summary reads summary.json of the only run.
func (d *desk) summary() experiments.Summary {
	d.t.Helper()
	text, err := os.ReadFile(filepath.Join(d.folder, ".gameday", "runs", d.run(), "summary.json"))
	require.NoError(d.t, err)
	var s experiments.Summary
	require.NoError(d.t, json.Unmarshal(text, &s))
	return s
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func lastLine(t *testing.T, text []byte) experiments.Summary {
	t.Helper()
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	var s experiments.Summary
	require.NoError(t, json.Unmarshal(lines[len(lines)-1], &s))
	return s
}
