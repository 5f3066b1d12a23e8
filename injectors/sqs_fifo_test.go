package injectors_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/require"

	"gameday/injectors"
	"gameday/injectors/injectortest"
	"gameday/internal/clock"
)

// fifo is a FIFO queue that only takes messages. Its first answer to each batch is that one entry must be sent again.
type fifo struct {
	sent   []types.SendMessageBatchRequestEntry
	refuse bool
}

func (q *fifo) config() aws.Config {
	answer := func(_ context.Context, in middleware.InitializeInput, _ middleware.InitializeHandler) (
		out middleware.InitializeOutput, metadata middleware.Metadata, err error,
	) {
		switch in := in.Parameters.(type) {
		case *sqs.GetQueueAttributesInput:
			out.Result = &sqs.GetQueueAttributesOutput{Attributes: map[string]string{
				"QueueArn": "arn:aws:sqs:eu-west-1:111122223333:orders.fifo", "FifoQueue": "true",
			}}
		case *sqs.SendMessageBatchInput:
			out.Result = q.take(in.Entries)
		}
		return out, metadata, nil
	}
	return aws.Config{Region: region, APIOptions: []func(*middleware.Stack) error{func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("fifo", answer), middleware.Before)
	}}}
}

func (q *fifo) take(entries []types.SendMessageBatchRequestEntry) *sqs.SendMessageBatchOutput {
	out := &sqs.SendMessageBatchOutput{}
	if q.refuse = !q.refuse; q.refuse {
		out.Failed = []types.BatchResultErrorEntry{{Id: entries[0].Id, Code: aws.String("InternalError")}}
		entries = entries[1:]
	}
	q.sent = append(q.sent, entries...)
	return out
}

func TestFIFOQueuesGetGroupsAndAnIdForEveryMessage(t *testing.T) {
	c := clock.Virtual(time.Date(2026, 11, 22, 2, 12, 0, 0, time.UTC), 0)
	queue := &fifo{}
	c.Run(func() {
		k, _ := injectors.Standard().Find("sqs_backlog")
		f := k.New(injectors.Env{AWS: queue.config(), Clock: c, Run: injectortest.Run, Block: `inject.flood["ä b"]`})
		injectortest.Configure(t, f, map[string]any{"queue_url": orders + ".fifo", "messages": 400})
		plan, err := f.Plan(context.Background())
		require.NoError(t, err)
		require.NoError(t, f.Inject(context.Background(), plan))
	})
	require.Len(t, queue.sent, 400)
	ids, groups := map[string]bool{}, map[string]bool{}
	for _, entry := range queue.sent {
		require.Regexp(t, `^[A-Za-z0-9-]{1,128}$`, *entry.MessageDeduplicationId)
		require.Regexp(t, `^[A-Za-z0-9-]{1,128}$`, *entry.MessageGroupId)
		ids[*entry.MessageDeduplicationId], groups[*entry.MessageGroupId] = true, true
	}
	require.Len(t, ids, 400)
	require.Len(t, groups, 16)
}
