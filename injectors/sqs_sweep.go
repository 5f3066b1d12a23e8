package injectors

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	"gameday/internal/clock"
)

const (
	// sweepStrands receive and delete at once, at most.
	sweepStrands = 32
	// enoughIdle is how many long polls in a row must bring nothing of interest before a queue counts as swept.
	enoughIdle = 3
	// sweepWait makes every poll a long one, in seconds: a short poll asks only some of SQS's servers.
	sweepWait = 1
	// holdFor is how long others' messages are invisible, unless renewed: should this process die, so long at most.
	holdFor = time.Minute
	// renewBefore is how long before its end a hold is renewed.
	renewBefore = 30 * time.Second
	// mostHeld stays below the 120,000 messages that SQS lets be in flight.
	mostHeld = 100_000
	// fewestReceives is the smallest maxReceiveCount with which others' messages can be received at all: with 2, one
	// look by gameday would leave the last attempt to their consumer.
	fewestReceives = 3
)

type sweepsQueues interface {
	ReceiveMessage(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	DeleteMessageBatch(context.Context, *sqs.DeleteMessageBatchInput, ...func(*sqs.Options)) (*sqs.DeleteMessageBatchOutput, error)
	ChangeMessageVisibilityBatch(context.Context, *sqs.ChangeMessageVisibilityBatchInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error)
}

// dangerError says that sweeping on would harm others' messages.
type dangerError struct{ why string }

// Error says what the danger is.
func (e *dangerError) Error() string { return e.why }

// queueSweep takes the messages with one mark out of one queue:
//
//	         ┌─ marked ──────► DeleteMessageBatch
//	receive ─┤
//	         └─ somebody's ──► held until the end ──► ChangeMessageVisibilityBatch 0
//
// Others' messages are held so that no poll brings them twice: every receive counts towards their maxReceiveCount.
type queueSweep struct {
	*sqsBacklog
	queue   queueFacts
	mark    string
	strands int

	began time.Time // by SQS's clock
	most  int       // the queue's maxReceiveCount; 0: none
	idle  int       // polls in a row that brought nothing of interest
	held  []hold
	taken int
	doubt bool  // whether an answer was lost, and messages with it that nobody can receive for a while
	err   error // why to stop; first come
}

// hold is somebody's message that is invisible because of the sweep.
type hold struct {
	handle string
	until  time.Time
}

// run sweeps the queue. Others' messages are given back whatever happens.
func (s *queueSweep) run(ctx context.Context) error {
	attributes, now, err := s.look(ctx, s.queue.URL)
	if err != nil {
		return err
	}
	s.began, s.most = now, newRedrive(attributes["RedrivePolicy"]).most()
	if s.most > 0 && s.most < fewestReceives {
		if number(attributes, "ApproximateNumberOfMessages")+number(attributes, "ApproximateNumberOfMessagesNotVisible")+
			number(attributes, "ApproximateNumberOfMessagesDelayed") == 0 {
			return nil
		}
		return &dangerError{fmt.Sprintf("maxReceiveCount is %d, so receiving others' messages would make their consumers lose them", s.most)}
	}
	defer s.giveBack(context.WithoutCancel(ctx))
	for s.err == nil && s.idle < enoughIdle {
		// The first poll is alone: should others' messages be near their maxReceiveCount, few are touched.
		s.poll(ctx)
		if s.idle > 0 {
			continue
		}
		together := clock.NewGroup(s.env.Clock)
		for range s.strands {
			together.Go(func() error { s.strand(ctx); return nil })
		}
		if err := together.Wait(ctx); err != nil {
			return err
		}
		s.idle = 0
	}
	return s.err
}

// strand polls until a poll brings nothing of interest.
func (s *queueSweep) strand(ctx context.Context) {
	for s.err == nil && s.poll(ctx) {
	}
}

// poll receives once, deletes what is marked and holds the rest. It says whether there was anything of interest: marked
// messages, or others that lay there before the sweep, behind which marked ones may be. Those that arrive while it goes on
// say nothing, or a busy queue would never count as swept.
func (s *queueSweep) poll(ctx context.Context) (interesting bool) {
	s.renew(ctx)
	out, err := s.sweep.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: aws.String(s.queue.URL), MaxNumberOfMessages: perBatch, WaitTimeSeconds: sweepWait,
		VisibilityTimeout: int32(holdFor / time.Second), MessageAttributeNames: []string{markAttribute},
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{
			types.MessageSystemAttributeNameApproximateReceiveCount, types.MessageSystemAttributeNameSentTimestamp,
		},
	})
	if isCode(err, "OverLimit") {
		err = &dangerError{"too many of others' messages lie before gameday's"}
	}
	if err != nil {
		s.stop(err)
		return false
	}
	s.doubt = s.doubt || answerLost(out)
	var own []types.Message
	for _, m := range out.Messages {
		if aws.ToString(m.MessageAttributes[markAttribute].StringValue) == s.mark {
			own = append(own, m)
			continue
		}
		interesting = s.hold(m) || interesting
	}
	interesting = interesting || len(own) > 0
	s.idle++
	if interesting {
		s.idle = 0
	}
	if err := s.delete(ctx, own); err != nil {
		s.stop(err)
	}
	return interesting
}

// answerLost says that a request of the call may have hidden messages which nobody has seen.
func answerLost(out *sqs.ReceiveMessageOutput) bool {
	attempts, _ := retry.GetAttemptResults(out.ResultMetadata)
	return slices.ContainsFunc(attempts.Results, func(r retry.AttemptResult) bool {
		var answer smithy.APIError
		return r.Err != nil && !errors.As(r.Err, &answer)
	})
}

func (s *queueSweep) stop(err error) {
	if s.err == nil {
		s.err = err
	}
}

// hold keeps somebody's message from being received again, and says whether it lay there before the sweep. It stops the
// sweep when the message, or the number of such messages, comes near a limit.
func (s *queueSweep) hold(m types.Message) (old bool) {
	s.held = append(s.held, hold{aws.ToString(m.ReceiptHandle), s.env.Clock.Now().Add(holdFor)})
	receives, _ := strconv.Atoi(m.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)])
	if s.most > 0 && receives >= s.most-1 {
		s.stop(&dangerError{fmt.Sprintf("somebody's message was received %d times, and maxReceiveCount is %d", receives, s.most)})
	}
	if len(s.held) >= mostHeld {
		s.stop(&dangerError{fmt.Sprintf("more than %d of others' messages lie before gameday's", mostHeld)})
	}
	sent, err := strconv.ParseInt(m.Attributes[string(types.MessageSystemAttributeNameSentTimestamp)], 10, 64)
	return err != nil || time.UnixMilli(sent).Before(s.began)
}

// delete deletes messages. What fails for good has become visible again, and another poll will bring it.
func (s *queueSweep) delete(ctx context.Context, own []types.Message) error {
	for attempt := 0; len(own) > 0 && attempt < entryAttempts; attempt++ {
		in := &sqs.DeleteMessageBatchInput{QueueUrl: aws.String(s.queue.URL)}
		for n, m := range own {
			in.Entries = append(in.Entries, types.DeleteMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(n)), ReceiptHandle: m.ReceiptHandle})
		}
		out, err := s.sweep.DeleteMessageBatch(ctx, in)
		if err != nil {
			return fmt.Errorf("delete messages: %w", err)
		}
		s.taken += len(out.Successful)
		if own = retryable(own, out.Failed); len(own) > 0 {
			if err := s.env.Clock.Sleep(ctx, time.Second); err != nil {
				return err
			}
		}
	}
	return nil
}

// renew extends the holds that would end soon.
func (s *queueSweep) renew(ctx context.Context) {
	now := s.env.Clock.Now()
	for len(s.held) > 0 && s.held[0].until.Sub(now) < renewBefore {
		n := 1
		for n < min(perBatch, len(s.held)) && s.held[n].until.Sub(now) < renewBefore {
			n++
		}
		batch := slices.Clone(s.held[:n])
		s.held = s.held[n:]
		s.change(ctx, batch, holdFor)
		for i := range batch {
			batch[i].until = now.Add(holdFor)
		}
		s.held = append(s.held, batch...)
	}
}

// giveBack makes others' messages visible again.
func (s *queueSweep) giveBack(ctx context.Context) {
	together := clock.NewGroup(s.env.Clock)
	for range min(sweepStrands, (len(s.held)+perBatch-1)/perBatch) {
		together.Go(func() error {
			for len(s.held) > 0 {
				n := min(perBatch, len(s.held))
				batch := s.held[:n]
				s.held = s.held[n:]
				s.change(ctx, batch, 0)
			}
			return nil
		})
	}
	_ = together.Wait(ctx)
}

// change sets how long messages stay invisible from now. Its failures are no errors: at worst a message comes back by
// itself, when its hold ends.
func (s *queueSweep) change(ctx context.Context, batch []hold, visibility time.Duration) {
	for attempt := 0; len(batch) > 0 && attempt < entryAttempts; attempt++ {
		in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: aws.String(s.queue.URL)}
		for n, h := range batch {
			in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{
				Id: aws.String(strconv.Itoa(n)), ReceiptHandle: aws.String(h.handle), VisibilityTimeout: int32(visibility / time.Second),
			})
		}
		out, err := s.sweep.ChangeMessageVisibilityBatch(ctx, in)
		if err != nil || len(out.Failed) == 0 || s.env.Clock.Sleep(ctx, time.Second) != nil {
			return
		}
		batch = retryable(batch, out.Failed)
	}
}

// retryable returns those entries of a batch, numbered by their ids, that failed for a reason that may pass.
func retryable[E any](entries []E, failed []types.BatchResultErrorEntry) []E {
	var again []E
	for _, f := range failed {
		if n, err := strconv.Atoi(aws.ToString(f.Id)); err == nil && n < len(entries) && !senderFault(f) {
			again = append(again, entries[n])
		}
	}
	return again
}
