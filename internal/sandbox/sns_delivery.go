package sandbox

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"gameday/internal/chance"
)

// A message is at most so long, in bytes. (Amazon SNS API Reference, Publish)
const longestPublication = 256 * 1024

// publication is one message that was published.
type publication struct {
	id, subject, message string
	attributes           map[string]types.MessageAttributeValue
	published            string // ms precision
}

// envelope is what a queue gets, unless delivery is raw. (Amazon SNS Developer Guide, Parsing message formats)
type envelope struct {
	Type              string
	MessageID         string `json:"MessageId"`
	TopicARN          string `json:"TopicArn"`
	Subject           string `json:",omitempty"`
	Message           string
	Timestamp         string
	SignatureVersion  string
	Signature         string
	SigningCertURL    string
	UnsubscribeURL    string
	MessageAttributes map[string]enveloped `json:",omitempty"`
}

type enveloped struct{ Type, Value string }

// publish sends a message to a topic, as another service of the account does. It says whether there is such a topic.
func (a *Account) publish(topicARN, subject, message string) bool {
	t, exists := a.topics.byARN[topicARN]
	if exists {
		a.topics.fanOut(t, publication{subject: subject, message: message})
	}
	return exists
}

func (s *topics) publishCall(_ context.Context, in *sns.PublishInput) (*sns.PublishOutput, error) {
	t, err := s.find(in.TopicArn)
	if err != nil {
		return nil, err
	}
	n := publication{subject: aws.ToString(in.Subject), message: aws.ToString(in.Message), attributes: in.MessageAttributes}
	switch {
	case n.message == "":
		return nil, invalidParameter("Empty message")
	case len(n.message) > longestPublication:
		return nil, invalidParameter("Message too long")
	case utf8.RuneCountInString(n.subject) > 100:
		return nil, invalidParameter("Subject")
	}
	return &sns.PublishOutput{MessageId: aws.String(s.fanOut(t, n))}, nil
}

// fanOut sends a publication on its way to everybody who is subscribed by now, and returns its id.
func (s *topics) fanOut(t *topic, n publication) string {
	n.id = s.uuid()
	n.published = s.stamp(s.clock.Now()).UTC().Format("2006-01-02T15:04:05.000Z")
	for _, sub := range t.subscriptions {
		if sub.confirmed {
			s.after(chance.Between(s.delivering, shortestDelivery, longestDelivery), func() { s.deliver(sub, n) })
		}
	}
	for _, read := range t.people {
		s.after(chance.Between(s.delivering, shortestDelivery, longestDelivery), func() { read(n.subject, n.message) })
	}
	return n.id
}

// deliver puts a publication on a queue whose policy lets the topic in. Else it is gone, and nobody hears of it.
func (s *topics) deliver(sub *subscription, n publication) {
	q := s.queues.byARN(sub.endpoint)
	if q == nil {
		return
	}
	guard, err := parsePolicy(q.policy)
	if err != nil || !guard.admits(visit{
		service: "sns.amazonaws.com", action: "sqs:SendMessage", resource: q.arn, source: sub.topic.arn, account: s.ID,
	}) {
		return
	}
	if sub.attribute("RawMessageDelivery") == "true" {
		q.put(n.message, q.share(asSQS(n.attributes)), 0)
		return
	}
	q.put(s.envelope(sub, n), nil, 0)
}

func (s *topics) envelope(sub *subscription, n publication) string {
	host := "https://sns." + s.Region + ".amazonaws.com/"
	e := envelope{
		Type: "Notification", MessageID: n.id, TopicARN: sub.topic.arn, Subject: n.subject, Message: n.message,
		Timestamp: n.published, SignatureVersion: "1", Signature: base64.StdEncoding.EncodeToString([]byte("sandbox " + n.id)),
		SigningCertURL: host + "SimpleNotificationService-sandbox.pem",
		UnsubscribeURL: host + "?Action=Unsubscribe&SubscriptionArn=" + sub.arn,
	}
	if len(n.attributes) > 0 {
		e.MessageAttributes = map[string]enveloped{}
	}
	for name, v := range n.attributes {
		value := aws.ToString(v.StringValue)
		if v.BinaryValue != nil {
			value = base64.StdEncoding.EncodeToString(v.BinaryValue)
		}
		e.MessageAttributes[name] = enveloped{aws.ToString(v.DataType), value}
	}
	var text bytes.Buffer
	writer := json.NewEncoder(&text)
	writer.SetEscapeHTML(false)
	writer.SetIndent("", "  ")
	if err := writer.Encode(e); err != nil {
		return n.message // Plain strings always encode.
	}
	return string(bytes.TrimSpace(text.Bytes()))
}

func asSQS(attributes map[string]types.MessageAttributeValue) map[string]sqstypes.MessageAttributeValue {
	same := make(map[string]sqstypes.MessageAttributeValue, len(attributes))
	for name, v := range attributes {
		same[name] = sqstypes.MessageAttributeValue{DataType: v.DataType, StringValue: v.StringValue, BinaryValue: v.BinaryValue}
	}
	return same
}
