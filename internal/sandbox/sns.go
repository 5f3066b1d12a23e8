package sandbox

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
)

// topics is SNS: standard topics, with queues and people as subscribers.
type topics struct {
	*Account
	byARN      map[string]*topic
	byAddress  map[string]*subscription // by ARN
	naming     *regexp.Regexp
	confirming *rand.Rand // how long confirmations take
	delivering *rand.Rand // how long deliveries take
}

type topic struct {
	name, arn     string
	attributes    map[string]string
	tags          map[string]string
	subscriptions []*subscription // in the order of subscribing
	people        []func(subject, message string)
}

// subscription is a queue's.
type subscription struct {
	arn, endpoint string
	topic         *topic
	attributes    map[string]string
	confirmed     bool
}

// Lists are given out in pages of so many. (Amazon SNS API Reference)
const snsPage = 100

// A subscription is confirmed, and a message delivered, after a time between these.
const (
	shortestConfirmation = 200 * time.Millisecond
	longestConfirmation  = 2 * time.Second
	shortestDelivery     = 30 * time.Millisecond
	longestDelivery      = 200 * time.Millisecond
)

func (a *Account) sns(spec Spec) error {
	s := &topics{
		Account: a, byARN: map[string]*topic{}, byAddress: map[string]*subscription{},
		naming:     regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`),
		confirming: a.seed.Stream("sns", "confirming"), delivering: a.seed.Stream("sns", "delivering"),
	}
	a.topics = s
	handle(a, "SNS", "CreateTopic", s.create)
	handle(a, "SNS", "DeleteTopic", s.delete)
	handle(a, "SNS", "ListTopics", s.list)
	handle(a, "SNS", "GetTopicAttributes", s.getAttributes)
	handle(a, "SNS", "ListTagsForResource", s.listTags)
	handle(a, "SNS", "Publish", s.publishCall)
	handle(a, "SNS", "Subscribe", s.subscribe)
	handle(a, "SNS", "Unsubscribe", s.unsubscribe)
	handle(a, "SNS", "ListSubscriptions", s.listSubscriptions)
	handle(a, "SNS", "ListSubscriptionsByTopic", s.listByTopic)
	handle(a, "SNS", "GetSubscriptionAttributes", s.getSubscription)
	handle(a, "SNS", "SetSubscriptionAttributes", s.setSubscription)
	a.pictured("sns", s.picture)
	for _, t := range spec.Topics {
		if !s.naming.MatchString(t.Name) {
			return fmt.Errorf("sns_topic %q: a topic's name is letters, digits, - and _, 256 at most", t.Name)
		}
		if s.byARN[s.topicARN(t.Name)] != nil {
			return fmt.Errorf("sns_topic %q: there are two of that name", t.Name)
		}
		s.add(t.Name)
	}
	return nil
}

func (s *topics) topicARN(name string) string {
	return fmt.Sprintf("arn:aws:sns:%s:%s:%s", s.Region, s.ID, name)
}

func (s *topics) add(name string) *topic {
	t := &topic{name: name, arn: s.topicARN(name), attributes: map[string]string{}, tags: map[string]string{}}
	s.byARN[t.arn] = t
	return t
}

func (s *topics) find(arn *string) (*topic, error) {
	if !strings.HasPrefix(aws.ToString(arn), "arn:aws:sns:") {
		return nil, invalidParameter("TopicArn")
	}
	if t, exists := s.byARN[*arn]; exists {
		return t, nil
	}
	return nil, &types.NotFoundException{Message: aws.String("Topic does not exist")}
}

func invalidParameter(reason string) error {
	return &types.InvalidParameterException{Message: aws.String("Invalid parameter: " + reason)}
}

func (s *topics) create(_ context.Context, in *sns.CreateTopicInput) (*sns.CreateTopicOutput, error) {
	name := aws.ToString(in.Name)
	if strings.HasSuffix(name, ".fifo") {
		return nil, failure("NotImplemented", "the sandbox has no FIFO topics")
	}
	if !s.naming.MatchString(name) {
		return nil, invalidParameter("Topic Name")
	}
	t, exists := s.byARN[s.topicARN(name)]
	if !exists {
		t = s.add(name)
		maps.Copy(t.attributes, in.Attributes)
		for _, tag := range in.Tags {
			t.tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(in.Attributes)) {
		if t.attributes[key] != in.Attributes[key] {
			return nil, invalidParameter("Attributes Reason: Topic already exists with different attributes")
		}
	}
	return &sns.CreateTopicOutput{TopicArn: aws.String(t.arn)}, nil
}

func (s *topics) delete(_ context.Context, in *sns.DeleteTopicInput) (*sns.DeleteTopicOutput, error) {
	if t, err := s.find(in.TopicArn); err == nil {
		delete(s.byARN, t.arn)
		for _, sub := range t.subscriptions {
			delete(s.byAddress, sub.arn)
		}
	}
	return &sns.DeleteTopicOutput{}, nil // Deleting what is not there is no error.
}

func (s *topics) list(_ context.Context, in *sns.ListTopicsInput) (*sns.ListTopicsOutput, error) {
	arns, next, err := page(s.Account, slices.Sorted(maps.Keys(s.byARN)), in.NextToken, snsPage)
	if err != nil {
		return nil, err
	}
	out := &sns.ListTopicsOutput{NextToken: next}
	for _, arn := range arns {
		out.Topics = append(out.Topics, types.Topic{TopicArn: aws.String(arn)})
	}
	return out, nil
}

func (s *topics) getAttributes(_ context.Context, in *sns.GetTopicAttributesInput) (*sns.GetTopicAttributesOutput, error) {
	t, err := s.find(in.TopicArn)
	if err != nil {
		return nil, err
	}
	confirmed := 0
	for _, sub := range t.subscriptions {
		if sub.confirmed {
			confirmed++
		}
	}
	all := map[string]string{
		"TopicArn": t.arn, "Owner": s.ID, "DisplayName": "",
		"SubscriptionsConfirmed": fmt.Sprint(confirmed), "SubscriptionsPending": fmt.Sprint(len(t.subscriptions) - confirmed),
		"SubscriptionsDeleted": "0",
	}
	maps.Copy(all, t.attributes)
	return &sns.GetTopicAttributesOutput{Attributes: all}, nil
}

func (s *topics) listTags(_ context.Context, in *sns.ListTagsForResourceInput) (*sns.ListTagsForResourceOutput, error) {
	t, err := s.find(in.ResourceArn)
	if err != nil {
		return nil, &types.ResourceNotFoundException{Message: aws.String("Resource does not exist")}
	}
	out := &sns.ListTagsForResourceOutput{}
	for _, key := range slices.Sorted(maps.Keys(t.tags)) {
		out.Tags = append(out.Tags, types.Tag{Key: aws.String(key), Value: aws.String(t.tags[key])})
	}
	return out, nil
}

type subscriptionPicture struct {
	Topic, Endpoint string
	Attributes      map[string]string
}

// picture is what a fault or a tap could have changed: topics and subscriptions.
func (s *topics) picture() any {
	subscriptions := map[string]subscriptionPicture{}
	for arn, sub := range s.byAddress {
		subscriptions[arn] = subscriptionPicture{sub.topic.arn, sub.endpoint, maps.Clone(sub.attributes)}
	}
	return map[string]any{"topics": slices.Sorted(maps.Keys(s.byARN)), "subscriptions": subscriptions}
}
