package sandbox

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"gameday/internal/clock"
)

// everywhere makes one call to each service.
func (v *visitor) everywhere() map[string]error {
	config := v.account.Config()
	config.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	answers := map[string]error{}
	_, answers["SQS"] = v.sqs.ListQueues(v, &sqs.ListQueuesInput{})
	_, answers["SNS"] = v.sns.ListTopics(v, &sns.ListTopicsInput{})
	_, answers["STS"] = v.sts.GetCallerIdentity(v, &sts.GetCallerIdentityInput{})
	_, answers["EC2"] = ec2.NewFromConfig(config).DescribeInstances(v, &ec2.DescribeInstancesInput{})
	_, answers["Auto Scaling"] = autoscaling.NewFromConfig(config).DescribeAutoScalingGroups(v, &autoscaling.DescribeAutoScalingGroupsInput{})
	_, answers["CloudWatch"] = cloudwatch.NewFromConfig(config).DescribeAlarms(v, &cloudwatch.DescribeAlarmsInput{})
	_, answers["SSM"] = ssm.NewFromConfig(config).DescribeAutomationExecutions(v, &ssm.DescribeAutomationExecutionsInput{})
	_, answers["S3"] = s3.NewFromConfig(config).ListObjectsV2(v, &s3.ListObjectsV2Input{Bucket: aws.String("ledger")})
	return answers
}

func TestThrottlingLooksAsEachServicesOwnAndIsRetried(t *testing.T) {
	visitAccount(t, Spec{}, 1, func(v *visitor) {
		v.account.SetWeather(Weather{Throttle: 1})
		for service, err := range v.everywhere() {
			throttle := retry.IsErrorThrottles(retry.DefaultThrottles)
			require.Equal(t, aws.TrueTernary, throttle.IsErrorThrottle(err), "%s: %v", service, err)
			require.True(t, retry.NewStandard().IsErrorRetryable(err), "%s: %v", service, err)
			var response *awshttp.ResponseError
			require.ErrorAs(t, err, &response)
			want := 400
			if service == "EC2" || service == "S3" {
				want = 503
			}
			require.Equal(t, want, response.HTTPStatusCode(), service)
			require.NotEmpty(t, response.RequestID)
		}
	})
}

func TestAServiceThatBreaksIsRetried(t *testing.T) {
	visitAccount(t, Spec{}, 1, func(v *visitor) {
		v.account.SetWeather(Weather{Error: 1})
		for service, err := range v.everywhere() {
			require.True(t, retry.NewStandard().IsErrorRetryable(err), "%s: %v", service, err)
			var api smithy.APIError
			require.ErrorAs(t, err, &api)
			require.Equal(t, smithy.FaultServer, api.ErrorFault())
			var response *awshttp.ResponseError
			require.ErrorAs(t, err, &response)
			require.Equal(t, 500, response.HTTPStatusCode(), service)
		}
	})
}

func TestACallersOwnMistakeIsNotRetried(t *testing.T) {
	visitAccount(t, Spec{}, 1, func(v *visitor) {
		_, err := v.sqs.GetQueueUrl(v, &sqs.GetQueueUrlInput{QueueName: aws.String("nobody")})
		require.False(t, retry.NewStandard().IsErrorRetryable(err))
	})
}

func TestALostAnswerLooksLikeABrokenConnectionButTheCallIsDone(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{}), 1, func(v *visitor) {
		v.account.SetWeather(Weather{Lose: 1, Services: []string{"SQS.SendMessage"}})
		_, err := v.sqs.SendMessage(v, &sqs.SendMessageInput{QueueUrl: v.queue, MessageBody: aws.String("x")})
		require.ErrorIs(t, err, errLost)
		require.True(t, retry.NewStandard().IsErrorRetryable(err))
		require.False(t, errors.As(err, new(smithy.APIError)))
		require.Equal(t, 1, v.visible())
	})
}

func TestADoubledCallIsDoneTwice(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{}), 1, func(v *visitor) {
		v.account.SetWeather(Weather{Double: 1, Services: []string{"SQS.SendMessage"}})
		v.send("x")
		require.Equal(t, 2, v.visible())
		require.Equal(t, []string{"x", "x"}, bodies(v.take()))
	})
}

func TestReorderedCallsOvertakeEachOther(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{}), 1, func(v *visitor) {
		v.account.SetWeather(Weather{Reorder: 0.5, Services: []string{"SQS.SendMessage"}})
		g := clock.NewGroup(v.clock)
		order := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
		for _, body := range order {
			g.Go(func() error { v.send(body); return nil })
			v.sleep(50 * time.Millisecond)
		}
		require.NoError(t, g.Wait(v))
		arrived := bodies(v.take())
		require.ElementsMatch(t, order, arrived)
		require.NotEqual(t, order, arrived)
	})
}

func TestEntriesOfABatchMayFailAlone(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{}), 1, func(v *visitor) {
		v.account.SetWeather(Weather{Partial: 0.5})
		in := &sqs.SendMessageBatchInput{QueueUrl: v.queue}
		for _, id := range []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"} {
			in.Entries = append(in.Entries, types.SendMessageBatchRequestEntry{Id: aws.String(id), MessageBody: aws.String("x")})
		}
		out, err := v.sqs.SendMessageBatch(v, in)
		require.NoError(t, err)
		require.NotEmpty(t, out.Failed)
		require.Len(t, out.Successful, 10-len(out.Failed))
		require.False(t, out.Failed[0].SenderFault)
		require.Equal(t, len(out.Successful), v.visible())
	})
}

func TestWeatherHoldsForItsWindowAndServicesOnly(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{}), 1, func(v *visitor) {
		v.account.SetWeather(
			Weather{Services: []string{"SQS"}, From: 10 * time.Second, Until: 20 * time.Second, Error: 1},
			Weather{Latency: Span{Min: time.Second, Max: 2 * time.Second}},
		)
		ask := func() (time.Duration, error) {
			sent := v.clock.Now()
			_, err := v.sqs.ListQueues(v, &sqs.ListQueuesInput{})
			return v.clock.Now().Sub(sent), err
		}
		took, err := ask()
		require.NoError(t, err)
		require.Greater(t, took, time.Second)
		v.sleep(10 * time.Second)
		_, err = ask()
		require.Error(t, err)
		_, err = v.sts.GetCallerIdentity(v, &sts.GetCallerIdentityInput{})
		require.NoError(t, err)
		v.sleep(10 * time.Second)
		_, err = ask()
		require.NoError(t, err)
		v.account.SetWeather()
		took, err = ask()
		require.NoError(t, err)
		require.LessOrEqual(t, took, 40*time.Millisecond)
	})
}
