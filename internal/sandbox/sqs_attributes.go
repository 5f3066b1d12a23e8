package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"gameday/internal/chance"
)

// A changed policy takes up to so long to be in force. (Amazon SQS API Reference, SetQueueAttributes)
const policyDelay = time.Minute

// standing is what a queue's attributes are unless they are set, and the range of those that are numbers.
func standing(name string) (value string, least, most int, ok bool) {
	switch name {
	case "VisibilityTimeout":
		return "30", 0, 43200, true
	case "DelaySeconds":
		return "0", 0, 900, true
	case "ReceiveMessageWaitTimeSeconds":
		return "0", 0, 20, true
	case "MaximumMessageSize":
		return "1048576", 1024, 1 << 20, true
	case "MessageRetentionPeriod":
		return "345600", 60, 1209600, true
	case "KmsDataKeyReusePeriodSeconds":
		return "", 60, 86400, true
	}
	return "", 0, 0, false
}

// checkAttributes checks what somebody wants to set.
func (s *queues) checkAttributes(attributes map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		value := attributes[name]
		if _, least, most, ok := standing(name); ok {
			if n, err := strconv.Atoi(value); err != nil || n < least || n > most {
				return invalidAttribute(name, fmt.Sprintf("Must be between %d and %d.", least, most))
			}
			continue
		}
		switch name {
		case "Policy":
			if _, err := parsePolicy(value); value != "" && err != nil {
				return invalidAttribute(name, err.Error())
			}
		case "RedrivePolicy":
			if _, err := parseRedrive(value); err != nil {
				return invalidAttribute(name, err.Error())
			}
		case "KmsMasterKeyId", "RedriveAllowPolicy", "SqsManagedSseEnabled":
		default:
			return &types.InvalidAttributeName{Message: aws.String("Unknown Attribute " + name + ".")}
		}
	}
	return nil
}

// attribute is an attribute that can be set, as it is.
func (q *queue) attribute(name string) string {
	if value, ok := q.attributes[name]; ok {
		return value
	}
	if name == "SqsManagedSseEnabled" {
		return "true"
	}
	value, _, _, _ := standing(name)
	return value
}

func (q *queue) seconds(name string) time.Duration {
	n, _ := strconv.Atoi(q.attribute(name))
	return time.Duration(n) * time.Second
}

// redrive says when a queue gives a message up, and to which.
type redrive struct {
	Target string `json:"deadLetterTargetArn"`
	Max    int    `json:"-"`
}

func parseRedrive(text string) (redrive, error) {
	var r struct {
		redrive
		Max any `json:"maxReceiveCount"` // a number, or the text of one
	}
	if text == "" {
		return redrive{}, nil
	}
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return redrive{}, fmt.Errorf("redrive policy is no valid JSON")
	}
	n, err := strconv.Atoi(strings.TrimSpace(fmt.Sprint(r.Max)))
	if err != nil || n < 1 || n > 1000 {
		return redrive{}, fmt.Errorf("maxReceiveCount must be between 1 and 1000")
	}
	if r.Target == "" {
		return redrive{}, fmt.Errorf("deadLetterTargetArn is missing")
	}
	return redrive{r.Target, n}, nil
}

func (s *queues) setAttributes(_ context.Context, in *sqs.SetQueueAttributesInput) (*sqs.SetQueueAttributesOutput, error) {
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if err := s.checkAttributes(in.Attributes); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(in.Attributes)) {
		q.attributes[name] = in.Attributes[name]
		if in.Attributes[name] == "" {
			delete(q.attributes, name)
		}
	}
	q.modified = s.clock.Now()
	q.redrive, _ = parseRedrive(q.attributes["RedrivePolicy"])
	if policy, changed := in.Attributes["Policy"]; changed {
		s.after(chance.Between(s.lagging, 0, policyDelay), func() {
			if q.attributes["Policy"] == policy {
				q.policy = policy
			}
		})
	}
	return &sqs.SetQueueAttributesOutput{}, nil
}

func (s *queues) getAttributes(_ context.Context, in *sqs.GetQueueAttributesInput) (*sqs.GetQueueAttributesOutput, error) {
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	all := s.allAttributes(q)
	if slices.Contains(in.AttributeNames, types.QueueAttributeNameAll) {
		return &sqs.GetQueueAttributesOutput{Attributes: all}, nil
	}
	some := map[string]string{}
	for _, name := range in.AttributeNames {
		if !slices.Contains(name.Values(), name) {
			return nil, &types.InvalidAttributeName{Message: aws.String("Unknown Attribute " + string(name) + ".")}
		}
		if value, ok := all[string(name)]; ok {
			some[string(name)] = value
		}
	}
	return &sqs.GetQueueAttributesOutput{Attributes: some}, nil
}

func (s *queues) allAttributes(q *queue) map[string]string {
	shown := q.shown()
	all := map[string]string{
		"QueueArn":                              q.arn,
		"CreatedTimestamp":                      strconv.FormatInt(s.stamp(q.created).Unix(), 10),
		"LastModifiedTimestamp":                 strconv.FormatInt(s.stamp(q.modified).Unix(), 10),
		"ApproximateNumberOfMessages":           strconv.Itoa(shown.visible),
		"ApproximateNumberOfMessagesNotVisible": strconv.Itoa(shown.flying),
		"ApproximateNumberOfMessagesDelayed":    strconv.Itoa(shown.delayed),
	}
	for _, name := range []string{
		"VisibilityTimeout", "DelaySeconds", "ReceiveMessageWaitTimeSeconds", "MaximumMessageSize", "MessageRetentionPeriod",
		"SqsManagedSseEnabled",
	} {
		all[name] = q.attribute(name)
	}
	maps.Copy(all, q.attributes)
	return all
}

func (s *queues) tag(_ context.Context, in *sqs.TagQueueInput) (*sqs.TagQueueOutput, error) {
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	maps.Copy(q.tags, in.Tags)
	return &sqs.TagQueueOutput{}, nil
}

func (s *queues) untag(_ context.Context, in *sqs.UntagQueueInput) (*sqs.UntagQueueOutput, error) {
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(q.tags, key)
	}
	return &sqs.UntagQueueOutput{}, nil
}

func (s *queues) listTags(_ context.Context, in *sqs.ListQueueTagsInput) (*sqs.ListQueueTagsOutput, error) {
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	return &sqs.ListQueueTagsOutput{Tags: maps.Clone(q.tags)}, nil
}
