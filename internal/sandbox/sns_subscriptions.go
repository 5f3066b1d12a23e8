package sandbox

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"gameday/internal/chance"
)

func (s *topics) subscribe(_ context.Context, in *sns.SubscribeInput) (*sns.SubscribeOutput, error) {
	t, err := s.find(in.TopicArn)
	if err != nil {
		return nil, err
	}
	endpoint := aws.ToString(in.Endpoint)
	if protocol := aws.ToString(in.Protocol); protocol != "sqs" {
		return nil, failure("NotImplemented", "the sandbox knows no subscriptions by "+protocol)
	}
	if !strings.HasPrefix(endpoint, "arn:aws:sqs:") || strings.Count(endpoint, ":") != 5 {
		return nil, invalidParameter("SQS endpoint ARN")
	}
	for _, name := range slices.Sorted(maps.Keys(in.Attributes)) {
		if err := checkSubscription(name, in.Attributes[name]); err != nil {
			return nil, err
		}
	}
	i := slices.IndexFunc(t.subscriptions, func(sub *subscription) bool { return sub.endpoint == endpoint })
	if i < 0 {
		return s.answered(s.enter(t, endpoint, in.Attributes), in.ReturnSubscriptionArn), nil
	}
	sub := t.subscriptions[i]
	for _, name := range slices.Sorted(maps.Keys(in.Attributes)) {
		if sub.attribute(name) != in.Attributes[name] {
			return nil, invalidParameter("Attributes Reason: Subscription already exists with different attributes")
		}
	}
	return s.answered(sub, in.ReturnSubscriptionArn), nil
}

// enter makes a subscription. A queue of the same account needs no confirmation by anybody, whatever its policy says; it
// takes a moment all the same.
func (s *topics) enter(t *topic, endpoint string, attributes map[string]string) *subscription {
	sub := &subscription{arn: t.arn + ":" + s.uuid(), endpoint: endpoint, topic: t, attributes: map[string]string{}}
	maps.Copy(sub.attributes, attributes)
	t.subscriptions = append(t.subscriptions, sub)
	s.byAddress[sub.arn] = sub
	s.after(chance.Between(s.confirming, shortestConfirmation, longestConfirmation), func() {
		sub.confirmed = s.queues.byARN(endpoint) != nil
	})
	return sub
}

func (s *topics) answered(sub *subscription, always bool) *sns.SubscribeOutput {
	if !sub.confirmed && !always {
		return &sns.SubscribeOutput{SubscriptionArn: aws.String("pending confirmation")}
	}
	return &sns.SubscribeOutput{SubscriptionArn: aws.String(sub.arn)}
}

func checkSubscription(name, value string) error {
	switch name {
	case "RawMessageDelivery":
		if value != "true" && value != "false" {
			return invalidParameter("Attributes Reason: RawMessageDelivery: Invalid value [" + value + "]. Must be true or false.")
		}
	case "FilterPolicy", "FilterPolicyScope", "RedrivePolicy", "DeliveryPolicy":
		return failure("NotImplemented", "the sandbox knows no subscription attribute "+name)
	default:
		return invalidParameter("AttributeName")
	}
	return nil
}

func (sub *subscription) attribute(name string) string {
	if value, ok := sub.attributes[name]; ok {
		return value
	}
	if name == "RawMessageDelivery" {
		return "false"
	}
	return ""
}

func (s *topics) unsubscribe(_ context.Context, in *sns.UnsubscribeInput) (*sns.UnsubscribeOutput, error) {
	arn := aws.ToString(in.SubscriptionArn)
	if !strings.HasPrefix(arn, "arn:aws:sns:") || strings.Count(arn, ":") != 6 {
		return nil, invalidParameter("SubscriptionId")
	}
	if sub, exists := s.byAddress[arn]; exists {
		delete(s.byAddress, arn)
		sub.topic.subscriptions = slices.DeleteFunc(sub.topic.subscriptions, func(other *subscription) bool { return other == sub })
	}
	return &sns.UnsubscribeOutput{}, nil // Ending what has ended is no error.
}

func (s *topics) findSubscription(arn *string) (*subscription, error) {
	if sub, exists := s.byAddress[aws.ToString(arn)]; exists {
		return sub, nil
	}
	return nil, &types.NotFoundException{Message: aws.String("Subscription does not exist")}
}

func (s *topics) getSubscription(
	_ context.Context, in *sns.GetSubscriptionAttributesInput,
) (*sns.GetSubscriptionAttributesOutput, error) {
	sub, err := s.findSubscription(in.SubscriptionArn)
	if err != nil {
		return nil, err
	}
	return &sns.GetSubscriptionAttributesOutput{Attributes: map[string]string{
		"SubscriptionArn": sub.arn, "TopicArn": sub.topic.arn, "Owner": s.ID, "Protocol": "sqs", "Endpoint": sub.endpoint,
		"PendingConfirmation":          strconv.FormatBool(!sub.confirmed),
		"ConfirmationWasAuthenticated": strconv.FormatBool(sub.confirmed),
		"RawMessageDelivery":           sub.attribute("RawMessageDelivery"),
		"SubscriptionPrincipal":        s.callerARN(),
	}}, nil
}

func (s *topics) setSubscription(
	_ context.Context, in *sns.SetSubscriptionAttributesInput,
) (*sns.SetSubscriptionAttributesOutput, error) {
	sub, err := s.findSubscription(in.SubscriptionArn)
	if err != nil {
		return nil, err
	}
	name, value := aws.ToString(in.AttributeName), aws.ToString(in.AttributeValue)
	if err := checkSubscription(name, value); err != nil {
		return nil, err
	}
	sub.attributes[name] = value
	return &sns.SetSubscriptionAttributesOutput{}, nil
}

func (s *topics) listSubscriptions(_ context.Context, in *sns.ListSubscriptionsInput) (*sns.ListSubscriptionsOutput, error) {
	arns, next, err := page(s.Account, slices.Sorted(maps.Keys(s.byAddress)), in.NextToken, snsPage)
	if err != nil {
		return nil, err
	}
	return &sns.ListSubscriptionsOutput{Subscriptions: s.listed(arns), NextToken: next}, nil
}

func (s *topics) listByTopic(
	_ context.Context, in *sns.ListSubscriptionsByTopicInput,
) (*sns.ListSubscriptionsByTopicOutput, error) {
	t, err := s.find(in.TopicArn)
	if err != nil {
		return nil, err
	}
	all := make([]string, len(t.subscriptions))
	for i, sub := range t.subscriptions {
		all[i] = sub.arn
	}
	slices.Sort(all)
	arns, next, err := page(s.Account, all, in.NextToken, snsPage)
	if err != nil {
		return nil, err
	}
	return &sns.ListSubscriptionsByTopicOutput{Subscriptions: s.listed(arns), NextToken: next}, nil
}

// listed is how lists show subscriptions: those that are not confirmed have no ARN there.
func (s *topics) listed(arns []string) []types.Subscription {
	list := make([]types.Subscription, len(arns))
	for i, arn := range arns {
		sub := s.byAddress[arn]
		if !sub.confirmed {
			arn = "PendingConfirmation"
		}
		list[i] = types.Subscription{
			SubscriptionArn: aws.String(arn), TopicArn: aws.String(sub.topic.arn), Owner: aws.String(s.ID),
			Protocol: aws.String("sqs"), Endpoint: aws.String(sub.endpoint),
		}
	}
	return list
}
