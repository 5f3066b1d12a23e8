package journal

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gameday/experiments"
)

func TestABitThatFlipsAnywhereInAJournalIsAnError(t *testing.T) {
	_, events := aRun(t, 4)
	whole, err := os.ReadFile(events)
	require.NoError(t, err)
	for at := range whole {
		for bit := range 8 {
			flipped := bytes.Clone(whole)
			flipped[at] ^= 1 << bit
			read, err := readJournal(bytes.NewReader(flipped), EventsFile)
			if err == nil { // the first line lost its sum, which older journals do not have: nothing else is wrong with it
				require.Equal(t, someRecords(experiments.ModeRun, 4), read.records, "bit %d of byte %d: %s", bit, at, flipped)
			}
		}
	}
}

func TestALineOfAnotherRunIsRefused(t *testing.T) {
	dir, events := aRun(t, 3)
	foreign, err := lineOf(someRecords(experiments.ModeRun, 4)[3], 3, "20260101-000000-beef")
	require.NoError(t, err)
	rewrite(t, events, func(text string) string { return text + string(foreign) })
	_, err = Read(dir, runID)
	require.ErrorContains(t, err, "line 4: record 4 is damaged, or is of another run: its sum does not match")
}

func TestAJournalWithoutSumsIsReadAndContinuedWithThem(t *testing.T) {
	dir, events := aRun(t, 3)
	rewrite(t, events, func(text string) string {
		var plain strings.Builder
		for line := range strings.Lines(text) {
			body, _, found := cutSum([]byte(strings.TrimSuffix(line, "\n")))
			require.True(t, found)
			plain.Write(append(body, '\n'))
		}
		return plain.String()
	})
	f, records, err := Open(dir, runID)
	require.NoError(t, err)
	require.Equal(t, someRecords(experiments.ModeRun, 3), records)
	fill(t, f, someRecords(experiments.ModeRun, 5)[3:])
	require.NoError(t, f.Close())
	again, err := Read(dir, runID)
	require.NoError(t, err)
	require.Equal(t, someRecords(experiments.ModeRun, 5), again)
}
