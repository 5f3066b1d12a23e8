package wiretest_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/stretchr/testify/require"
)

// bare is a configuration that owes nothing to gameday.
func bare(endpoint string) aws.Config {
	return aws.Config{
		Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		BaseEndpoint: aws.String(endpoint),
	}
}

// accountOf asks an emulator whose account it plays.
func accountOf(t *testing.T, endpoint string) string {
	t.Helper()
	who, err := sts.NewFromConfig(bare(endpoint)).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	require.NoError(t, err)
	return aws.ToString(who.Account)
}

// checkout is an account with a queue, on which other people's messages lie, and a topic.
type checkout struct {
	t        *testing.T
	endpoint string
	account  string
	queues   *sqs.Client
	topics   *sns.Client
	queue    string // URL
	topic    string // ARN
	others   []message
}

// message is somebody's message on the queue.
type message struct {
	ID, Body   string
	Attributes map[string]string
}

func newCheckout(t *testing.T, endpoint string) *checkout {
	t.Helper()
	c := &checkout{
		t: t, endpoint: endpoint, account: accountOf(t, endpoint),
		queues: sqs.NewFromConfig(bare(endpoint)), topics: sns.NewFromConfig(bare(endpoint)),
	}
	queue, err := c.queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("orders")})
	require.NoError(t, err)
	topic, err := c.topics.CreateTopic(t.Context(), &sns.CreateTopicInput{Name: aws.String("page")})
	require.NoError(t, err)
	c.queue, c.topic = aws.ToString(queue.QueueUrl), aws.ToString(topic.TopicArn)
	c.order(nil)
	c.order(map[string]string{"gameday": "20200101-000000-0000/inject.flood"}) // another run's
	for n := range 40 {
		c.order(map[string]string{"order": strconv.Itoa(n)})
	}
	return c
}

// order puts one of other people's messages on the queue.
func (c *checkout) order(attributes map[string]string) {
	c.t.Helper()
	m := message{Body: fmt.Sprintf(`{"order":%d}`, len(c.others)), Attributes: map[string]string{}}
	in := &sqs.SendMessageInput{QueueUrl: &c.queue, MessageBody: &m.Body, MessageAttributes: map[string]sqstypes.MessageAttributeValue{}}
	for name, value := range attributes {
		m.Attributes[name] = value
		in.MessageAttributes[name] = sqstypes.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String(value)}
	}
	out, err := c.queues.SendMessage(c.t.Context(), in)
	require.NoError(c.t, err)
	m.ID = aws.ToString(out.MessageId)
	c.others = append(c.others, m)
}

// page publishes on the topic, and returns when it was asked for and when it was answered.
func (c *checkout) page(text string) (sent, answered time.Time) {
	c.t.Helper()
	sent = time.Now()
	_, err := c.topics.Publish(c.t.Context(), &sns.PublishInput{TopicArn: &c.topic, Message: aws.String(text)})
	require.NoError(c.t, err)
	return sent, time.Now()
}

// depth returns how many messages the queue holds, hidden ones included.
func (c *checkout) depth() int {
	c.t.Helper()
	out, err := c.queues.GetQueueAttributes(c.t.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: &c.queue, AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameAll},
	})
	require.NoError(c.t, err)
	depth := 0
	for _, name := range []string{"", "NotVisible", "Delayed"} {
		n, err := strconv.Atoi(out.Attributes["ApproximateNumberOfMessages"+name])
		require.NoError(c.t, err)
		depth += n
	}
	return depth
}

// flooded waits until a part of a fault's messages is on the queue.
func (c *checkout) flooded(messages int) {
	c.t.Helper()
	eventually(c.t, "a part of the flood on the queue", func() bool { return c.depth() >= len(c.others)+messages })
}

// drain takes every message that can be received at once.
func (c *checkout) drain() []message {
	c.t.Helper()
	var all []message
	for empty := 0; empty < 2; {
		out, err := c.queues.ReceiveMessage(c.t.Context(), &sqs.ReceiveMessageInput{
			QueueUrl: &c.queue, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, MessageAttributeNames: []string{"All"},
		})
		require.NoError(c.t, err)
		if len(out.Messages) == 0 {
			empty++
		}
		for _, found := range out.Messages {
			m := message{ID: aws.ToString(found.MessageId), Body: aws.ToString(found.Body), Attributes: map[string]string{}}
			for name, value := range found.MessageAttributes {
				m.Attributes[name] = aws.ToString(value.StringValue)
			}
			all = append(all, m)
		}
	}
	return all
}

// restored demands that the account is as it was: other people's messages are on the queue, the same ones and visible, and
// nothing else is; no tap is left.
func (c *checkout) restored() {
	c.t.Helper()
	require.Equal(c.t, len(c.others), c.depth())
	require.ElementsMatch(c.t, c.others, c.drain())
	queues, err := c.queues.ListQueues(c.t.Context(), &sqs.ListQueuesInput{})
	require.NoError(c.t, err)
	require.Equal(c.t, []string{c.queue}, queues.QueueUrls)
	subscriptions, err := c.topics.ListSubscriptions(c.t.Context(), &sns.ListSubscriptionsInput{})
	require.NoError(c.t, err)
	require.Empty(c.t, subscriptions.Subscriptions)
}

// scenario floods the queue and waits to be paged. The settings are those of the fault.
func (c *checkout) scenario(endpoint, settings string) string {
	return fmt.Sprintf(`scenario "wire" {
  timeout = "5m"
}

aws {
  region       = "us-east-1"
  accounts     = [%q]
  endpoint_url = %q
}

inject "sqs_backlog" "flood" {
  queue_url = %q
  %s
}

assert "sns_message" "paged" {
  topic_arn = %q
  contains  = "wake up"
  within    = "30s"
}
`, c.account, endpoint, c.queue, settings, c.topic)
}
