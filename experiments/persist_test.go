package experiments_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/sandbox"
)

func TestARevertKeepsTryingForMinutesWhatMayPass(t *testing.T) {
	for name, storm := range map[string]sandbox.Weather{"throttled": {Throttle: 1}, "broken": {Error: 1}, "silent": {Lose: 1}} {
		t.Run(name, func(t *testing.T) {
			s := build(t, story(everything), town)
			before := s.untouched(t)
			s.perform(t, func(on troupe) {
				records := s.runs(t, on, &doomed{at: 90, after: true})
				require.NotEmpty(t, experiments.Unfinished(records))
				began := on.clock.Now().Sub(curtain())
				storm.Services, storm.Until = []string{"SQS", "SNS", "EC2", "CloudWatch"}, began+8*time.Minute
				on.account.SetWeather(storm)
				s.mends(t, on, records, before, name)
			})
		})
	}
}

func TestARevertAsksAgainWhoItIsWhileAWSThrottles(t *testing.T) {
	s := build(t, story(everything), town)
	before := s.untouched(t)
	s.perform(t, func(on troupe) {
		records := s.runs(t, on, &doomed{at: 90, after: true})
		on.account.SetWeather(sandbox.Weather{Throttle: 1, Until: on.clock.Now().Sub(curtain()) + 8*time.Minute})
		s.mends(t, on, records, before, "throttled")
	})
}

func TestARevertThatDoesNotGetThroughListsWhatIsLeftAndLaterTakesItBack(t *testing.T) {
	s := build(t, story(everything), town)
	before := s.untouched(t)
	s.perform(t, func(on troupe) {
		records := s.runs(t, on, &doomed{at: 90, after: true})
		on.account.SetWeather(sandbox.Weather{Services: []string{"SQS"}, Throttle: 1})
		began := on.clock.Now()
		records, left, err := s.reverts(on, &doomed{}, records)
		require.NoError(t, err)
		assert.Less(t, on.clock.Now().Sub(began), 2*time.Hour)
		require.NotEmpty(t, left)
		for _, one := range left {
			assert.Contains(t, one.Reason, "Rate exceeded")
		}
		assert.Len(t, experiments.Unfinished(records), len(left))
		on.account.SetWeather()
		s.mends(t, on, records, before, "it cleared up")
	})
}
