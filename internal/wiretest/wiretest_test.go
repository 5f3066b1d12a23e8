package wiretest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/stretchr/testify/require"

	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/wiretest"
)

// on runs f on a strand of a real clock, with a session that talks to the endpoint.
func on(t *testing.T, endpoint string, f func(context.Context, *clock.Clock, *cloud.Session)) {
	t.Helper()
	wiretest.Isolate(t)
	c := clock.Real()
	cfg, err := cloud.Load(t.Context(), cloud.Settings{Region: "eu-west-1", EndpointURL: endpoint}, c)
	require.NoError(t, err)
	c.Run(func() { f(t.Context(), c, cloud.NewSession(cfg, c, 1, "20261122-021200-4f9a")) })
}

// flood sends batches of ten messages from many strands at once.
func flood(ctx context.Context, c *clock.Clock, client *sqs.Client, queue *string, strands, batches int) error {
	group := clock.NewGroup(c)
	for range strands {
		group.Go(func() error {
			for range batches {
				var entries []sqstypes.SendMessageBatchRequestEntry
				for i := range 10 {
					entries = append(entries, sqstypes.SendMessageBatchRequestEntry{
						Id: aws.String(fmt.Sprint(i)), MessageBody: aws.String("one"),
					})
				}
				_, err := client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: queue, Entries: entries})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait(ctx)
}

func TestAFloodGoesOverTheWire(t *testing.T) {
	on(t, wiretest.StartFauxqs(t), func(ctx context.Context, c *clock.Clock, s *cloud.Session) {
		account, _, err := s.Identity(ctx)
		require.NoError(t, err)
		require.Len(t, account, 12)

		client := sqs.NewFromConfig(s.Config())
		queue, err := client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String("orders")})
		require.NoError(t, err)

		var r cloud.Recorder
		begun := c.Now()
		require.NoError(t, flood(cloud.Record(ctx, &r), c, client, queue.QueueUrl, 16, 25))
		t.Logf("%.0f messages a second", 4000/c.Now().Sub(begun).Seconds())

		got, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
			QueueUrl:       queue.QueueUrl,
			AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameApproximateNumberOfMessages},
		})
		require.NoError(t, err)
		require.Equal(t, "4000", got.Attributes["ApproximateNumberOfMessages"])
		require.Equal(t, 400, s.Calls()["sqs:SendMessageBatch"])
		require.Contains(t, s.Actions(), "sqs:SendMessage")

		sent, answered, ok := r.First()
		require.True(t, ok)
		require.WithinRange(t, sent, begun, answered)
		earliest, latest := s.ToAWS(sent, answered)
		require.WithinRange(t, time.Now(), earliest, latest.Add(time.Minute))
		require.Less(t, latest.Sub(earliest), 3*time.Second)
	})
}

func TestATopicReachesItsQueueOverTheWire(t *testing.T) {
	on(t, wiretest.StartFauxqs(t), func(ctx context.Context, _ *clock.Clock, s *cloud.Session) {
		queues, topics := sqs.NewFromConfig(s.Config()), sns.NewFromConfig(s.Config())
		queue, err := queues.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String("tap")})
		require.NoError(t, err)
		topic, err := topics.CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String("pages")})
		require.NoError(t, err)
		found, err := queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
			QueueUrl: queue.QueueUrl, AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameQueueArn},
		})
		require.NoError(t, err)
		_, err = topics.Subscribe(ctx, &sns.SubscribeInput{
			TopicArn: topic.TopicArn, Protocol: aws.String("sqs"), Endpoint: aws.String(found.Attributes["QueueArn"]),
		})
		require.NoError(t, err)
		_, err = topics.Publish(ctx, &sns.PublishInput{TopicArn: topic.TopicArn, Message: aws.String("wake up")})
		require.NoError(t, err)

		got, err := queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: queue.QueueUrl, WaitTimeSeconds: 10})
		require.NoError(t, err)
		require.Len(t, got.Messages, 1)
		require.Contains(t, aws.ToString(got.Messages[0].Body), "wake up")
	})
}

func TestInstancesStopOverTheWire(t *testing.T) {
	on(t, wiretest.StartMoto(t), func(ctx context.Context, _ *clock.Clock, s *cloud.Session) {
		client := ec2.NewFromConfig(s.Config())
		images, err := client.DescribeImages(ctx, &ec2.DescribeImagesInput{Owners: []string{"amazon"}})
		require.NoError(t, err)
		require.NotEmpty(t, images.Images)
		run, err := client.RunInstances(ctx, &ec2.RunInstancesInput{
			ImageId: images.Images[0].ImageId, MinCount: aws.Int32(2), MaxCount: aws.Int32(2),
			InstanceType: ec2types.InstanceTypeT3Micro,
		})
		require.NoError(t, err)
		id := aws.ToString(run.Instances[0].InstanceId)
		_, err = client.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{id}})
		require.NoError(t, err)
		got, err := client.DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
		require.NoError(t, err)
		require.Equal(t, ec2types.InstanceStateNameStopped, got.Reservations[0].Instances[0].State.Name)

		groups, err := autoscaling.NewFromConfig(s.Config()).DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{})
		require.NoError(t, err)
		require.Empty(t, groups.AutoScalingGroups)
	})
}
