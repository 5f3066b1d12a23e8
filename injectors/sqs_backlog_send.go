package injectors

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"gameday/internal/clock"
)

const (
	// fewestStrands send at once; a rate that needs more calls in flight gets more, up to mostStrands.
	fewestStrands, mostStrands = 16, 64
	// usualAnswer is how long a call may take for a rate to be kept.
	usualAnswer = 100 * time.Millisecond
	// perBatch is how many messages one call takes.
	perBatch = 10
	// entryAttempts is how often an entry of a batch is sent before its failure counts.
	entryAttempts = 8
	// groups is over how many message groups a FIFO queue gets its messages, because each has a quota of its own.
	groups = 16
)

type sendsBatches interface {
	SendMessageBatch(context.Context, *sqs.SendMessageBatchInput, ...func(*sqs.Options)) (*sqs.SendMessageBatchOutput, error)
}

// flood is an Inject under way. Its memory does not depend on the number of messages: a strand makes its next batch when
// the one before is sent.
type flood struct {
	*sqsBacklog
	plan       backlogBefore
	attributes map[string]types.MessageAttributeValue
	batch      int // messages in a call
	began      time.Time
	next       int // number of the first message of the next batch
	failed     bool
}

// Inject sends the messages. At a rate, each batch has its moment on the clock, and one that is late moves none of the
// others; without, the strands send as fast as the queue answers.
func (f *sqsBacklog) Inject(ctx context.Context, p Plan) error {
	var before backlogBefore
	if err := p.recall(&before); err != nil {
		return err
	}
	s := &flood{sqsBacklog: f, plan: before, attributes: f.messageAttributes(before.Mark), batch: f.batchSize(), began: f.env.Clock.Now()}
	strands := clock.NewGroup(f.env.Clock)
	for range f.strands(s.batch) {
		strands.Go(func() error { return s.strand(ctx) })
	}
	if err := strands.Wait(ctx); err != nil {
		return err
	}
	return nil
}

// batchSize is as many as a call takes, but at a low rate so few that ten calls a second are enough.
func (f *sqsBacklog) batchSize() int {
	size := min(perBatch, mostBytes/max(f.size(), 1))
	if f.PerSecond > 0 {
		size = min(size, int(math.Ceil(f.PerSecond/10)))
	}
	return max(size, 1)
}

func (f *sqsBacklog) strands(batch int) int {
	inFlight := int(math.Ceil(f.PerSecond / float64(batch) * usualAnswer.Seconds()))
	return min(max(fewestStrands, inFlight), mostStrands, (f.Messages+batch-1)/batch)
}

func (f *sqsBacklog) messageAttributes(mark string) map[string]types.MessageAttributeValue {
	all := map[string]types.MessageAttributeValue{markAttribute: textAttribute(mark)}
	for name, value := range f.Attributes {
		all[name] = textAttribute(value)
	}
	return all
}

func textAttribute(value string) types.MessageAttributeValue {
	return types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String(value)}
}

// strand takes one batch after the other until all are taken, ctx ends, or another strand has failed.
func (s *flood) strand(ctx context.Context) error {
	for s.next < s.plan.Messages && !s.failed {
		first := s.next
		s.next = min(first+s.batch, s.plan.Messages)
		err := s.sendAt(ctx, first, s.next)
		if err != nil {
			s.failed = true
			return err
		}
	}
	return nil
}

// sendAt sends the messages from first to before end, when their moment has come.
func (s *flood) sendAt(ctx context.Context, first, end int) error {
	if s.PerSecond > 0 {
		due := s.began.Add(time.Duration(float64(first) / s.PerSecond * float64(time.Second)))
		if err := s.env.Clock.Sleep(ctx, due.Sub(s.env.Clock.Now())); err != nil {
			return err
		}
	}
	entries := make([]types.SendMessageBatchRequestEntry, 0, end-first)
	for n := first; n < end; n++ {
		entries = append(entries, s.entry(n, n-first))
	}
	return s.sendAll(ctx, entries)
}

func (s *flood) entry(n, id int) types.SendMessageBatchRequestEntry {
	entry := types.SendMessageBatchRequestEntry{
		Id: aws.String(strconv.Itoa(id)), MessageBody: aws.String(s.Body), MessageAttributes: s.attributes,
	}
	if s.plan.Queue.FIFO {
		entry.MessageGroupId = aws.String(fmt.Sprintf("gameday-%s-%d", hashOf(s.plan.Mark), n/s.batch%groups))
		entry.MessageDeduplicationId = aws.String(fmt.Sprintf("gameday-%s-%d", hashOf(s.plan.Mark), n))
	}
	return entry
}

// sendAll sends a batch, and what failed of it again, longer and longer after.
func (s *flood) sendAll(ctx context.Context, entries []types.SendMessageBatchRequestEntry) error {
	pause := 100 * time.Millisecond
	for attempt := 1; ; attempt++ {
		if s.failed {
			return nil
		}
		if err := going(ctx); err != nil {
			return err
		}
		out, err := s.send.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{
			QueueUrl: aws.String(s.plan.Queue.URL), Entries: entries,
		})
		if err != nil {
			return fmt.Errorf("send messages to %s: %w", s.plan.Queue.URL, err)
		}
		if len(out.Failed) == 0 {
			return nil
		}
		if worst := out.Failed[0]; attempt == entryAttempts || slices.ContainsFunc(out.Failed, senderFault) {
			return fmt.Errorf("send messages to %s: %d of %d refused: %s: %s", s.plan.Queue.URL, len(out.Failed), len(entries),
				aws.ToString(worst.Code), aws.ToString(worst.Message))
		}
		entries = slices.DeleteFunc(entries, func(e types.SendMessageBatchRequestEntry) bool {
			return !slices.ContainsFunc(out.Failed, func(f types.BatchResultErrorEntry) bool { return *e.Id == aws.ToString(f.Id) })
		})
		if err := s.env.Clock.Sleep(ctx, pause); err != nil {
			return err
		}
		pause = min(2*pause, 5*time.Second)
	}
}

// senderFault says that sending an entry again would not help. Throttling counts as the sender's fault, but passes.
func senderFault(f types.BatchResultErrorEntry) bool {
	return f.SenderFault && !strings.Contains(aws.ToString(f.Code), "Throttl")
}
