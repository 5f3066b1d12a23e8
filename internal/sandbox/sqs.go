package sandbox

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// queues is SQS: standard queues only.
type queues struct {
	*Account
	byURL    map[string]*queue
	buried   map[string]time.Time // deleted queues, by name
	naming   *regexp.Regexp
	sampling *rand.Rand // what a short poll overlooks
	lagging  *rand.Rand // how long changed policies take
	salts    *rand.Rand
}

// A name can be used again so long after its queue was deleted. (Amazon SQS API Reference, DeleteQueue)
const burial = time.Minute

func (a *Account) sqs(spec Spec) error {
	s := &queues{
		Account: a, byURL: map[string]*queue{}, buried: map[string]time.Time{},
		naming:   regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`),
		sampling: a.seed.Stream("sqs", "sampling"), lagging: a.seed.Stream("sqs", "policies"), salts: a.seed.Stream("sqs", "salts"),
	}
	a.queues = s
	handle(a, "SQS", "CreateQueue", s.create)
	handle(a, "SQS", "DeleteQueue", s.delete)
	handle(a, "SQS", "GetQueueUrl", s.getURL)
	handle(a, "SQS", "ListQueues", s.list)
	handle(a, "SQS", "GetQueueAttributes", s.getAttributes)
	handle(a, "SQS", "SetQueueAttributes", s.setAttributes)
	handle(a, "SQS", "TagQueue", s.tag)
	handle(a, "SQS", "UntagQueue", s.untag)
	handle(a, "SQS", "ListQueueTags", s.listTags)
	handle(a, "SQS", "SendMessage", s.send)
	handle(a, "SQS", "SendMessageBatch", s.sendBatch)
	handle(a, "SQS", "ReceiveMessage", s.receive)
	handle(a, "SQS", "DeleteMessage", s.deleteMessage)
	handle(a, "SQS", "DeleteMessageBatch", s.deleteBatch)
	handle(a, "SQS", "ChangeMessageVisibility", s.changeVisibility)
	handle(a, "SQS", "ChangeMessageVisibilityBatch", s.changeVisibilityBatch)
	handle(a, "SQS", "PurgeQueue", s.purge)
	a.pictured("sqs", s.picture)
	return s.build(spec)
}

// build makes the queues of a sandbox file.
func (s *queues) build(spec Spec) error {
	for _, q := range spec.Queues {
		if err := s.checkSpec(q, spec.Queues); err != nil {
			return fmt.Errorf("sqs_queue %q: %w", q.Name, err)
		}
		attributes := map[string]string{}
		if q.VisibilityTimeout > 0 {
			attributes["VisibilityTimeout"] = strconv.Itoa(int(q.VisibilityTimeout.Seconds()))
		}
		if q.DeadLetterQueue != "" {
			attributes["RedrivePolicy"] = fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":%d}`,
				s.queueARN(q.DeadLetterQueue), q.MaxReceiveCount)
		}
		if err := s.checkNew(q.Name, attributes); err != nil {
			return fmt.Errorf("sqs_queue %q: %w", q.Name, err)
		}
		made := s.add(q.Name, attributes, q.Tags)
		made.traffic.arrives, made.traffic.consumes = q.ArrivesPerSecond, q.ConsumesPerSecond
		made.depths.lag = q.DepthLag
	}
	return nil
}

func (s *queues) checkSpec(q QueueSpec, all []QueueSpec) error {
	target := func(other QueueSpec) bool { return other.Name == q.DeadLetterQueue }
	switch _, exists := s.byURL[s.queueURL(q.Name)]; {
	case exists:
		return errors.New("there are two of that name")
	case q.ArrivesPerSecond < 0 || q.ConsumesPerSecond < 0:
		return errors.New("rates cannot be negative")
	case q.DepthLag < 0:
		return errors.New("depth_lag cannot be negative")
	case q.DeadLetterQueue != "" && !slices.ContainsFunc(all, target):
		return fmt.Errorf("there is no sqs_queue %q", q.DeadLetterQueue)
	}
	return nil
}

func (s *queues) add(name string, attributes, tags map[string]string) *queue {
	now := s.clock.Now()
	q := &queue{
		account: s.Account, name: name, arn: s.queueARN(name), url: s.queueURL(name), created: now, modified: now,
		attributes: maps.Clone(attributes), tags: maps.Clone(tags), salt: s.salts.Uint64(),
		back: pile{less: oldestFirst}, away: pile{less: soonestFirst}, known: map[uint64]*message{},
		traffic: traffic{at: now}, depths: depths{began: now},
	}
	if q.attributes == nil {
		q.attributes = map[string]string{}
	}
	if q.tags == nil {
		q.tags = map[string]string{}
	}
	q.policy = q.attributes["Policy"]
	q.redrive, _ = parseRedrive(q.attributes["RedrivePolicy"])
	s.byURL[q.url] = q
	return q
}

func (s *queues) queueARN(name string) string {
	return fmt.Sprintf("arn:aws:sqs:%s:%s:%s", s.Region, s.ID, name)
}

func (s *queues) queueURL(name string) string {
	return fmt.Sprintf("https://sqs.%s.amazonaws.com/%s/%s", s.Region, s.ID, name)
}

// find returns the queue as it is at present.
func (s *queues) find(url *string) (*queue, error) {
	q, ok := s.byURL[aws.ToString(url)]
	if !ok {
		return nil, noQueue()
	}
	q.look()
	return q, nil
}

// byARN returns a queue as it is at present, or nil.
func (s *queues) byARN(arn string) *queue {
	name, ours := strings.CutPrefix(arn, s.queueARN(""))
	q := s.byURL[s.queueURL(name)]
	if !ours || q == nil {
		return nil
	}
	q.look()
	return q
}

// queueVisible is the true number of visible messages of a queue.
func (a *Account) queueVisible(name string) float64 {
	q := a.queues.byARN(a.queues.queueARN(name))
	if q == nil {
		return 0
	}
	return float64(q.visible())
}

// setQueueRate changes a rate of a queue's own traffic: arrives_per_second or consumes_per_second.
func (a *Account) setQueueRate(name, attribute string, perSecond float64) {
	q := a.queues.byARN(a.queues.queueARN(name))
	if q == nil {
		return
	}
	switch attribute {
	case "arrives_per_second":
		q.traffic.arrives = perSecond
	case "consumes_per_second":
		q.traffic.consumes = perSecond
	}
	a.clock.Notify(&q.changed)
}

func (s *queues) create(_ context.Context, in *sqs.CreateQueueInput) (*sqs.CreateQueueOutput, error) {
	name := aws.ToString(in.QueueName)
	if q, exists := s.byURL[s.queueURL(name)]; exists {
		for _, key := range slices.Sorted(maps.Keys(in.Attributes)) {
			if q.attribute(key) != in.Attributes[key] {
				return nil, &types.QueueNameExists{
					ErrorCodeOverride: aws.String("QueueAlreadyExists"),
					Message:           aws.String("A queue already exists with the same name and a different value for attribute " + key),
				}
			}
		}
		return &sqs.CreateQueueOutput{QueueUrl: aws.String(q.url)}, nil
	}
	if err := s.checkNew(name, in.Attributes); err != nil {
		return nil, err
	}
	q := s.add(name, in.Attributes, in.Tags)
	return &sqs.CreateQueueOutput{QueueUrl: aws.String(q.url)}, nil
}

func (s *queues) checkNew(name string, attributes map[string]string) error {
	if strings.HasSuffix(name, ".fifo") || attributes["FifoQueue"] != "" {
		return failure("NotImplemented", "the sandbox has no FIFO queues")
	}
	if !s.naming.MatchString(name) {
		return failure("InvalidParameterValue",
			"Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
	}
	if died, ok := s.buried[name]; ok && s.clock.Now().Sub(died) < burial {
		return &types.QueueDeletedRecently{
			ErrorCodeOverride: aws.String("AWS.SimpleQueueService.QueueDeletedRecently"),
			Message:           aws.String("You must wait 60 seconds after deleting a queue before you can create another with the same name."),
		}
	}
	return s.checkAttributes(attributes)
}

func (s *queues) delete(_ context.Context, in *sqs.DeleteQueueInput) (*sqs.DeleteQueueOutput, error) {
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	q.deleted = true
	delete(s.byURL, q.url)
	s.buried[q.name] = s.clock.Now()
	s.clock.Notify(&q.changed)
	return &sqs.DeleteQueueOutput{}, nil
}

func (s *queues) getURL(_ context.Context, in *sqs.GetQueueUrlInput) (*sqs.GetQueueUrlOutput, error) {
	url := s.queueURL(aws.ToString(in.QueueName))
	if owner := aws.ToString(in.QueueOwnerAWSAccountId); owner != "" && owner != s.ID {
		return nil, noQueue()
	}
	if _, err := s.find(&url); err != nil {
		return nil, err
	}
	return &sqs.GetQueueUrlOutput{QueueUrl: &url}, nil
}

func (s *queues) list(_ context.Context, in *sqs.ListQueuesInput) (*sqs.ListQueuesOutput, error) {
	limit := int(aws.ToInt32(in.MaxResults))
	if limit < 0 || limit > 1000 {
		return nil, failure("InvalidParameterValue", "Value for parameter MaxResults is invalid. Reason: Must be between 1 and 1000.")
	}
	var urls []string
	for _, url := range slices.Sorted(maps.Keys(s.byURL)) {
		if strings.HasPrefix(url, s.queueURL(aws.ToString(in.QueueNamePrefix))) {
			urls = append(urls, url)
		}
	}
	if limit == 0 { // Then there are no further pages. (Amazon SQS API Reference, ListQueues)
		return &sqs.ListQueuesOutput{QueueUrls: urls[:min(len(urls), 1000)]}, nil
	}
	some, next, err := page(s.Account, urls, in.NextToken, limit)
	if err != nil {
		return nil, err
	}
	return &sqs.ListQueuesOutput{QueueUrls: some, NextToken: next}, nil
}

func (s *queues) purge(_ context.Context, in *sqs.PurgeQueueInput) (*sqs.PurgeQueueOutput, error) {
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	now := s.clock.Now()
	if !q.purged.IsZero() && now.Sub(q.purged) < time.Minute {
		return nil, &types.PurgeQueueInProgress{
			ErrorCodeOverride: aws.String("AWS.SimpleQueueService.PurgeQueueInProgress"),
			Message:           aws.String("Only one PurgeQueue operation on " + q.name + " is allowed every 60 seconds."),
		}
	}
	q.purged = now
	q.empty()
	return &sqs.PurgeQueueOutput{}, nil
}

// messageID is the id of the message at a place of the queue.
func (q *queue) messageID(place uint64) string {
	return uuid(rand.New(rand.NewPCG(q.salt, place)))
}

type queuePicture struct {
	Attributes, Tags map[string]string
	Sent             int // messages in it that somebody sent
}

// picture is what a fault or a tap could have changed: which queues there are, how they are set, and what was sent to them.
func (s *queues) picture() any {
	all := map[string]queuePicture{}
	for _, url := range slices.Sorted(maps.Keys(s.byURL)) {
		q := s.byURL[url]
		q.look()
		all[q.name] = queuePicture{maps.Clone(q.attributes), maps.Clone(q.tags), q.sent()}
	}
	return all
}
