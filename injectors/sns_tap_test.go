package injectors_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/stretchr/testify/require"

	"gameday/injectors"
	"gameday/injectors/injectortest"
)

func newTap(s *injectortest.Stage, subject string) injectors.Injector {
	tap, ok := injectors.Standard().FindTap("sns_message")
	require.True(s.T, ok)
	return tap.New(s.Env(), subject)
}

// publish publishes as somebody else.
func publish(s *injectortest.Stage, message string) {
	_, err := sns.NewFromConfig(s.AWS()).Publish(s.Ctx, &sns.PublishInput{TopicArn: aws.String(topic), Message: aws.String(message)})
	require.NoError(s.T, err)
}

func TestAnOpenTapHearsItsTopicAndNothingElse(t *testing.T) {
	injectortest.Play(t, spec(withTopic), 1, func(s *injectortest.Stage) {
		tap := newTap(s, topic)
		plan := injected(s, tap)
		opened := tap.(injectors.Opened).Opened()
		require.Equal(s.T, plan.Outputs, opened, "AWS's convention")
		publish(s, "wake up")
		client := sqs.NewFromConfig(s.AWS())
		out, err := client.ReceiveMessage(s.Ctx, &sqs.ReceiveMessageInput{
			QueueUrl: aws.String(opened.QueueURL), MaxNumberOfMessages: 10, WaitTimeSeconds: 10,
		})
		require.NoError(s.T, err)
		require.Len(s.T, out.Messages, 1, "the proof is gone")
		require.Contains(s.T, *out.Messages[0].Body, `"Timestamp"`, "the envelope says when it was published")
		require.Contains(s.T, *out.Messages[0].Body, "wake up")
	})
}

func TestOpeningATapPublishesNothing(t *testing.T) {
	injectortest.Play(t, spec(withTopic), 1, func(s *injectortest.Stage) {
		injected(s, newTap(s, topic))
		require.NotContains(s.T, s.Actions(), "sns:Publish")
	})
}

func TestATapIsClosedWhileItsSubscriptionIsPending(t *testing.T) {
	injectortest.Play(t, spec(withTopic), 1, func(s *injectortest.Stage) {
		before := s.Account.Snapshot()
		tap := newTap(s, topic)
		plan := planned(s, tap)
		_, err := sqs.NewFromConfig(s.AWS()).CreateQueue(s.Ctx, &sqs.CreateQueueInput{QueueName: aws.String(queueName(plan))})
		require.NoError(s.T, err)
		_, err = sns.NewFromConfig(s.AWS()).Subscribe(s.Ctx, &sns.SubscribeInput{
			TopicArn: aws.String(topic), Protocol: aws.String("sqs"), Endpoint: aws.String(plan.Targets[0]),
		})
		require.NoError(s.T, err)
		reverted(s, tap, plan)
		require.Equal(s.T, before, s.Account.Snapshot())
	})
}

func queueName(p injectors.Plan) string {
	return p.Targets[0][len("arn:aws:sqs:eu-west-1:111122223333:"):]
}

func TestATapIsOpenedAgainOnceItsNameIsFree(t *testing.T) {
	injectortest.Play(t, spec(withTopic), 1, func(s *injectortest.Stage) {
		tap := newTap(s, topic)
		reverted(s, tap, injected(s, tap))
		began := s.Clock.Now()
		injected(s, newTap(s, topic))
		require.Greater(s.T, s.Clock.Now().Sub(began), 30*time.Second, "SQS refuses the name of a deleted queue for a minute")
	})
}

func TestMessagesThatComeBeforeTheProofAreNotLost(t *testing.T) {
	injectortest.Play(t, spec(withTopic), 1, func(s *injectortest.Stage) {
		s.Clock.Go(func() {
			for !subscribed(s) {
				s.Sleep(10 * time.Millisecond)
			}
			for range 5 {
				publish(s, "real")
			}
		})
		tap := newTap(s, topic)
		injected(s, tap)
		s.Sleep(10 * time.Second)
		url := tap.(injectors.Opened).Opened().QueueURL
		require.Equal(s.T, 5, count(s, url, types.QueueAttributeNameApproximateNumberOfMessages))
	})
}

// subscribed says whether the topic has a confirmed subscription.
func subscribed(s *injectortest.Stage) bool {
	out, err := sns.NewFromConfig(s.AWS()).ListSubscriptionsByTopic(s.Ctx, &sns.ListSubscriptionsByTopicInput{TopicArn: aws.String(topic)})
	require.NoError(s.T, err)
	return len(out.Subscriptions) == 1 && *out.Subscriptions[0].SubscriptionArn != "PendingConfirmation"
}

func TestATopicOfAnotherAccountIsRefused(t *testing.T) {
	injectortest.Play(t, spec(withTopic), 1, func(s *injectortest.Stage) {
		_, err := newTap(s, "arn:aws:sns:eu-west-1:999988887777:page").Plan(s.Ctx)
		require.Error(s.T, err)
		_, err = newTap(s, "page-primary").Plan(s.Ctx)
		require.ErrorContains(s.T, err, "plan to hear topic page-primary")
	})
}

func TestTwoTopicsOfARunHaveTwoQueues(t *testing.T) {
	both := spec(withTopic, withTopic)
	both.Topics[1].Name = "page-secondary"
	injectortest.Play(t, both, 1, func(s *injectortest.Stage) {
		first, second := newTap(s, topic), newTap(s, "arn:aws:sns:eu-west-1:111122223333:page-secondary")
		one, other := injected(s, first), injected(s, second)
		require.NotEqual(s.T, one.Targets, other.Targets)
		reverted(s, first, one)
		publish(s, "for nobody")
		require.NotEmpty(s.T, second.(injectors.Opened).Opened().QueueURL)
	})
}
