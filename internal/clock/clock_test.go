package clock_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"gameday/internal/clock"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var morning = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// story lets twenty strands of different rhythm write one log.
func story(t *testing.T, c *clock.Clock, length time.Duration) []string {
	t.Helper()
	var log []string
	var bell clock.Cond
	c.Run(func() {
		ctx, cancel := c.WithDeadline(context.Background(), c.Now().Add(length))
		defer cancel()
		g := clock.NewGroup(c)
		for i := range 20 {
			g.Go(func() error {
				for c.Sleep(ctx, time.Duration(i+1)*length/100) == nil {
					log = append(log, fmt.Sprintf("%s strand %d", c.Now().Sub(morning), i))
					c.Notify(&bell)
				}
				return nil
			})
		}
		g.Go(func() error {
			for c.Wait(ctx, &bell, time.Time{}) == nil {
				log = append(log, "bell")
			}
			return nil
		})
		require.NoError(t, g.Wait(ctx))
	})
	return log
}

func TestTheSameStrandsSeeTheSameTimesAtEverySpeed(t *testing.T) {
	instant := story(t, clock.Virtual(morning, 0), time.Minute)
	require.NotEmpty(t, instant)
	require.Equal(t, instant, story(t, clock.Virtual(morning, 0), time.Minute))
	require.Equal(t, instant, story(t, clock.Virtual(morning, 600), time.Minute))
}

func TestRealTimePasses(t *testing.T) {
	c := clock.Real()
	c.Run(func() {
		before := c.Now()
		require.NoError(t, c.Sleep(context.Background(), 20*time.Millisecond))
		require.GreaterOrEqual(t, c.Now().Sub(before), 20*time.Millisecond)
	})
}

func TestACancelledContextEndsASleepAtEverySpeed(t *testing.T) {
	reason := errors.New("enough")
	for _, speed := range []float64{0, 1, 60} {
		c := clock.Virtual(morning, speed)
		c.Run(func() {
			ctx, cancel := context.WithCancelCause(context.Background())
			c.Go(func() { cancel(reason) })
			require.ErrorIs(t, c.Sleep(ctx, time.Hour), reason)
			require.Less(t, c.Now().Sub(morning), time.Minute)
		})
	}
}

func TestPostReachesARunningClock(t *testing.T) {
	c := clock.Virtual(morning, 1)
	c.Run(func() {
		ctx, cancel := context.WithCancel(context.Background())
		go c.Post(cancel)
		require.Error(t, c.Sleep(ctx, time.Hour))
	})
}

func TestDeadlinesComeInClockTime(t *testing.T) {
	c := clock.Virtual(morning, 0)
	c.Run(func() {
		ctx, cancel := c.WithDeadline(context.Background(), morning.Add(time.Hour))
		defer cancel()
		require.ErrorIs(t, c.Sleep(ctx, 2*time.Hour), context.DeadlineExceeded)
		require.Equal(t, morning.Add(time.Hour), c.Now())
	})
}

func TestCallsOutsideRunAtTheSameTime(t *testing.T) {
	for _, speed := range []float64{0, 1, 60} {
		c := clock.Virtual(morning, speed)
		meeting := make(chan int)
		sum := 0
		c.Run(func() {
			c.Go(func() { c.Outside(func() { meeting <- 1 }); sum++ })
			c.Go(func() { c.Outside(func() { <-meeting }); sum++ })
		})
		require.Equal(t, 2, sum, "each waits for the other, so neither may hold the baton")
	}
}

func TestTimeStandsStillAtSpeedZeroWhileAStrandIsOutside(t *testing.T) {
	c := clock.Virtual(morning, 0)
	c.Run(func() {
		inside := make(chan struct{})
		c.Go(func() { c.Outside(func() { <-inside }) })
		c.Go(func() {
			defer close(inside)
			require.Equal(t, morning, c.Now())
		})
	})
}

func BenchmarkThirtyMinutesWithTwentyStrands(b *testing.B) {
	for b.Loop() {
		c := clock.Virtual(morning, 0)
		c.Run(func() {
			for range 20 {
				c.Go(func() {
					for range 360 {
						_ = c.Sleep(context.Background(), 5*time.Second)
					}
				})
			}
		})
	}
}
