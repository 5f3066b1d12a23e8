package injectors_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/stretchr/testify/require"

	"gameday/injectors"
	"gameday/injectors/injectortest"
	"gameday/internal/sandbox"
)

// receive takes up to ten messages as a consumer would, for so long.
func receive(s *injectortest.Stage, url string, hidden time.Duration) []types.Message {
	out, err := sqs.NewFromConfig(s.AWS()).ReceiveMessage(s.Ctx, &sqs.ReceiveMessageInput{
		QueueUrl: aws.String(url), MaxNumberOfMessages: 10, WaitTimeSeconds: 1, VisibilityTimeout: int32(hidden.Seconds()),
		MessageAttributeNames: []string{"All"}, MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"},
	})
	require.NoError(s.T, err)
	return out.Messages
}

// depth is how many messages of a queue are visible.
func depth(s *injectortest.Stage, url string) int {
	return count(s, url, types.QueueAttributeNameApproximateNumberOfMessages)
}

func count(s *injectortest.Stage, url string, which types.QueueAttributeName) int {
	out, err := sqs.NewFromConfig(s.AWS()).GetQueueAttributes(s.Ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: aws.String(url), AttributeNames: []types.QueueAttributeName{which},
	})
	require.NoError(s.T, err)
	n, err := strconv.Atoi(out.Attributes[string(which)])
	require.NoError(s.T, err)
	return n
}

func backlog(s *injectortest.Stage, messages int, more map[string]any) injectors.Injector {
	all := map[string]any{"queue_url": orders, "messages": messages}
	for name, value := range more {
		all[name] = value
	}
	return newFault(s, "sqs_backlog", all)
}

func TestMessagesAreMarkedAndCarryWhatWasAskedFor(t *testing.T) {
	injectortest.Play(t, spec(withQueues(0)), 1, func(s *injectortest.Stage) {
		f := backlog(s, 3, map[string]any{"body": "hello", "attributes": map[string]string{"tenant": "t1"}})
		plan := injected(s, f)
		require.Equal(s.T, []string{"arn:aws:sqs:eu-west-1:111122223333:orders"}, plan.Targets)
		require.Equal(s.T, injectors.QueueTouched{QueueURL: orders}, plan.Outputs)
		messages := receive(s, orders, time.Minute)
		require.Len(s.T, messages, 3)
		for _, m := range messages {
			require.Equal(s.T, "hello", *m.Body)
			require.Equal(s.T, "t1", *m.MessageAttributes["tenant"].StringValue)
			require.Equal(s.T, injectortest.Run+"/"+injectortest.Block, *m.MessageAttributes["gameday"].StringValue)
		}
	})
}

func TestARateIsKeptOnTheClock(t *testing.T) {
	for _, c := range []struct {
		perSecond float64
		messages  int
	}{{0.5, 5}, {7, 70}, {250, 2500}, {3000, 30000}} {
		t.Run(fmt.Sprint(c.perSecond), func(t *testing.T) {
			injectortest.Play(t, spec(withQueues(0)), 1, func(s *injectortest.Stage) {
				f := backlog(s, c.messages, map[string]any{"per_second": c.perSecond})
				plan, began := planned(s, f), s.Clock.Now()
				s.Clock.Go(func() {
					half := time.Duration(float64(c.messages) / c.perSecond / 2 * float64(time.Second))
					_ = s.Clock.Sleep(s.Ctx, half)
					require.InDelta(s.T, c.messages/2, depth(s, orders), float64(c.messages)/20+2)
				})
				require.NoError(s.T, f.Inject(s.Ctx, plan))
				require.Equal(s.T, c.messages, depth(s, orders))
				last := time.Duration(float64(c.messages-1) / c.perSecond * float64(time.Second))
				require.InDelta(s.T, last.Seconds(), s.Clock.Now().Sub(began).Seconds(), 0.2+9/c.perSecond)
			})
		})
	}
}

func TestTwentyThousandMessagesGoAndComeBackInSeconds(t *testing.T) {
	injectortest.Play(t, spec(withQueues(5)), 1, func(s *injectortest.Stage) {
		f, began := backlog(s, 20000, nil), s.Clock.Now()
		plan := injected(s, f)
		require.Equal(s.T, 20000, depth(s, orders))
		require.Less(s.T, s.Clock.Now().Sub(began), 5*time.Second)
		began = s.Clock.Now()
		require.Equal(s.T, "took back all 20,000 messages", reverted(s, f, plan))
		require.Zero(s.T, depth(s, orders))
		require.Less(s.T, s.Clock.Now().Sub(began), 15*time.Second)
	})
}

func TestOthersMessagesStayAndAreVisibleAtOnce(t *testing.T) {
	injectortest.Play(t, spec(withQueues(5)), 1, func(s *injectortest.Stage) {
		sendOthers(s, 37)
		f := backlog(s, 500, nil)
		plan := injected(s, f)
		reverted(s, f, plan)
		require.Equal(s.T, 37, depth(s, orders))
		require.Zero(s.T, count(s, orders, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible))
		for _, m := range receive(s, orders, time.Minute) {
			require.Equal(s.T, "somebody's", *m.Body)
			require.Equal(s.T, "2", m.Attributes["ApproximateReceiveCount"], "the sweep received it once, and this")
		}
		require.NotContains(s.T, s.Actions(), "sqs:PurgeQueue")
	})
}

func TestAnotherFaultsMessagesAreOthers(t *testing.T) {
	injectortest.Play(t, spec(withQueues(0)), 1, func(s *injectortest.Stage) {
		k, _ := injectors.Standard().Find("sqs_backlog")
		env := s.Env()
		env.Block = "inject.second"
		second := k.New(env)
		injectortest.Configure(s.T, second, map[string]any{"queue_url": orders, "messages": 30})
		first := backlog(s, 40, nil)
		plan, other := injected(s, first), injected(s, second)
		require.Equal(s.T, "took back all 40 messages", reverted(s, first, plan))
		require.Equal(s.T, 30, depth(s, orders))
		require.Equal(s.T, "took back all 30 messages", reverted(s, second, other))
	})
}

func TestWhatConsumersTookIsReported(t *testing.T) {
	of := spec(withQueues(0))
	of.Queues[0].ConsumesPerSecond = 100
	injectortest.Play(t, of, 1, func(s *injectortest.Stage) {
		f := backlog(s, 5000, nil)
		plan := injected(s, f)
		s.Sleep(20 * time.Second)
		require.Regexp(s.T, `^took back 2,\d\d\d messages; up to 2,\d\d\d more were planned: consumed before, or never sent$`, reverted(s, f, plan))
		require.Equal(s.T, "found none of its messages", reverted(s, f, plan))
	})
}

func TestABusyQueueCountsAsSwept(t *testing.T) {
	of := spec(withQueues(0))
	of.Queues[0].ArrivesPerSecond, of.Queues[0].ConsumesPerSecond = 40, 20
	injectortest.Play(t, of, 1, func(s *injectortest.Stage) {
		f := backlog(s, 3000, nil)
		plan, began := injected(s, f), s.Clock.Now()
		ctx, cancel := s.Clock.WithDeadline(s.Ctx, began.Add(2*time.Minute))
		defer cancel()
		_, err := f.Revert(ctx, plan)
		require.NoError(s.T, err)
		require.InDelta(s.T, 20*s.Clock.Now().Sub(began).Seconds(), depth(s, orders), 200, "what was held is given back")
	})
}

func TestOthersMessagesAreReceivedOnlyOnceHoweverLongTheSweepTakes(t *testing.T) {
	injectortest.Play(t, spec(withQueues(5)), 1, func(s *injectortest.Stage) {
		sendOthers(s, 25)
		f := backlog(s, 20000, nil)
		plan, began := injected(s, f), s.Clock.Now()
		s.Account.SetWeather(sandbox.Weather{Latency: sandbox.Span{Min: time.Second, Max: time.Second}})
		require.Equal(s.T, "took back all 20,000 messages", reverted(s, f, plan))
		s.Account.SetWeather()
		require.Greater(s.T, s.Clock.Now().Sub(began), 2*time.Minute)
		for range 3 {
			for _, m := range receive(s, orders, time.Minute) {
				require.Equal(s.T, "2", m.Attributes["ApproximateReceiveCount"], "the sweep received it once, and this")
			}
		}
	})
}

func TestMessagesInTheDeadLetterQueueAreTakenBackToo(t *testing.T) {
	injectortest.Play(t, spec(withQueues(3)), 1, func(s *injectortest.Stage) {
		f := backlog(s, 30, nil)
		plan := injected(s, f)
		for range 5 * 30 / 10 { // a consumer that fails three times with some of them
			receive(s, orders, time.Second)
			s.Sleep(time.Second)
		}
		require.NotZero(s.T, depth(s, dead))
		require.Regexp(s.T, `^took back all 30 messages, \d+ of them from the dead-letter queue$`, reverted(s, f, plan))
		require.Zero(s.T, depth(s, dead)+depth(s, orders))
	})
}

func TestMessagesInFlightAreWaitedFor(t *testing.T) {
	injectortest.Play(t, spec(withQueues(0)), 1, func(s *injectortest.Stage) {
		f := backlog(s, 30, nil)
		plan := injected(s, f)
		require.Len(s.T, receive(s, orders, 30*time.Second), 10)
		require.Equal(s.T, "took back all 30 messages", reverted(s, f, plan))
	})
}

func TestMessagesThatConsumersHoldForHoursAreLeftovers(t *testing.T) {
	of := spec(withQueues(0))
	of.Queues[0].VisibilityTimeout = 6 * time.Hour
	injectortest.Play(t, of, 1, func(s *injectortest.Stage) {
		f := backlog(s, 30, nil)
		plan := injected(s, f)
		receive(s, orders, 6*time.Hour)
		_, err := f.Revert(s.Ctx, plan)
		var left *injectors.LeftoverError
		require.ErrorAs(s.T, err, &left)
		require.Equal(s.T, []string{"up to 10 messages with the attribute gameday = " + injectortest.Run + "/" + injectortest.Block + " on " + orders}, left.Left)
		s.Sleep(6 * time.Hour)
		reverted(s, f, plan)
		require.Zero(s.T, depth(s, orders))
	})
}

func TestDelayedMessagesAreWaitedFor(t *testing.T) {
	injectortest.Play(t, spec(withQueues(0)), 1, func(s *injectortest.Stage) {
		_, err := sqs.NewFromConfig(s.AWS()).SetQueueAttributes(s.Ctx, &sqs.SetQueueAttributesInput{
			QueueUrl: aws.String(orders), Attributes: map[string]string{"DelaySeconds": "90"},
		})
		require.NoError(s.T, err)
		f := backlog(s, 30, nil)
		require.Equal(s.T, "took back all 30 messages", reverted(s, f, injected(s, f)))
	})
}

func TestOthersMessagesNearTheirLastAttemptStopTheSweep(t *testing.T) {
	injectortest.Play(t, spec(withQueues(3)), 1, func(s *injectortest.Stage) {
		sendOthers(s, 40)
		receive(s, orders, time.Second) // ten of them are at their second attempt next
		s.Sleep(2 * time.Second)
		f := backlog(s, 200, nil)
		plan := injected(s, f)
		_, err := f.Revert(s.Ctx, plan)
		var left *injectors.LeftoverError
		require.ErrorAs(s.T, err, &left)
		require.Contains(s.T, left.Why, "maxReceiveCount is 3")
		require.Len(s.T, left.Left, 1)
		require.Equal(s.T, 240, depth(s, orders), "given back at once")
		require.Zero(s.T, depth(s, dead))
	})
}

func TestAQueueThatGivesUpEarlyIsNotReceivedFrom(t *testing.T) {
	for _, maxReceives := range []int{1, 2} {
		injectortest.Play(t, spec(withQueues(maxReceives)), 1, func(s *injectortest.Stage) {
			f := backlog(s, 20, nil)
			plan := planned(s, f)
			require.Equal(s.T, "found none of its messages", reverted(s, f, plan), "an empty queue is no danger")
			require.NoError(s.T, f.Inject(s.Ctx, plan))
			_, err := f.Revert(s.Ctx, plan)
			var left *injectors.LeftoverError
			require.ErrorAs(s.T, err, &left)
			require.Contains(s.T, left.Left[0], "up to 20 messages")
			require.Equal(s.T, "1", receive(s, orders, time.Second)[0].Attributes["ApproximateReceiveCount"])
		})
	}
}

func TestEntriesThatFailAreSentAgainAndNoOthers(t *testing.T) {
	injectortest.Play(t, spec(withQueues(0)), 1, func(s *injectortest.Stage) {
		s.Account.SetWeather(sandbox.Weather{Partial: .2})
		injected(s, backlog(s, 1000, nil))
		s.Account.SetWeather()
		require.Equal(s.T, 1000, depth(s, orders))
	})
}

func TestAMessageThatIsTooBigForItsQueueIsNoPlan(t *testing.T) {
	injectortest.Play(t, spec(withQueues(0)), 1, func(s *injectortest.Stage) {
		_, err := sqs.NewFromConfig(s.AWS()).SetQueueAttributes(s.Ctx, &sqs.SetQueueAttributesInput{
			QueueUrl: aws.String(orders), Attributes: map[string]string{"MaximumMessageSize": "1024"},
		})
		require.NoError(s.T, err)
		_, err = backlog(s, 1, map[string]any{"body": fmt.Sprintf("%2000d", 0)}).Plan(s.Ctx)
		require.ErrorContains(s.T, err, "takes at most 1024")
	})
}

func TestBigMessagesGoInSmallBatches(t *testing.T) {
	injectortest.Play(t, spec(withQueues(0)), 1, func(s *injectortest.Stage) {
		injected(s, backlog(s, 5, map[string]any{"body": fmt.Sprintf("%400000d", 0)}))
		require.Equal(s.T, 5, depth(s, orders))
		require.Equal(s.T, 3, s.Changes(), "two fit into one call")
	})
}

func TestAStoppedFloodSaysWhy(t *testing.T) {
	injectortest.Play(t, spec(withQueues(0)), 1, func(s *injectortest.Stage) {
		enough := errors.New("enough")
		ctx, cancel := context.WithCancelCause(s.Ctx)
		f := backlog(s, 10000, map[string]any{"per_second": 100.0})
		plan := planned(s, f)
		s.Clock.Go(func() {
			_ = s.Clock.Sleep(s.Ctx, 10*time.Second)
			cancel(enough)
		})
		began := s.Clock.Now()
		require.ErrorIs(s.T, f.Inject(ctx, plan), enough)
		require.InDelta(s.T, 10, s.Clock.Now().Sub(began).Seconds(), 0.2)
		require.InDelta(s.T, 1000, depth(s, orders), 20)
	})
}
