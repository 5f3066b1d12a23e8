package notify

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
)

const (
	// longestSubject is how many characters a subject may have, all of them ASCII. (Amazon SNS API Reference, Publish)
	longestSubject = 100
	// publishLimit is how long publishing may take, with everything that the session tries again.
	publishLimit = mostTries * tryLimit
)

// SNS publishes to a topic, as whoever runs gameday.
type SNS struct {
	TopicARN string `hcl:"topic_arn" doc:"the topic; none that an assertion listens to"`
}

func snsKind() Kind {
	return Kind{
		Name:    "sns",
		Summary: "A message published to an SNS topic.",
		Example: `on        = ["failed"]
topic_arn = "arn:aws:sns:eu-west-1:111122223333:game-days"`,
		Permissions: []string{"sns:Publish"},
		InAWS:       true,
		New:         func() Channel { return &SNS{} },
	}
}

// Address returns the topic.
func (s *SNS) Address() string { return s.TopicARN }

// Secrets returns nothing: who may publish is the topic's policy's business.
func (s *SNS) Secrets() []string { return nil }

// Problems reports what is no topic.
func (s *SNS) Problems() []Problem {
	if topic, err := arn.Parse(s.TopicARN); err != nil || topic.Service != "sns" || topic.Resource == "" {
		return []Problem{{"topic_arn", "Not a topic", "An ARN of a topic looks like arn:aws:sns:eu-west-1:111122223333:NAME."}}
	}
	return nil
}

// Tell publishes the message, in the topic's own region. The attribute gameday.occasion is for filter policies.
func (s *SNS) Tell(ctx context.Context, by Means, m Message) error {
	ctx, cancel := by.Clock.WithDeadline(ctx, by.Clock.Now().Add(publishLimit))
	defer cancel()
	client := sns.NewFromConfig(by.AWS, func(o *sns.Options) {
		if topic, err := arn.Parse(s.TopicARN); err == nil && topic.Region != "" {
			o.Region = topic.Region
		}
	})
	in := &sns.PublishInput{
		TopicArn: aws.String(s.TopicARN), Subject: aws.String(subject(m.Title)),
		Message: aws.String(m.Title + "\n\n" + strings.Join(m.Lines, "\n")),
		MessageAttributes: map[string]types.MessageAttributeValue{
			"gameday.occasion": {DataType: aws.String("String"), StringValue: aws.String(string(m.Occasion))},
		},
	}
	if strings.HasSuffix(s.TopicARN, ".fifo") {
		in.MessageGroupId, in.MessageDeduplicationId = aws.String(m.Facts.Run), aws.String(strings.ReplaceAll(m.ID, "/", "-"))
	}
	_, err := client.Publish(ctx, in)
	return err
}

// subject writes a title in ASCII.
func subject(title string) string {
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, title)
	return text[:min(len(text), longestSubject)]
}
