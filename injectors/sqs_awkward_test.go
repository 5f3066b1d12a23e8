package injectors_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/stretchr/testify/require"

	"gameday/injectors/injectortest"
	"gameday/internal/sandbox"
)

func TestMessagesThatWereSentTwiceAreTakenBackEvenWhereAConsumerHoldsSome(t *testing.T) {
	injectortest.Play(t, spec(withQueues(0)), 1, func(s *injectortest.Stage) {
		s.Account.SetWeather(sandbox.Weather{Services: []string{"SQS.SendMessageBatch"}, Double: 1})
		f := backlog(s, 10, nil)
		plan := injected(s, f)
		s.Account.SetWeather()
		require.Equal(s.T, 20, depth(s, orders))
		require.Len(s.T, receive(s, orders, 30*time.Second), 10)
		require.Contains(s.T, reverted(s, f, plan), "20 messages")
		require.Zero(s.T, depth(s, orders)+count(s, orders, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible))
	})
}

func TestASweepDoesNotTrustTheClocksToAgree(t *testing.T) {
	for _, skew := range []time.Duration{-5 * time.Minute, 0, 5 * time.Minute} {
		busy := spec(withQueues(0))
		busy.Skew, busy.Queues[0].ArrivesPerSecond, busy.Queues[0].ConsumesPerSecond = skew, 40, 20
		injectortest.Play(t, busy, 1, func(s *injectortest.Stage) {
			f := backlog(s, 3000, nil)
			plan, began := injected(s, f), s.Clock.Now()
			reverted(s, f, plan)
			require.Less(s.T, s.Clock.Now().Sub(began), 2*time.Minute, "what arrives meanwhile keeps no sweep going, clocks %s apart", skew)
		})
		calm := spec(withQueues(0))
		calm.Skew = skew
		injectortest.Play(t, calm, 1, func(s *injectortest.Stage) {
			sendOthers(s, 400)
			f := backlog(s, 50, nil)
			require.Contains(s.T, reverted(s, f, injected(s, f)), " 50 messages", "behind others' messages, clocks %s apart", skew)
			require.Equal(s.T, 400, depth(s, orders))
		})
	}
}
