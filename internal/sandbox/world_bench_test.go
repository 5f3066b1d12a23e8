package sandbox

import (
	"context"
	"testing"
	"time"

	"gameday/internal/clock"
)

// BenchmarkThirtyQuietMinutes is what an account costs by itself: ten alarms, half of them evaluated every 10 s, two groups
// and a queue.
func BenchmarkThirtyQuietMinutes(b *testing.B) {
	spec := fleet(exactly(time.Second), exactly(time.Second))
	spec.Account, spec.Region = "111122223333", "eu-west-1"
	spec.Queues = []QueueSpec{{Name: "orders", ArrivesPerSecond: 40, ConsumesPerSecond: 50}}
	for i := range 10 {
		period := time.Minute
		if i%2 == 0 {
			period = 10 * time.Second
		}
		spec.Alarms = append(spec.Alarms, AlarmSpec{
			Name: string(rune('a' + i)), Watch: Ref{"sqs_queue", "orders", "visible"}, Above: number(1000), Period: period, Periods: 3,
		})
	}
	for b.Loop() {
		c := clock.Virtual(dawn, 0)
		c.Run(func() {
			a, err := New(spec, c, 1)
			if err != nil {
				b.Error(err)
				return
			}
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			a.Start(ctx)
			if err := c.Sleep(ctx, 30*time.Minute); err != nil {
				b.Error(err)
			}
		})
	}
}
