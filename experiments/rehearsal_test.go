package experiments_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/chance"
	"gameday/scenarios"
)

func TestEveryScenarioOfTheLibraryEndsAsItsHeaderSays(t *testing.T) {
	library := scenarios.Library()
	require.GreaterOrEqual(t, len(library), 8)
	for _, entry := range library {
		t.Run(entry.Name, func(t *testing.T) {
			s := open(t, entry.Path)
			for seed := range 5 {
				s.seed = chance.Seed(seed + 1)
				journal := &memory{}
				finished, err := s.play(t, journal, nil)
				require.NoError(t, err)
				assert.Equal(t, entry.Verdict, string(finished.Verdict), "seed %d: %s", s.seed, finished.Error)
				assert.Empty(t, finished.Leftovers)
				assert.Equal(t, finished.Verdict, experiments.Summarize(journal.records).Verdict, "the summary says the same")
			}
		})
	}
}

func TestInTheSharedExampleEverybodyIsPagedInOrder(t *testing.T) {
	journal := &memory{}
	finished, err := open(t, "library/checkout").play(t, journal, nil)
	require.NoError(t, err)
	require.Equal(t, experiments.Passed, finished.Verdict, finished.Error)
	primary, secondary := decided(t, journal, "primary_paged"), decided(t, journal, "secondary_paged")
	assert.True(t, primary.Moment.Latest.Before(secondary.Moment.Earliest))
	assert.Equal(t, experiments.Passed, decided(t, journal, "on_call").Verdict)
	assert.Equal(t, experiments.Passed, decided(t, journal, "drain_orders").Verdict)
}
