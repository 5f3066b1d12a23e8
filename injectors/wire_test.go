package injectors_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/stretchr/testify/require"

	"gameday/injectors"
	"gameday/injectors/injectortest"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/wiretest"
)

// wire is an emulator that gameday's authors did not write, over real HTTP and in real time.
type wire struct {
	t   *testing.T
	ctx context.Context
	env injectors.Env
}

func onTheWire(t *testing.T, start func(testing.TB) string, f func(w wire)) {
	if testing.Short() {
		t.Skip("takes real time")
	}
	endpoint := start(t)
	wiretest.Isolate(t)
	c := clock.Real()
	cfg, err := cloud.Load(t.Context(), cloud.Settings{Region: region, EndpointURL: endpoint}, c)
	require.NoError(t, err)
	c.Run(func() {
		session := cloud.NewSession(cfg, c, 1, injectortest.Run)
		f(wire{t, t.Context(), injectors.Env{AWS: session.Config(), Clock: c, Run: injectortest.Run, Block: injectortest.Block}})
	})
}

func (w wire) fault(kind string, attributes map[string]any) injectors.Injector {
	k, ok := injectors.Standard().Find(kind)
	require.True(w.t, ok)
	f := k.New(w.env)
	injectortest.Configure(w.t, f, attributes)
	return f
}

// planned returns the plan as it comes back from a journal.
func (w wire) planned(f injectors.Injector) injectors.Plan {
	plan, err := f.Plan(w.ctx)
	require.NoError(w.t, err)
	text, err := json.Marshal(plan)
	require.NoError(w.t, err)
	var read injectors.Plan
	require.NoError(w.t, json.Unmarshal(text, &read))
	return read
}

func (w wire) createQueue(name string, attributes map[string]string) (url, arn string) {
	client := sqs.NewFromConfig(w.env.AWS)
	made, err := client.CreateQueue(w.ctx, &sqs.CreateQueueInput{QueueName: aws.String(name), Attributes: attributes})
	require.NoError(w.t, err)
	return *made.QueueUrl, w.queueAttribute(*made.QueueUrl, types.QueueAttributeNameQueueArn)
}

func (w wire) queueAttribute(url string, name types.QueueAttributeName) string {
	out, err := sqs.NewFromConfig(w.env.AWS).GetQueueAttributes(w.ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: aws.String(url), AttributeNames: []types.QueueAttributeName{name},
	})
	require.NoError(w.t, err)
	return out.Attributes[string(name)]
}

func TestABacklogGoesAndComesBackOverTheWire(t *testing.T) {
	onTheWire(t, wiretest.StartFauxqs, func(w wire) {
		_, deadARN := w.createQueue("orders-dead", nil)
		url, _ := w.createQueue("orders", map[string]string{
			"RedrivePolicy": `{"deadLetterTargetArn":"` + deadARN + `","maxReceiveCount":"5"}`,
		})
		for range 7 {
			_, err := sqs.NewFromConfig(w.env.AWS).SendMessage(w.ctx, &sqs.SendMessageInput{QueueUrl: aws.String(url), MessageBody: aws.String("somebody's")})
			require.NoError(w.t, err)
		}
		f, began := w.fault("sqs_backlog", map[string]any{"queue_url": url, "messages": 20000}), time.Now()
		plan := w.planned(f)
		require.NoError(w.t, f.Inject(w.ctx, plan))
		require.Equal(w.t, "20007", w.queueAttribute(url, types.QueueAttributeNameApproximateNumberOfMessages))
		sent := time.Now()
		note, err := f.Revert(w.ctx, plan)
		require.NoError(w.t, err)
		require.Equal(w.t, "took back all 20,000 messages", note)
		require.Equal(w.t, "7", w.queueAttribute(url, types.QueueAttributeNameApproximateNumberOfMessages))
		w.t.Logf("sent in %s, taken back in %s", sent.Sub(began), time.Since(sent))
	})
}

func TestABacklogGoesToAFIFOQueueOverTheWire(t *testing.T) {
	onTheWire(t, wiretest.StartFauxqs, func(w wire) {
		url, _ := w.createQueue("orders.fifo", map[string]string{"FifoQueue": "true"})
		f := w.fault("sqs_backlog", map[string]any{"queue_url": url, "messages": 500})
		plan := w.planned(f)
		require.NoError(w.t, f.Inject(w.ctx, plan))
		note, err := f.Revert(w.ctx, plan)
		require.NoError(w.t, err)
		require.Equal(w.t, "took back all 500 messages", note)
	})
}

func TestATapOpensAndClosesOverTheWire(t *testing.T) {
	onTheWire(t, wiretest.StartFauxqs, func(w wire) {
		topics := sns.NewFromConfig(w.env.AWS)
		made, err := topics.CreateTopic(w.ctx, &sns.CreateTopicInput{Name: aws.String("page-primary")})
		require.NoError(w.t, err)
		row, _ := injectors.Standard().FindTap("sns_message")
		tap := row.New(w.env, *made.TopicArn)
		plan := w.planned(tap)
		require.NoError(w.t, tap.Inject(w.ctx, plan))
		_, err = topics.Publish(w.ctx, &sns.PublishInput{TopicArn: made.TopicArn, Message: aws.String("wake up")})
		require.NoError(w.t, err)
		out, err := sqs.NewFromConfig(w.env.AWS).ReceiveMessage(w.ctx, &sqs.ReceiveMessageInput{
			QueueUrl: aws.String(tap.(injectors.Opened).Opened().QueueURL), WaitTimeSeconds: 5, MaxNumberOfMessages: 10,
		})
		require.NoError(w.t, err)
		require.Len(w.t, out.Messages, 1)
		require.Contains(w.t, *out.Messages[0].Body, "wake up")

		_, err = row.New(w.env, *made.TopicArn).Revert(w.ctx, plan)
		require.NoError(w.t, err)
		left, err := topics.ListSubscriptionsByTopic(w.ctx, &sns.ListSubscriptionsByTopicInput{TopicArn: made.TopicArn})
		require.NoError(w.t, err)
		require.Empty(w.t, left.Subscriptions)
		queues, err := sqs.NewFromConfig(w.env.AWS).ListQueues(w.ctx, &sqs.ListQueuesInput{})
		require.NoError(w.t, err)
		require.Empty(w.t, strings.Join(queues.QueueUrls, " "))
	})
}

func TestInstancesStopAndStartOverTheWire(t *testing.T) {
	onTheWire(t, wiretest.StartMoto, func(w wire) {
		client := ec2.NewFromConfig(w.env.AWS)
		made, err := client.RunInstances(w.ctx, &ec2.RunInstancesInput{
			ImageId: aws.String("ami-12345678"), MinCount: aws.Int32(2), MaxCount: aws.Int32(2),
			TagSpecifications: []ec2types.TagSpecification{{
				ResourceType: ec2types.ResourceTypeInstance, Tags: []ec2types.Tag{{Key: aws.String("app"), Value: aws.String("checkout")}},
			}},
		})
		require.NoError(w.t, err)
		row, _ := injectors.Standard().FindTarget("ec2_instances")
		target := row.New(w.env)
		injectortest.Configure(w.t, target, map[string]any{"tags": map[string]string{"app": "checkout"}})
		found, err := target.Resolve(w.ctx)
		require.NoError(w.t, err)
		require.Len(w.t, found, len(made.Instances))

		f := w.fault("ec2_stop", map[string]any{"instance_ids": []string{found[0].ID, found[1].ID}})
		plan := w.planned(f)
		require.NoError(w.t, f.Inject(w.ctx, plan))
		found, err = target.Resolve(w.ctx)
		require.NoError(w.t, err)
		require.Empty(w.t, found, "none is running")
		_, err = f.Revert(w.ctx, plan)
		require.NoError(w.t, err)
		found, err = target.Resolve(w.ctx)
		require.NoError(w.t, err)
		require.Len(w.t, found, len(made.Instances))
	})
}
