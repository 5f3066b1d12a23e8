package experiments_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/chance"
	"gameday/internal/sandbox"
	"gameday/scenarios"
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
		Throttle: rate(0.4), Error: rate(0.2), Lose: rate(0.1), Double: rate(0.2), Reorder: rate(0.2), Partial: rate(0.1),
		Latency: sandbox.Span{Max: time.Duration(draw.IntN(3000)) * time.Millisecond},
	}
	if draw.IntN(2) == 0 {
		w.From = time.Duration(draw.IntN(300)) * time.Second
		w.Until = w.From + time.Duration(draw.IntN(300))*time.Second
	}
	return w
}

// blackout is a weather in which nothing works, or no answer arrives, from some moment on for a while, or for good.
func blackout(seed chance.Seed) sandbox.Weather {
	draw := seed.Stream("blackout", "test")
	w := sandbox.Weather{From: time.Duration(1+draw.IntN(200)) * time.Second}
	if draw.IntN(2) == 0 {
		w.Until = w.From + time.Duration(1+draw.IntN(3600))*time.Second
	}
	for _, rate := range []*float64{&w.Error, &w.Lose, &w.Throttle} {
		*rate = float64(draw.IntN(2))
	}
	return w
}

// through plays the stage in a weather that begins once it is prepared, then in a clear sky reverts what is left. It
// returns the journal, and how the run and the later revert ended.
func (s *stage) through(t *testing.T, storm sandbox.Weather, before any) (*memory, experiments.RunFinished) {
	t.Helper()
	journal := &memory{}
	var finished experiments.RunFinished
	s.perform(t, func(on troupe) {
		ready, err := on.engine.Plan(on.ctx, s.experiment)
		require.NoError(t, err)
		on.account.SetWeather(storm)
		finished = ready.Do(on.ctx, experiments.Options{Journal: journal})
		where := fmt.Sprintf("seed %d, %+v", s.seed, storm)
		assert.Less(t, on.clock.Now().Sub(curtain()), s.longest(), "%s: the run does not end", where)
		listed := []string{}
		for _, left := range finished.Leftovers {
			listed = append(listed, left.What)
		}
		unfinished := []string{}
		for _, left := range experiments.Unfinished(journal.records) {
			unfinished = append(unfinished, left.What)
		}
		assert.ElementsMatch(t, unfinished, listed, "%s: what is not reverted is listed", where)
		if before == nil {
			return
		}
		on.account.SetWeather()
		left := s.resume(t, on, on.account, &memory{records: journal.records})
		assert.Empty(t, left, where)
		require.NoError(t, on.clock.Sleep(on.ctx, calm))
		assert.Equal(t, before, on.account.Snapshot(), where)
	})
	return journal, finished
}

// longest is how long a run can take at most, whatever happens: its timeout, then half an hour for each thing to revert.
func (s *stage) longest() time.Duration {
	return s.experiment.Timeout + time.Duration(len(s.experiment.Faults)+len(s.experiment.Asserts)+1)*30*time.Minute
}

func TestWhateverTheWeatherAVerdictIsThatOfFairWeatherOrInconclusive(t *testing.T) {
	if testing.Short() {
		t.Skip("stormy rehearsals take some seconds")
	}
	stages := []*stage{}
	for _, entry := range scenarios.Library() {
		stages = append(stages, open(t, entry.Path))
	}
	decisive, open := 0, 0
	seeds := chaosSeeds(t, 24)
	for seed := range seeds {
		s := stages[seed%len(stages)]
		s.seed = chance.Seed(seed + 1)
		fair := &memory{}
		_, err := s.play(t, fair, nil)
		require.NoError(t, err)
		storm := stormy(s.seed)
		foul, _ := s.through(t, storm, nil)
		for _, d := range events[experiments.AssertionDecided](foul) {
			if d.Verdict == experiments.Inconclusive {
				open++
				continue
			}
			decisive++
			was := decided(t, fair, d.Name)
			assert.Equal(t, was.Verdict, d.Verdict, "%s, seed %d, %s: %s, in fair weather %s; %+v", s.experiment.Name, s.seed, d.Name, d.Reason, was.Reason, storm)
		}
	}
	require.Positive(t, decisive)
	t.Logf("%d seeds, %d claims decided as in fair weather, %d inconclusive", seeds, decisive, open)
}

func TestWhateverTheWeatherEveryFaultIsRevertedOrListed(t *testing.T) {
	s := build(t, story(everything), town)
	seeds, listed := chaosSeeds(t, 20), 0
	for seed := range seeds {
		s.seed = chance.Seed(seed + 1)
		before := s.untouched(t)
		storm := stormy(s.seed)
		if seed%3 == 0 {
			storm = blackout(s.seed)
		}
		_, finished := s.through(t, storm, before)
		if len(finished.Leftovers) > 0 {
			listed++
			assert.Equal(t, experiments.ExitNotReverted, finished.ExitCode)
		}
	}
	t.Logf("%d seeds, %d runs listed what they could not revert", seeds, listed)
}

func TestClocksThatAreFiveMinutesApartChangeNoVerdict(t *testing.T) {
	skews := []time.Duration{-5 * time.Minute, 5 * time.Minute}
	if thorough() {
		skews = append(skews, -90*time.Second, -1300*time.Millisecond, 700*time.Millisecond, 90*time.Second)
	}
	for _, entry := range scenarios.Library() {
		t.Run(entry.Name, func(t *testing.T) {
			s := open(t, entry.Path)
			for seed := range max(chaosSeeds(t, 8)/8, 1) {
				s.seed = chance.Seed(seed + 1)
				same := &memory{}
				_, err := s.play(t, same, nil)
				require.NoError(t, err)
				for _, skew := range skews {
					apart := &memory{}
					s.perform(t, func(on troupe) {
						on.account.Skew = skew
						ready, err := on.engine.Plan(on.ctx, s.experiment)
						require.NoError(t, err)
						finished := ready.Do(on.ctx, experiments.Options{Journal: apart})
						assert.Equal(t, entry.Verdict, string(finished.Verdict), "seed %d, %s: %s", s.seed, skew, finished.Error)
					})
					for _, d := range events[experiments.AssertionDecided](same) {
						is := decided(t, apart, d.Name)
						assert.Equal(t, [2]string{string(d.Verdict), string(d.Reason)}, [2]string{string(is.Verdict), string(is.Reason)},
							"seed %d, %s, %s: %s", s.seed, skew, d.Name, is.Observed)
					}
				}
			}
		})
	}
}

func TestARevertOnAHostWhoseClockIsWrongRestoresTheAccountToo(t *testing.T) {
	s := build(t, story(everything), town)
	for seed := range chaosSeeds(t, 3) {
		s.seed = chance.Seed(seed + 1)
		before := s.untouched(t)
		for _, skew := range []time.Duration{-5 * time.Minute, 5 * time.Minute} {
			s.perform(t, func(on troupe) {
				on.account.Skew = skew
				d := &doomed{at: 60 + seed%20, after: true}
				s.mends(t, on, s.runs(t, on, d), before, fmt.Sprintf("seed %d, %s, died at %s", s.seed, skew, d.where))
			})
		}
	}
}
