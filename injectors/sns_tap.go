package injectors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"gameday/internal/clock"
)

const (
	tapPause = 2 * time.Second
	// tapPatience is how long opening waits for what is usually there at once.
	tapPatience = time.Minute
	// recreatePatience outlasts the 60 s in which SQS refuses the name of a deleted queue.
	recreatePatience = 75 * time.Second
	// tapRetention is how long a message waits in the tap's queue to be read, in seconds.
	tapRetention = "3600"
	// tapPrefix begins the name of every tap's queue.
	tapPrefix = "gameday-"
	// longestQueueName is what CreateQueue takes.
	longestQueueName = 80
)

type subscribes interface {
	ListSubscriptionsByTopic(context.Context, *sns.ListSubscriptionsByTopicInput, ...func(*sns.Options)) (*sns.ListSubscriptionsByTopicOutput, error)
	Subscribe(context.Context, *sns.SubscribeInput, ...func(*sns.Options)) (*sns.SubscribeOutput, error)
	Unsubscribe(context.Context, *sns.UnsubscribeInput, ...func(*sns.Options)) (*sns.UnsubscribeOutput, error)
}

type ownsQueues interface {
	CreateQueue(context.Context, *sqs.CreateQueueInput, ...func(*sqs.Options)) (*sqs.CreateQueueOutput, error)
	DeleteQueue(context.Context, *sqs.DeleteQueueInput, ...func(*sqs.Options)) (*sqs.DeleteQueueOutput, error)
	readsQueues
}

type passesMessages interface {
	SendMessage(context.Context, *sqs.SendMessageInput, ...func(*sqs.Options)) (*sqs.SendMessageOutput, error)
	ReceiveMessage(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	DeleteMessage(context.Context, *sqs.DeleteMessageInput, ...func(*sqs.Options)) (*sqs.DeleteMessageOutput, error)
}

// snsTap hears a topic with a queue of its own:
//
//	topic ──subscription──► queue gameday-RUN-HASH ──long polls──► gameday
//	                          ▲
//	                          └── policy: this topic only; the proof comes from gameday itself, never through the topic
type snsTap struct {
	topic string

	sns    subscribes
	queues ownsQueues
	sqs    passesMessages
	env    Env
	opened TapOutputs
}

type tapBefore struct {
	Topic    string `json:"topic"`
	Queue    string `json:"queue"`     // its name
	QueueARN string `json:"queue_arn"` // where the topic's account is the caller's
}

func snsTapRow() Tap {
	return Tap{
		Source: "sns_message",
		Permissions: []string{
			"sns:ListSubscriptionsByTopic", "sns:Subscribe", "sns:Unsubscribe",
			"sqs:CreateQueue", "sqs:DeleteQueue", "sqs:GetQueueAttributes", "sqs:GetQueueUrl",
			"sqs:DeleteMessage", "sqs:ReceiveMessage", "sqs:SendMessage",
		},
		New: func(env Env, subject string) Injector { return newSNSTap(env, subject) },
	}
}

func newSNSTap(env Env, topic string) *snsTap {
	queue := sqs.NewFromConfig(env.AWS)
	return &snsTap{topic: topic, sns: sns.NewFromConfig(env.AWS), queues: queue, sqs: queue, env: env}
}

// regionOf sends a call to the region of the topic, which need not be the queue's.
func regionOf(topic string) func(*sns.Options) {
	return func(o *sns.Options) {
		if parsed, err := arn.Parse(topic); err == nil && parsed.Region != "" {
			o.Region = parsed.Region
		}
	}
}

// Opened returns where the messages can be read, once Inject has returned.
func (t *snsTap) Opened() TapOutputs { return t.opened }

// Plan checks that the topic is there, and names the queue. The URL in the outputs is by AWS's convention; Opened has the
// one that AWS gave.
func (t *snsTap) Plan(ctx context.Context) (Plan, error) {
	parsed, err := arn.Parse(t.topic)
	if err != nil {
		return Plan{}, fmt.Errorf("plan to hear topic %s: %w", t.topic, err)
	}
	region, queue := t.env.AWS.Region, tapQueueName(t.env.Run, t.topic)
	before := tapBefore{Topic: t.topic, Queue: queue, QueueARN: arnOf("sqs", region, parsed.AccountID, queue)}
	if _, _, err := t.subscriptions(ctx, before); err != nil {
		return Plan{}, fmt.Errorf("plan to hear a topic: %w", err)
	}
	suffix := ""
	if parsed.Partition == "aws-cn" {
		suffix = ".cn"
	}
	url := "https://sqs." + region + ".amazonaws.com" + suffix + "/" + parsed.AccountID + "/" + queue
	return newPlan([]string{before.QueueARN}, before, TapOutputs{QueueURL: url})
}

// tapQueueName is a name that no other run and no other topic of this run uses.
func tapQueueName(run, topic string) string {
	tail := "-" + hashOf(topic)
	name := tapPrefix + strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, run)
	return name[:min(len(name), longestQueueName-len(tail))] + tail
}

// Inject makes the queue, subscribes it, and proves that it hears.
func (t *snsTap) Inject(ctx context.Context, p Plan) error {
	var before tapBefore
	if err := p.recall(&before); err != nil {
		return err
	}
	url, err := t.createQueue(ctx, before)
	if err != nil {
		return fmt.Errorf("open tap: %w", err)
	}
	for _, step := range []func(context.Context, tapBefore, string) error{t.readBack, t.subscribe, t.prove} {
		if err := going(ctx); err != nil {
			return err
		}
		if err := step(ctx, before, url); err != nil {
			return fmt.Errorf("open tap: %w", err)
		}
	}
	t.opened = TapOutputs{QueueURL: url}
	return nil
}

func (t *snsTap) createQueue(ctx context.Context, before tapBefore) (url string, err error) {
	policy, err := tapPolicy(before)
	if err != nil {
		return "", err
	}
	in := &sqs.CreateQueueInput{QueueName: aws.String(before.Queue), Attributes: map[string]string{
		// From the start, because a later change of the policy may take a minute.
		string(types.QueueAttributeNamePolicy):                 policy,
		string(types.QueueAttributeNameMessageRetentionPeriod): tapRetention,
	}}
	done, err := t.env.await(ctx, 5*time.Second, recreatePatience, func() (bool, error) {
		if err := going(ctx); err != nil {
			return false, err
		}
		out, err := t.queues.CreateQueue(ctx, in)
		if isCode(err, "QueueDeletedRecently") {
			return false, nil
		}
		if err == nil {
			url = aws.ToString(out.QueueUrl)
		}
		return err == nil, err
	})
	if err == nil && !done {
		err = errors.New("SQS still refuses the name, because a queue of that name was deleted")
	}
	if err != nil {
		return "", fmt.Errorf("create queue %s: %w", before.Queue, err)
	}
	return url, nil
}

type policyText struct {
	Version   string            `json:"Version"`
	Statement []policyStatement `json:"Statement"`
}

type policyStatement struct {
	Effect    string
	Principal map[string]string
	Action    string
	Resource  string
	Condition map[string]map[string]string
}

// tapPolicy admits the topic and nobody else.
func tapPolicy(before tapBefore) (string, error) {
	text, err := json.Marshal(policyText{Version: "2012-10-17", Statement: []policyStatement{{
		Effect: "Allow", Principal: map[string]string{"Service": "sns.amazonaws.com"},
		Action: "sqs:SendMessage", Resource: before.QueueARN,
		Condition: map[string]map[string]string{"ArnEquals": {"aws:SourceArn": before.Topic}},
	}}})
	if err != nil {
		return "", fmt.Errorf("write the queue's policy: %w", err)
	}
	return string(text), nil
}

// readBack proves that the queue is where the policy expects it, and that the policy is in force.
func (t *snsTap) readBack(ctx context.Context, before tapBefore, url string) error {
	var found map[string]string
	done, err := t.env.await(ctx, tapPause, tapPatience, func() (bool, error) {
		out, err := t.queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: aws.String(url), AttributeNames: []types.QueueAttributeName{
			types.QueueAttributeNamePolicy, types.QueueAttributeNameQueueArn,
		}})
		if queueGone(err) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("read the queue's policy back: %w", err)
		}
		found = out.Attributes
		return strings.Contains(found[string(types.QueueAttributeNamePolicy)], before.Topic), nil
	})
	if err != nil {
		return err
	}
	if is := found[string(types.QueueAttributeNameQueueArn)]; is != "" && is != before.QueueARN {
		return fmt.Errorf("the queue is %s, not %s: the topic must be of the same account", is, before.QueueARN)
	}
	if !done {
		return fmt.Errorf("queue %s did not take its policy within %s", before.Queue, clock.Short(tapPatience))
	}
	return nil
}

// subscribe returns once the subscription is confirmed, which SNS does by itself within an account.
func (t *snsTap) subscribe(ctx context.Context, before tapBefore, _ string) error {
	_, err := t.sns.Subscribe(ctx, &sns.SubscribeInput{
		TopicArn: aws.String(before.Topic), Protocol: aws.String("sqs"), Endpoint: aws.String(before.QueueARN),
		// Raw messages would come without their envelope, and so without the time of publishing.
		Attributes:            map[string]string{"RawMessageDelivery": "false"},
		ReturnSubscriptionArn: true,
	}, regionOf(before.Topic))
	if err != nil {
		return fmt.Errorf("subscribe to %s: %w", before.Topic, err)
	}
	done, err := t.env.await(ctx, tapPause, tapPatience, func() (bool, error) {
		confirmed, _, err := t.subscriptions(ctx, before)
		return len(confirmed) > 0, err
	})
	if err == nil && !done {
		err = fmt.Errorf("not confirmed within %s", clock.Short(tapPatience))
	}
	if err != nil {
		return fmt.Errorf("subscribe to %s: %w", before.Topic, err)
	}
	return nil
}

// prove sends a message straight to the queue and takes it out again. Publishing to the topic would page people.
func (t *snsTap) prove(ctx context.Context, before tapBefore, url string) error {
	proof := "gameday proves that it can read " + before.Queue
	_, err := t.sqs.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: aws.String(url), MessageBody: aws.String(proof)})
	if err != nil {
		return fmt.Errorf("send the proof: %w", err)
	}
	done, err := t.env.await(ctx, tapPause, tapPatience, func() (bool, error) { return t.takeProof(ctx, url, proof) })
	if err == nil && !done {
		err = fmt.Errorf("it did not come within %s", clock.Short(tapPatience))
	}
	if err != nil {
		return fmt.Errorf("receive the proof: %w", err)
	}
	return nil
}

// takeProof leaves what the topic sent meanwhile: that is visible again in a few seconds.
func (t *snsTap) takeProof(ctx context.Context, url, proof string) (found bool, err error) {
	out, err := t.sqs.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: aws.String(url), MaxNumberOfMessages: 10, WaitTimeSeconds: 5, VisibilityTimeout: 5,
	})
	if err != nil {
		return false, err
	}
	for _, m := range out.Messages {
		if aws.ToString(m.Body) != proof {
			continue
		}
		_, err := t.sqs.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: aws.String(url), ReceiptHandle: m.ReceiptHandle})
		if err != nil {
			return false, err
		}
		found = true
	}
	return found, nil
}
