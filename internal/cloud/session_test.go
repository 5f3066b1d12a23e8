package cloud_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/stretchr/testify/require"

	"gameday/internal/cloud"
)

func send(ctx context.Context, cfg aws.Config) error {
	_, err := sqs.NewFromConfig(cfg).SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: aws.String("https://sqs.eu-west-1.amazonaws.com/111122223333/orders"), MessageBody: aws.String("one"),
	})
	return err
}

func list(ctx context.Context, cfg aws.Config) error {
	_, err := sqs.NewFromConfig(cfg).ListQueues(ctx, &sqs.ListQueuesInput{})
	return err
}

// fine answers every operation used here.
func fine(_ int, operation string) (any, error) {
	switch operation {
	case "SendMessage":
		return &sqs.SendMessageOutput{}, nil
	case "SendMessageBatch":
		return &sqs.SendMessageBatchOutput{}, nil
	case "ListQueues":
		return &sqs.ListQueuesOutput{}, nil
	case "DescribeAlarms":
		return &cloudwatch.DescribeAlarmsOutput{}, nil
	case "GetCallerIdentity":
		return &sts.GetCallerIdentityOutput{Account: aws.String("111122223333"), Arn: aws.String("arn:me")}, nil
	}
	return nil, errors.New("unexpected " + operation)
}

// on runs f on a strand, with a session that talks to d.
func on(t *testing.T, d *double, f func(ctx context.Context, s *cloud.Session)) {
	t.Helper()
	d.clock.Run(func() { f(t.Context(), cloud.NewSession(d.config(), d.clock, 1, "20260105-090000-abcd")) })
}

func TestThrottlingForAMinuteIsSurvived(t *testing.T) {
	d := newDouble(nil)
	d.answers = func(n int, operation string) (any, error) {
		if d.clock.Now().Before(morning.Add(time.Minute)) {
			return nil, refusal("ThrottlingException")
		}
		return fine(n, operation)
	}
	on(t, d, func(ctx context.Context, s *cloud.Session) {
		require.NoError(t, list(ctx, s.Config()))
		require.Less(t, len(d.requests), 20, "that would be a tight loop")
		require.Equal(t, map[string]int{"sqs:ListQueues": len(d.requests)}, s.Calls())
		require.Less(t, d.clock.Now().Sub(morning), 75*time.Second, "the end of the throttling is noticed soon")
	})
}

func TestThrottlingForGoodEndsWithTheReason(t *testing.T) {
	d := newDouble(func(int, string) (any, error) { return nil, refusal("ThrottlingException") })
	on(t, d, func(ctx context.Context, s *cloud.Session) {
		err := list(ctx, s.Config())
		require.ErrorContains(t, err, "tried")
		require.ErrorContains(t, err, "ThrottlingException")
		require.Contains(t, cloud.Hint(err), "quota")
		require.Less(t, d.clock.Now().Sub(morning), 3*time.Minute)
	})
}

func TestARefusalIsNotRetried(t *testing.T) {
	d := newDouble(func(int, string) (any, error) { return nil, refusal("AccessDeniedException") })
	on(t, d, func(ctx context.Context, s *cloud.Session) {
		require.ErrorContains(t, list(ctx, s.Config()), "AccessDeniedException")
		require.Len(t, d.requests, 1)
	})
}

func TestTheSameSeedBacksOffTheSameWay(t *testing.T) {
	story := func() []request {
		d := newDouble(func(n int, operation string) (any, error) {
			if n%4 != 0 {
				return nil, breakdown()
			}
			return fine(n, operation)
		})
		on(t, d, func(ctx context.Context, s *cloud.Session) {
			for range 5 {
				require.NoError(t, list(ctx, s.Config()))
			}
		})
		return d.requests
	}
	require.Len(t, story(), 20)
	require.Equal(t, story(), story())
}

func TestTheEndOfTheContextEndsARead(t *testing.T) {
	reason := errors.New("somebody pressed Ctrl-C")
	throttles := func(int, string) (any, error) { return nil, refusal("ThrottlingException") }
	for name, answers := range map[string]func(int, string) (any, error){"while sent": fine, "while held back": throttles} {
		t.Run(name, func(t *testing.T) {
			d := newDouble(answers)
			on(t, d, func(ctx context.Context, s *cloud.Session) {
				ctx, cancel := context.WithCancelCause(ctx)
				d.clock.Go(func() {
					_ = d.clock.Sleep(context.WithoutCancel(ctx), 500*time.Millisecond)
					cancel(reason)
				})
				require.ErrorIs(t, list(ctx, s.Config()), reason)
				require.Less(t, d.clock.Now().Sub(morning), 2*time.Second)
			})
		})
	}
}

func TestAMutatingRequestOnceSentIsWaitedFor(t *testing.T) {
	reason := errors.New("somebody pressed Ctrl-C")
	d := newDouble(fine)
	on(t, d, func(ctx context.Context, s *cloud.Session) {
		ctx, cancel := context.WithCancelCause(ctx)
		d.clock.Go(func() { cancel(reason) })
		require.NoError(t, send(ctx, s.Config()))
		require.Equal(t, time.Second, d.clock.Now().Sub(morning))

		require.ErrorIs(t, send(ctx, s.Config()), reason, "but the next is not sent")
		require.Len(t, d.requests, 1)
	})
}

func TestAMutatingCallIsNotTriedAgainOnceStopped(t *testing.T) {
	reason := errors.New("somebody pressed Ctrl-C")
	d := newDouble(func(int, string) (any, error) { return nil, breakdown() })
	on(t, d, func(ctx context.Context, s *cloud.Session) {
		ctx, cancel := context.WithCancelCause(ctx)
		d.clock.Go(func() { cancel(reason) })
		err := send(ctx, s.Config())
		require.ErrorIs(t, err, reason)
		require.ErrorContains(t, err, "InternalError", "what AWS said matters, too")
		require.Len(t, d.requests, 1)
	})
}

func TestRequestsKeepToAFifthOfTheQuotaAfterABurst(t *testing.T) {
	d := newDouble(fine)
	on(t, d, func(ctx context.Context, s *cloud.Session) {
		alarms := cloudwatch.NewFromConfig(s.Config())
		for range 30 {
			d.clock.Go(func() { _, _ = alarms.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{}) })
		}
	})
	require.Len(t, d.requests, 30)
	require.Equal(t, morning, d.requests[8].at, "one second's quota at once")
	require.InDelta(t, 21/1.8, d.requests[29].at.Sub(morning).Seconds(), 0.01, "then 1.8 a second")
}

func TestClientsOfOneSessionShareTheBudget(t *testing.T) {
	d := newDouble(fine)
	on(t, d, func(ctx context.Context, s *cloud.Session) {
		for range 10 {
			d.clock.Go(func() {
				_, _ = cloudwatch.NewFromConfig(s.Config()).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{})
			})
		}
	})
	require.True(t, d.requests[9].at.After(morning))
}

func TestMessagesAreNotHeldBack(t *testing.T) {
	d := newDouble(fine)
	on(t, d, func(ctx context.Context, s *cloud.Session) {
		for range 500 {
			d.clock.Go(func() { _ = send(ctx, s.Config()) })
		}
	})
	require.Len(t, d.requests, 500)
	require.Equal(t, morning, d.requests[499].at)
}

func TestARequestThatIsHeldBackIsNotSentOnceStopped(t *testing.T) {
	d := newDouble(fine)
	on(t, d, func(ctx context.Context, s *cloud.Session) {
		ctx, cancel := context.WithCancel(ctx)
		alarms := cloudwatch.NewFromConfig(s.Config())
		for range 30 {
			d.clock.Go(func() { _, _ = alarms.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{}) })
		}
		require.NoError(t, d.clock.Sleep(ctx, 10*time.Millisecond))
		cancel()
	})
	require.Len(t, d.requests, 9)
}

func TestActionsAreThoseOfIAM(t *testing.T) {
	d := newDouble(fine)
	on(t, d, func(ctx context.Context, s *cloud.Session) {
		account, arn, err := s.Identity(ctx)
		require.NoError(t, err)
		require.Equal(t, "111122223333", account)
		require.Equal(t, "arn:me", arn)

		_, err = sqs.NewFromConfig(s.Config()).SendMessageBatch(ctx, &sqs.SendMessageBatchInput{
			QueueUrl: aws.String("https://q"),
			Entries:  []types.SendMessageBatchRequestEntry{{Id: aws.String("1"), MessageBody: aws.String("one")}},
		})
		require.NoError(t, err)
		require.NoError(t, send(ctx, s.Config()))
		_, err = cloudwatch.NewFromConfig(s.Config()).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{})
		require.NoError(t, err)

		require.Equal(t, []string{"cloudwatch:DescribeAlarms", "sqs:SendMessage"}, s.Actions(),
			"batches need the action of the single call; asking who I am needs none")
		require.Equal(t, map[string]int{
			"cloudwatch:DescribeAlarms": 1, "sqs:SendMessage": 1, "sqs:SendMessageBatch": 1, "sts:GetCallerIdentity": 1,
		}, s.Calls())
	})
}
