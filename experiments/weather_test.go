package experiments_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/chance"
	"gameday/internal/sandbox"
)

// stormy draws a weather from a seed: some of everything, for a part of the run or all of it.
func stormy(seed chance.Seed) sandbox.Weather {
	draw := seed.Stream("weather", "test")
	rate := func(most float64) float64 {
		if draw.IntN(2) == 0 {
			return 0
		}
		return draw.Float64() * most
	}
	w := sandbox.Weather{
		Throttle: rate(0.4), Error: rate(0.2), Lose: rate(0.1), Double: rate(0.2), Reorder: rate(0.2),
		Latency: sandbox.Span{Max: time.Duration(draw.IntN(3000)) * time.Millisecond},
	}
	if draw.IntN(2) == 0 {
		w.From = time.Duration(draw.IntN(300)) * time.Second
		w.Until = w.From + time.Duration(draw.IntN(300))*time.Second
	}
	return w
}

func TestWhateverTheWeatherAVerdictIsThatOfFairWeatherOrInconclusive(t *testing.T) {
	if testing.Short() {
		t.Skip("thirty stormy rehearsals take some seconds")
	}
	for _, name := range []string{"library/checkout", "library/actions-disabled", "library/sqs-backlog"} {
		s := open(t, name)
		decisive := 0
		for seed := range 10 {
			s.seed = chance.Seed(seed + 1)
			fair := &memory{}
			_, err := s.play(t, fair, nil)
			require.NoError(t, err)
			storm := stormy(s.seed)
			foul := &memory{}
			var finished experiments.RunFinished
			s.perform(t, func(on troupe) {
				ready, err := on.engine.Prepare(on.ctx, s.experiment)
				require.NoError(t, err)
				on.account.SetWeather(storm)
				finished = ready.Do(on.ctx, experiments.Options{Journal: foul})
			})
			for _, d := range events[experiments.AssertionDecided](foul) {
				if d.Verdict == experiments.Inconclusive {
					continue
				}
				decisive++
				was := decided(t, fair, d.Name)
				assert.Equal(t, was.Verdict, d.Verdict, "%s, seed %d, %s: %s, in fair weather %s; %+v", name, s.seed, d.Name, d.Reason, was.Reason, storm)
			}
			assert.Equal(t, len(finished.Leftovers), len(experiments.Unfinished(foul.records)), "what is not reverted is listed")
		}
		require.Positive(t, decisive)
	}
}
