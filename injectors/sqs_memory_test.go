package injectors_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gameday/injectors/injectortest"
)

// peak injects so many messages into a queue whose consumers keep up, and returns the most heap that was live meanwhile.
func peak(t testing.TB, messages int) uint64 {
	of := spec(withQueues(0))
	of.Queues[0].ConsumesPerSecond = 1e6
	var most uint64
	injectortest.Play(t, of, 1, func(s *injectortest.Stage) {
		f := backlog(s, messages, nil)
		plan := planned(s, f)
		length := time.Duration(messages) * time.Second / 7000 // about what the strands send
		s.Clock.Go(func() {
			for range 10 {
				if s.Clock.Sleep(s.Ctx, length/11) != nil {
					return
				}
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		})
		require.NoError(s.T, f.Inject(s.Ctx, plan))
		require.NotZero(s.T, most)
	})
	return most
}

func TestMemoryDoesNotGrowWithTheNumberOfMessages(t *testing.T) {
	few, many := peak(t, 2_000), peak(t, 50_000)
	require.Less(t, many, few+2<<20, "25 times the messages in the same memory, give or take 2 MiB")
}

func BenchmarkBacklog(b *testing.B) {
	for _, messages := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(messages), func(b *testing.B) {
			for b.Loop() {
				b.ReportMetric(float64(peak(b, messages))/(1<<20), "peak-MiB")
			}
		})
	}
}
