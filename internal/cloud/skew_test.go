package cloud_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"gameday/internal/cloud"
)

func TestBeforeAnyAnswerNothingIsKnownOfAWSsClock(t *testing.T) {
	d := newDouble(fine)
	on(t, d, func(_ context.Context, s *cloud.Session) {
		earliest, latest := s.ToAWS(morning, morning)
		require.GreaterOrEqual(t, latest.Sub(earliest), 10*time.Minute)
	})
}

func TestEveryAnswerCutsWhatIsKnownAndNeverTheTruth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDouble(fine)
		d.ahead = time.Duration(rapid.Int64Range(-int64(time.Hour), int64(time.Hour)).Draw(t, "ahead"))
		gaps := rapid.SliceOfN(rapid.Int64Range(0, int64(3*time.Second)), 1, 20).Draw(t, "gaps")
		d.clock.Run(func() {
			s := cloud.NewSession(d.config(), d.clock, 1, "run")
			before := time.Hour
			for _, gap := range gaps {
				_ = d.clock.Sleep(context.Background(), time.Duration(gap))
				if err := send(context.Background(), s.Config()); err != nil {
					t.Fatal(err)
				}
				earliest, latest := s.ToAWS(morning, morning)
				truth := morning.Add(d.ahead)
				if truth.Before(earliest) || truth.After(latest) {
					t.Fatalf("AWS's clock is %s ahead, but was taken for %s to %s", d.ahead, earliest.Sub(morning), latest.Sub(morning))
				}
				if latest.Sub(earliest) > before {
					t.Fatalf("an answer widened %s to %s", before, latest.Sub(earliest))
				}
				before = latest.Sub(earliest)
			}
		})
	})
}

func TestAfterManyAnswersTheClocksDifferByARoundTripAtMost(t *testing.T) {
	d := newDouble(fine)
	d.ahead = 2345 * time.Millisecond
	on(t, d, func(ctx context.Context, s *cloud.Session) {
		for range 40 {
			require.NoError(t, d.clock.Sleep(ctx, 77*time.Millisecond))
			require.NoError(t, send(ctx, s.Config()))
		}
		earliest, latest := s.ToAWS(morning, morning)
		require.LessOrEqual(t, latest.Sub(earliest), 1100*time.Millisecond, "the double takes a second to answer")
	})
}

func TestAClockThatStepsIsFollowed(t *testing.T) {
	d := newDouble(fine)
	on(t, d, func(ctx context.Context, s *cloud.Session) {
		require.NoError(t, send(ctx, s.Config()))
		d.ahead = time.Minute
		require.NoError(t, send(ctx, s.Config()))
		earliest, latest := s.ToAWS(morning, morning)
		require.WithinRange(t, morning.Add(time.Minute), earliest, latest)
		require.LessOrEqual(t, latest.Sub(earliest), 2*time.Second)
	})
}
