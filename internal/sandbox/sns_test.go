package sandbox

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/require"
)

const tapPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},
	"Action":"sqs:SendMessage","Resource":"*","Condition":{"ArnEquals":{"aws:SourceArn":"%s"}}}]}`

// tap makes the queue "orders" with a policy, and subscribes it.
func (v *visitor) tap(policy string, attributes map[string]string) (subscription string) {
	v.t.Helper()
	_, err := v.sqs.CreateQueue(v, &sqs.CreateQueueInput{QueueName: aws.String("orders"), Attributes: map[string]string{"Policy": policy}})
	require.NoError(v.t, err)
	out, err := v.sns.Subscribe(v, &sns.SubscribeInput{
		TopicArn: v.topic, Protocol: aws.String("sqs"), Endpoint: aws.String("arn:aws:sqs:eu-west-1:111122223333:orders"),
		ReturnSubscriptionArn: true, Attributes: attributes,
	})
	require.NoError(v.t, err)
	return *out.SubscriptionArn
}

func (v *visitor) pending(subscription string) string {
	v.t.Helper()
	out, err := v.sns.GetSubscriptionAttributes(v, &sns.GetSubscriptionAttributesInput{SubscriptionArn: aws.String(subscription)})
	require.NoError(v.t, err)
	return out.Attributes["PendingConfirmation"]
}

func (v *visitor) publish(message string) {
	v.t.Helper()
	_, err := v.sns.Publish(v, &sns.PublishInput{TopicArn: v.topic, Message: aws.String(message), Subject: aws.String("hello")})
	require.NoError(v.t, err)
}

func aTopic() Spec { return Spec{Topics: []TopicSpec{{"page"}}} }

func TestASubscribedQueueGetsEnvelopesOnceTheSubscriptionIsConfirmed(t *testing.T) {
	visitAccount(t, aTopic(), 1, func(v *visitor) {
		subscription := v.tap(fmt.Sprintf(tapPolicy, *v.topic), nil)
		require.Equal(t, "true", v.pending(subscription))
		v.publish("too early")
		v.sleep(2 * time.Second)
		require.Equal(t, "false", v.pending(subscription))

		v.account.Skew = 10 * time.Second
		sent := v.clock.Now()
		require.True(t, v.account.publish(*v.topic, "ALARM", `{"a":"<b>"}`))
		got := v.take()
		require.Len(t, got, 1, "what came before the confirmation is not delivered")
		require.Greater(t, v.clock.Now().Sub(sent), 30*time.Millisecond)
		require.Less(t, v.clock.Now().Sub(sent), 250*time.Millisecond)
		var e map[string]string
		require.NoError(t, json.Unmarshal([]byte(*got[0].Body), &e))
		require.Equal(t, "Notification", e["Type"])
		require.Equal(t, *v.topic, e["TopicArn"])
		require.Equal(t, "ALARM", e["Subject"])
		require.Equal(t, `{"a":"<b>"}`, e["Message"])
		require.Equal(t, sent.Add(10*time.Second).Format("2006-01-02T15:04:05.000Z"), e["Timestamp"])
		require.NotEmpty(t, e["MessageId"])
	})
}

func TestRawDeliveryHasNoEnvelope(t *testing.T) {
	visitAccount(t, aTopic(), 1, func(v *visitor) {
		v.tap(fmt.Sprintf(tapPolicy, *v.topic), map[string]string{"RawMessageDelivery": "true"})
		v.sleep(2 * time.Second)
		_, err := v.sns.Publish(v, &sns.PublishInput{TopicArn: v.topic, Message: aws.String("bare"), MessageAttributes: map[string]types.MessageAttributeValue{
			"k": {DataType: aws.String("String"), StringValue: aws.String("v")},
		}})
		require.NoError(t, err)
		m := v.take()[0]
		require.Equal(t, "bare", *m.Body)
		require.Equal(t, "v", *m.MessageAttributes["k"].StringValue)
	})
}

func TestAQueueWhosePolicyDoesNotAdmitTheTopicSwallowsMessagesSilently(t *testing.T) {
	for name, policy := range map[string]string{
		"no policy":     "",
		"another topic": fmt.Sprintf(tapPolicy, "arn:aws:sns:eu-west-1:111122223333:other"),
	} {
		visitAccount(t, aTopic(), 1, func(v *visitor) {
			subscription := v.tap(policy, nil)
			v.sleep(2 * time.Second)
			require.Equal(t, "false", v.pending(subscription), "it is confirmed all the same")
			v.publish("gone")
			require.Empty(t, v.take(), name)
		})
	}
}

func TestAChangedPolicyTakesUpToAMinuteToBeInForce(t *testing.T) {
	visitAccount(t, aTopic(), 1, func(v *visitor) {
		v.tap("", nil)
		v.sleep(2 * time.Second)
		policy := fmt.Sprintf(tapPolicy, *v.topic)
		_, err := v.sqs.SetQueueAttributes(v, &sqs.SetQueueAttributesInput{QueueUrl: v.queue, Attributes: map[string]string{"Policy": policy}})
		require.NoError(t, err)
		require.Equal(t, policy, v.attribute("Policy"), "reading it back proves nothing")
		v.publish("gone")
		require.Empty(t, v.take())
		v.sleep(time.Minute)
		v.publish("here")
		require.Len(t, v.take(), 1)
	})
}

func TestSubscribingTwiceGivesOneSubscription(t *testing.T) {
	visitAccount(t, aTopic(), 1, func(v *visitor) {
		first := v.tap("", nil)
		require.Equal(t, first, v.tap("", nil))
		_, err := v.sns.Subscribe(v, &sns.SubscribeInput{
			TopicArn: v.topic, Protocol: aws.String("sqs"), Endpoint: aws.String("arn:aws:sqs:eu-west-1:111122223333:orders"),
			Attributes: map[string]string{"RawMessageDelivery": "true"},
		})
		require.ErrorAs(t, err, new(*types.InvalidParameterException))
	})
}

func TestAnEndedSubscriptionDeliversNothing(t *testing.T) {
	visitAccount(t, aTopic(), 1, func(v *visitor) {
		before := v.account.Snapshot()
		subscription := v.tap(fmt.Sprintf(tapPolicy, *v.topic), nil)
		require.NotEqual(t, before, v.account.Snapshot())
		v.sleep(2 * time.Second)
		for range 2 {
			_, err := v.sns.Unsubscribe(v, &sns.UnsubscribeInput{SubscriptionArn: aws.String(subscription)})
			require.NoError(t, err)
		}
		_, err := v.sns.GetSubscriptionAttributes(v, &sns.GetSubscriptionAttributesInput{SubscriptionArn: aws.String(subscription)})
		require.ErrorAs(t, err, new(*types.NotFoundException))
		v.publish("gone")
		require.Empty(t, v.take())
		_, err = v.sqs.DeleteQueue(v, &sqs.DeleteQueueInput{QueueUrl: v.queue})
		require.NoError(t, err)
		require.Equal(t, before, v.account.Snapshot())
	})
}

func TestSubscriptionsAreListedAHundredAtATime(t *testing.T) {
	visitAccount(t, aTopic(), 1, func(v *visitor) {
		for i := range 230 {
			_, err := v.sns.Subscribe(v, &sns.SubscribeInput{
				TopicArn: v.topic, Protocol: aws.String("sqs"), Endpoint: aws.String(fmt.Sprintf("arn:aws:sqs:eu-west-1:111122223333:q%d", i)),
			})
			require.NoError(t, err)
		}
		pages := sns.NewListSubscriptionsByTopicPaginator(v.sns, &sns.ListSubscriptionsByTopicInput{TopicArn: v.topic})
		var sizes []int
		endpoints := map[string]bool{}
		for pages.HasMorePages() {
			page, err := pages.NextPage(v)
			require.NoError(t, err)
			sizes = append(sizes, len(page.Subscriptions))
			for _, s := range page.Subscriptions {
				endpoints[*s.Endpoint] = true
				require.Equal(t, "PendingConfirmation", *s.SubscriptionArn, "there are no such queues")
			}
		}
		require.Equal(t, []int{100, 100, 30}, sizes)
		require.Len(t, endpoints, 230)
	})
}

func TestAMissingTopicIsATypedError(t *testing.T) {
	visitAccount(t, Spec{}, 1, func(v *visitor) {
		_, err := v.sns.Publish(v, &sns.PublishInput{TopicArn: v.topic, Message: aws.String("x")})
		require.ErrorAs(t, err, new(*types.NotFoundException))
		require.False(t, v.account.publish(*v.topic, "", "x"))
		out, err := v.sns.CreateTopic(v, &sns.CreateTopicInput{Name: aws.String("page")})
		require.NoError(t, err)
		require.Equal(t, *v.topic, *out.TopicArn)
		_, err = v.sns.Publish(v, &sns.PublishInput{TopicArn: v.topic, Message: aws.String("")})
		require.Error(t, err)
		v.publish("x")
	})
}

func TestPoliciesAdmitWhatTheySay(t *testing.T) {
	const topic = "arn:aws:sns:eu-west-1:111122223333:page"
	v := visit{"sns.amazonaws.com", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q", topic, "111122223333"}
	allow := func(rest string) string {
		return `{"Statement":{"Effect":"Allow","Principal":"*","Action":"SQS:SendMessage"` + rest + `}}`
	}
	for text, want := range map[string]bool{
		``:                                       false,
		allow(``):                                true,
		allow(`,"Resource":"arn:aws:sqs:*:*:q"`): true,
		allow(`,"Resource":"arn:aws:sqs:*:*:r"`): false,
		allow(`,"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:*:pa?e"}}`):                                                    true,
		allow(`,"Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:sns:*:*:pa?e"}}`):                                               false,
		allow(`,"Condition":{"StringEquals":{"aws:SourceArn":["x","` + topic + `"]}}`):                                                true,
		allow(`,"Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}`):                                                   true,
		allow(`,"Condition":{"Bool":{"aws:SecureTransport":"true"}}`):                                                                 false,
		strings.Replace(allow(``), `"*"`, `{"Service":["x","sns.amazonaws.com"]}`, 1):                                                 true,
		strings.Replace(allow(``), `"*"`, `{"AWS":"arn:aws:iam::111122223333:root"}`, 1):                                              false,
		strings.Replace(allow(``), `"SQS:SendMessage"`, `["sqs:ReceiveMessage"]`, 1):                                                  false,
		`{"Statement":[` + allow(``)[13:len(allow(``))-1] + `,` + deny + `]}`:                                                         false,
		`{"Statement":[` + allow(``)[13:len(allow(``))-1] + `,` + strings.Replace(deny, `"Resource":"*"`, `"Resource":"r"`, 1) + `]}`: true,
	} {
		p, err := parsePolicy(text)
		require.NoError(t, err, text)
		require.Equal(t, want, p.admits(v), text)
	}
}

const deny = `{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sqs:*","Resource":"*"}`

func TestTopicsAndSubscriptionsAreListedAndChanged(t *testing.T) {
	visitAccount(t, aTopic(), 1, func(v *visitor) {
		subscription := v.tap(fmt.Sprintf(tapPolicy, *v.topic), nil)
		v.sleep(2 * time.Second)
		topics, err := v.sns.ListTopics(v, &sns.ListTopicsInput{})
		require.NoError(t, err)
		require.Equal(t, *v.topic, *topics.Topics[0].TopicArn)
		topic, err := v.sns.GetTopicAttributes(v, &sns.GetTopicAttributesInput{TopicArn: v.topic})
		require.NoError(t, err)
		require.Equal(t, "1", topic.Attributes["SubscriptionsConfirmed"])
		all, err := v.sns.ListSubscriptions(v, &sns.ListSubscriptionsInput{})
		require.NoError(t, err)
		require.Equal(t, subscription, *all.Subscriptions[0].SubscriptionArn)
		set := func(name, value string) error {
			_, err := v.sns.SetSubscriptionAttributes(v, &sns.SetSubscriptionAttributesInput{
				SubscriptionArn: aws.String(subscription), AttributeName: aws.String(name), AttributeValue: aws.String(value),
			})
			return err
		}
		require.ErrorAs(t, set("Colour", "red"), new(*types.InvalidParameterException))
		require.NoError(t, set("RawMessageDelivery", "true"))
		v.publish("bare")
		require.Equal(t, []string{"bare"}, bodies(v.take()))
	})
}
