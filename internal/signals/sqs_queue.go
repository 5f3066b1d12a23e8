package signals

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"gameday/internal/clock"
)

// Queue is the payload of an sqs_queue: its counts, which SQS calls approximate. They settle about a minute after
// producers stop; a claim about them is a claim about what SQS says.
type Queue struct {
	Visible    int64 `json:"visible"`
	NotVisible int64 `json:"not_visible"`
	Delayed    int64 `json:"delayed"`
}

// queueCalls are the calls that watching queues takes.
type queueCalls interface {
	GetQueueAttributes(context.Context, *sqs.GetQueueAttributesInput, ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error)
}

func queueKind() Kind {
	return Kind{
		Name:        "sqs_queue",
		Permissions: []string{"sqs:GetQueueAttributes"},
		Polled:      true,
		Decode:      decode[Queue],
		New: func(env Env) Watcher {
			return &queueWatcher{env: env, calls: sqs.NewFromConfig(env.AWS)}
		},
	}
}

type queueWatcher struct {
	env   Env
	calls queueCalls
}

// Watch polls the queues, all at the same time: no call describes two.
func (w *queueWatcher) Watch(ctx context.Context, sources []Source, sink Sink) error {
	seen := newPolled[Queue](w.env, sink, 0)
	return keepLooking(ctx, w.env, func(ctx context.Context) error {
		errs := make([]error, len(sources))
		group := clock.NewGroup(w.env.Clock)
		for i, source := range sources {
			group.Go(func() error {
				errs[i] = w.look(ctx, source, seen)
				return nil
			})
		}
		return errors.Join(append(errs, group.Wait(ctx))...)
	})
}

func (w *queueWatcher) look(ctx context.Context, source Source, seen *polled[Queue]) error {
	in := &sqs.GetQueueAttributesInput{QueueUrl: aws.String(source.Subject), AttributeNames: []types.QueueAttributeName{
		types.QueueAttributeNameApproximateNumberOfMessages,
		types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
		types.QueueAttributeNameApproximateNumberOfMessagesDelayed,
	}}
	out, during, err := timed(w.env, func() (*sqs.GetQueueAttributesOutput, error) {
		return w.calls.GetQueueAttributes(ctx, in)
	})
	if err == nil {
		var counts Queue
		if counts, err = readCounts(out.Attributes); err == nil {
			seen.saw(source, during, counts)
			return nil
		}
	}
	return seen.failed(fmt.Errorf("look at queue %s: %w", source.Subject, err))
}

func readCounts(attributes map[string]string) (Queue, error) {
	var counts Queue
	for _, field := range []struct {
		name types.QueueAttributeName
		into *int64
	}{
		{types.QueueAttributeNameApproximateNumberOfMessages, &counts.Visible},
		{types.QueueAttributeNameApproximateNumberOfMessagesNotVisible, &counts.NotVisible},
		{types.QueueAttributeNameApproximateNumberOfMessagesDelayed, &counts.Delayed},
	} {
		n, err := strconv.ParseInt(attributes[string(field.name)], 10, 64)
		if err != nil {
			return Queue{}, fmt.Errorf("read %s: %w", field.name, err)
		}
		*field.into = n
	}
	return counts, nil
}
