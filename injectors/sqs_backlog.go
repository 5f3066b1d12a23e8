package injectors

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const (
	// markAttribute is the message attribute that names the run and block that a message belongs to.
	markAttribute = "gameday"
	// mostAttributes is how many attributes a message can have, the mark included.
	mostAttributes = 10
	// mostBytes is how big a message can be, and a batch of them together.
	mostBytes = 1 << 20
)

// queueGone says whether err is AWS's answer that there is no such queue, in the words of either of its protocols.
func queueGone(err error) bool { return isCode(err, "QueueDoesNotExist", "NonExistentQueue") }

type readsQueues interface {
	GetQueueAttributes(context.Context, *sqs.GetQueueAttributesInput, ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error)
	GetQueueUrl(context.Context, *sqs.GetQueueUrlInput, ...func(*sqs.Options)) (*sqs.GetQueueUrlOutput, error)
}

// sqsBacklog lets messages pile up on a queue:
//
//	inject   ─── 16 strands, batches of 10, marked ───► queue ──► consumers
//	revert   ◄── marked ones deleted ── receive ───────── │
//	             others held, then given back ──────────► └──► dead-letter queue: swept likewise
type sqsBacklog struct {
	QueueURL   string            `hcl:"queue_url" doc:"the queue, standard or FIFO"`
	Messages   int               `hcl:"messages" doc:"how many messages to send"`
	PerSecond  float64           `hcl:"per_second,optional" doc:"how fast; 0: as fast as the queue takes them"`
	Body       string            `hcl:"body,optional" doc:"the text of every message"`
	Attributes map[string]string `hcl:"attributes,optional" doc:"message attributes, all strings"`

	read  readsQueues
	send  sendsBatches
	sweep sweepsQueues
	tags  readsQueueTags
	env   Env
}

// QueueTouched is the outputs of sqs_backlog.
type QueueTouched struct {
	QueueURL string `cty:"queue_url" json:"queue_url" doc:"the queue"`
}

type backlogBefore struct {
	Mark     string     `json:"mark"`
	Messages int        `json:"messages"`
	Queue    queueFacts `json:"queue"`
	// DeadLetters is the queue's dead-letter queue, where it has one that exists.
	DeadLetters *queueFacts `json:"dead_letters,omitempty"`
}

// queueFacts is what a sweep needs to know of a queue.
type queueFacts struct {
	URL  string `json:"url"`
	ARN  string `json:"arn"`
	FIFO bool   `json:"fifo,omitempty"`
}

func sqsBacklogKind() Kind {
	return Kind{
		Name:    "sqs_backlog",
		Summary: "puts messages on an SQS queue; revert takes its own out again",
		Example: "queue_url  = \"https://sqs.eu-west-1.amazonaws.com/111122223333/orders\"\n" +
			"messages   = 5000\nper_second = 200\nbody       = jsonencode({ order = \"gameday\" })",
		Permissions: []string{
			"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl",
			"sqs:ReceiveMessage", "sqs:SendMessage",
		},
		Tagging:   []string{"sqs:ListQueueTags"},
		Reverting: []string{"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"},
		Beyond:    deadLettersOf,
		Outputs:   QueueTouched{},
		New: func(env Env) Injector {
			queue := sqs.NewFromConfig(env.AWS)
			return &sqsBacklog{Body: `{"source":"gameday"}`, read: queue, send: queue, sweep: queue, tags: queue, env: env}
		},
	}
}

// Problems finds values that SQS would refuse.
func (f *sqsBacklog) Problems() []Problem {
	var problems []Problem
	wrong := func(bad bool, attribute, summary, detail string) {
		if bad {
			problems = append(problems, Problem{Attribute: attribute, Summary: summary, Detail: detail})
		}
	}
	at, err := url.Parse(f.QueueURL)
	wrong(err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" || strings.Trim(at.Path, "/") == "", "queue_url", "Not a queue's URL",
		fmt.Sprintf("%q is not like https://sqs.eu-west-1.amazonaws.com/111122223333/orders.", f.QueueURL))
	wrong(f.Messages < 1, "messages", "No messages", "At least one must be sent.")
	wrong(f.PerSecond < 0, "per_second", "Negative rate", "Use 0 for as fast as the queue takes them.")
	wrong(f.Body == "", "body", "Empty body", "SQS takes no empty messages.")
	_, reserved := f.Attributes[markAttribute]
	wrong(reserved, "attributes", "Reserved attribute", "The attribute \"gameday\" marks gameday's messages.")
	wrong(len(f.Attributes) >= mostAttributes, "attributes", "Too many attributes",
		fmt.Sprintf("A message has at most %d, of which gameday needs one.", mostAttributes))
	for _, name := range slices.Sorted(maps.Keys(f.Attributes)) {
		wrong(name == "" || f.Attributes[name] == "", "attributes", "Empty attribute", fmt.Sprintf("%q = %q", name, f.Attributes[name]))
	}
	wrong(f.size() > mostBytes, "body", "Message too big", fmt.Sprintf("It has %d bytes, %d are possible.", f.size(), mostBytes))
	return problems
}

// size is how many bytes SQS counts for one message.
func (f *sqsBacklog) size() int {
	size := len(f.Body) + len(markAttribute) + len("String") + len(f.env.mark())
	for name, value := range f.Attributes {
		size += len(name) + len("String") + len(value)
	}
	return size
}

// Plan reads the queue, and its dead-letter queue from the redrive policy.
func (f *sqsBacklog) Plan(ctx context.Context) (Plan, error) {
	attributes, err := f.attributes(ctx, f.QueueURL)
	if err != nil {
		return Plan{}, fmt.Errorf("plan a backlog: %w", err)
	}
	if most, err := strconv.Atoi(attributes["MaximumMessageSize"]); err == nil && f.size() > most {
		return Plan{}, fmt.Errorf("plan a backlog: a message has %d bytes, and %s takes at most %d", f.size(), f.QueueURL, most)
	}
	before := backlogBefore{Mark: f.env.mark(), Messages: f.Messages, Queue: queueFacts{
		URL: f.QueueURL, ARN: attributes["QueueArn"], FIFO: attributes["FifoQueue"] == "true",
	}}
	if before.DeadLetters, err = f.deadLetters(ctx, attributes["RedrivePolicy"]); err != nil {
		return Plan{}, fmt.Errorf("plan a backlog: %w", err)
	}
	return newPlan([]string{before.Queue.ARN}, before, QueueTouched{f.QueueURL})
}

func (f *sqsBacklog) attributes(ctx context.Context, queue string) (map[string]string, error) {
	attributes, _, err := f.look(ctx, queue)
	return attributes, err
}

// look reads a queue's attributes, and what time it is for SQS, or up to a second later.
func (f *sqsBacklog) look(ctx context.Context, queue string) (attributes map[string]string, now time.Time, err error) {
	out, err := f.read.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: aws.String(queue), AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
	})
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("read queue %s: %w", queue, err)
	}
	now = f.env.Clock.Now()
	if answer, ok := awsmiddleware.GetRawResponse(out.ResultMetadata).(*smithyhttp.Response); ok {
		if date, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
			now = date.Add(time.Second) // it comes in whole seconds
		}
	}
	return out.Attributes, now, nil
}

// deadLetters finds the dead-letter queue of a redrive policy: nil where there is none, or none any more.
func (f *sqsBacklog) deadLetters(ctx context.Context, policy string) (*queueFacts, error) {
	target, err := arn.Parse(newRedrive(policy).Target)
	if err != nil {
		return nil, nil
	}
	in := &sqs.GetQueueUrlInput{QueueName: aws.String(target.Resource)}
	if target.AccountID != "" {
		in.QueueOwnerAWSAccountId = aws.String(target.AccountID)
	}
	out, err := f.read.GetQueueUrl(ctx, in)
	if queueGone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find dead-letter queue %s: %w", target.Resource, err)
	}
	return &queueFacts{URL: aws.ToString(out.QueueUrl), ARN: target.String(), FIFO: strings.HasSuffix(target.Resource, ".fifo")}, nil
}

// deadLettersOf returns the ARN of the dead-letter queue that a revert sweeps, too.
func deadLettersOf(p Plan) []string {
	var before backlogBefore
	if p.recall(&before) != nil || before.DeadLetters == nil {
		return nil
	}
	return []string{before.DeadLetters.ARN}
}

// redrive says after how many receives SQS gives a message up, and to which queue. The zero value: never.
type redrive struct {
	Target string      `json:"deadLetterTargetArn"`
	Max    json.Number `json:"maxReceiveCount"` // some write it as a string
}

func newRedrive(policy string) redrive {
	var r redrive
	if policy == "" || json.Unmarshal([]byte(policy), &r) != nil {
		return redrive{}
	}
	return r
}

// most is the policy's count, 0 where there is none.
func (r redrive) most() int {
	n, _ := strconv.Atoi(cmp.Or(r.Max.String(), "0"))
	return n
}
