package sandbox

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/stretchr/testify/require"

	"gameday/internal/chance"
	"gameday/internal/clock"
)

func TestTheBacklogGrowsWithArrivalsAndIsWorkedOff(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{ArrivesPerSecond: 60, ConsumesPerSecond: 50}), 1, func(v *visitor) {
		v.sleep(100 * time.Second)
		require.InDelta(t, 1000, v.account.queueVisible("orders"), 2)
		v.account.setQueueRate("orders", "consumes_per_second", 110)
		v.sleep(10 * time.Second)
		require.InDelta(t, 500, v.account.queueVisible("orders"), 5)
		v.sleep(11 * time.Second)
		require.Equal(t, 0.0, v.account.queueVisible("orders"))
		v.account.setQueueRate("orders", "arrives_per_second", 0)
		v.sleep(time.Hour)
		v.account.setQueueRate("orders", "arrives_per_second", 111)
		v.sleep(10 * time.Second)
		require.InDelta(t, 10, v.account.queueVisible("orders"), 2, "idle consumers do not save up")
	})
}

func TestTheDepthDoesNotDependOnHowOftenSomebodyLooks(t *testing.T) {
	depth := func(every time.Duration) (depth float64) {
		visitAccount(t, ordersQueue(QueueSpec{ArrivesPerSecond: 40, ConsumesPerSecond: 50}), 1, func(v *visitor) {
			v.account.queues.byURL[*v.queue].line.push(run{count: 5000, organic: true})
			for v.clock.Now().Sub(v.account.began) < 200*time.Second {
				v.sleep(every)
				depth = v.account.queueVisible("orders")
			}
		})
		return depth
	}
	require.InDelta(t, 3000, depth(200*time.Second), 1)
	require.InDelta(t, 3000, depth(5*time.Second), 1)
	require.InDelta(t, 3000, depth(7*time.Millisecond), 1)
}

func TestConsumersTakeTheOldestFirstAndOnlyWhatIsVisible(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{}), 1, func(v *visitor) {
		v.send("a", "b", "c", "d")
		out, err := v.sqs.ReceiveMessage(v, &sqs.ReceiveMessageInput{QueueUrl: v.queue, WaitTimeSeconds: 1, VisibilityTimeout: 60})
		require.NoError(t, err)
		require.Equal(t, []string{"a"}, bodies(out.Messages), "a is in flight now")
		v.account.setQueueRate("orders", "consumes_per_second", 1)
		v.sleep(2100 * time.Millisecond)
		v.account.setQueueRate("orders", "consumes_per_second", 0)
		require.Equal(t, []string{"d"}, bodies(v.take()))
		v.sleep(time.Minute)
		require.Equal(t, []string{"a", "d"}, bodies(v.take()), "both are visible again, the older first")
	})
}

func TestCountsAreAsStaleAsTheirLag(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{DepthLag: 30 * time.Second}), 1, func(v *visitor) {
		v.sleep(10 * time.Second)
		v.flood(100)
		require.Equal(t, 100.0, v.account.queueVisible("orders"))
		v.sleep(25 * time.Second)
		require.Equal(t, 0, v.visible())
		v.sleep(7 * time.Second)
		require.Equal(t, 100, v.visible())
	})
}

func TestThirtyMinutesOfTrafficCostNothing(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{ArrivesPerSecond: 1e4, ConsumesPerSecond: 9e3}), 1, func(v *visitor) {
		v.sleep(30 * time.Minute)
		require.InDelta(t, 1.8e6, v.account.queueVisible("orders"), 5)
		require.LessOrEqual(t, len(v.account.queues.byURL[*v.queue].line.runs), 40, "alike messages share a run")
		require.Len(t, v.take(), 10, "its own traffic can be received, too")
	})
}

func TestAMillionMessagesFitAndComeBackInOrder(t *testing.T) {
	var l line
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	now := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	for i := range 100_000 {
		l.push(run{first: uint64(i * 10), count: 10, sent: now.Add(time.Duration(i)), body: "flood"})
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	require.Less(t, (after.HeapAlloc-before.HeapAlloc)>>20, uint64(32), "MiB")
	require.Equal(t, 1_000_000, l.length)
	require.Equal(t, 999_990, l.take(999_990, 1<<60))
	for i := range 10 {
		m, ok := l.pop()
		require.True(t, ok)
		require.Equal(t, uint64(999_990+i), m.place)
	}
	_, ok := l.pop()
	require.False(t, ok)
}

func TestTakingFromALineStopsBeforeAnOlderMessage(t *testing.T) {
	var l line
	l.push(run{first: 0, count: 5, body: "a"})
	l.push(run{first: 6, count: 5, body: "b"})
	require.Equal(t, 5, l.take(100, 6))
	require.Equal(t, 0, l.take(100, 6))
	require.Equal(t, 2, l.take(100, 8))
	require.Equal(t, 3, l.length)
	require.Equal(t, 3, l.own)
}

func TestTheSameSeedTellsTheSameStory(t *testing.T) {
	story := func(seed int64) (log []string) {
		visitAccount(t, ordersQueue(QueueSpec{ArrivesPerSecond: 3, ConsumesPerSecond: 2}), chance.Seed(seed), func(v *visitor) {
			v.account.SetWeather(Weather{Throttle: 0.2, Lose: 0.1, Double: 0.1, Reorder: 0.2})
			g := clock.NewGroup(v.clock)
			for i := range 5 {
				g.Go(func() error {
					for j := range 10 {
						_, err := v.sqs.SendMessage(v, &sqs.SendMessageInput{QueueUrl: v.queue, MessageBody: new(fmt.Sprint(i, j))})
						log = append(log, fmt.Sprint(v.clock.Now(), i, j, err))
						out, err := v.sqs.ReceiveMessage(v, &sqs.ReceiveMessageInput{QueueUrl: v.queue, MaxNumberOfMessages: 3})
						if err == nil {
							log = append(log, fmt.Sprint(v.clock.Now(), bodies(out.Messages)))
						}
					}
					return nil
				})
			}
			require.NoError(t, g.Wait(v))
		})
		return log
	}
	require.Equal(t, story(1), story(1))
	require.NotEqual(t, story(1), story(2))
}

func TestConsumersTakeWhatBecameVisibleAgainInItsTurn(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{VisibilityTimeout: time.Second}), 1, func(v *visitor) {
		v.send("a", "b")
		require.Len(t, v.take(), 2)
		v.send("c", "d")
		v.sleep(time.Second)
		v.account.setQueueRate("orders", "consumes_per_second", 1)
		v.sleep(3100 * time.Millisecond)
		v.account.setQueueRate("orders", "consumes_per_second", 0)
		require.Equal(t, []string{"d"}, bodies(v.take()))
	})
}

func TestALongPollWakesWithTheQueuesOwnTraffic(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{ArrivesPerSecond: 0.25}), 1, func(v *visitor) {
		out, err := v.sqs.ReceiveMessage(v, &sqs.ReceiveMessageInput{QueueUrl: v.queue, WaitTimeSeconds: 20})
		require.NoError(t, err)
		require.Len(t, out.Messages, 1)
		require.InDelta(t, 4.0, v.clock.Now().Sub(v.account.began).Seconds(), 0.1)
	})
}

func TestOnlySoManyMessagesAreInFlight(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{}), 1, func(v *visitor) {
		q := v.account.queues.byURL[*v.queue]
		q.line.push(run{count: mostInFlight + 5, body: "x"})
		v.account.queues.grab(q, mostInFlight-4, time.Hour)
		require.Len(t, v.take(), 4)
		require.Empty(t, v.take(), "a long poll finds nothing")
		_, err := v.sqs.ReceiveMessage(v, &sqs.ReceiveMessageInput{QueueUrl: v.queue})
		require.ErrorAs(t, err, new(*types.OverLimit))
	})
}
