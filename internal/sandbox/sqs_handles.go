package sandbox

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// What is done with messages by their receipt handles.

func (s *queues) deleteMessage(_ context.Context, in *sqs.DeleteMessageInput) (*sqs.DeleteMessageOutput, error) {
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if err := q.discard(in.ReceiptHandle); err != nil {
		return nil, err
	}
	return &sqs.DeleteMessageOutput{}, nil
}

func (s *queues) deleteBatch(_ context.Context, in *sqs.DeleteMessageBatchInput) (*sqs.DeleteMessageBatchOutput, error) {
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	ids := make([]*string, len(in.Entries))
	for i, e := range in.Entries {
		ids[i] = e.Id
	}
	if err := checkBatch(ids); err != nil {
		return nil, err
	}
	out := &sqs.DeleteMessageBatchOutput{}
	for _, e := range in.Entries {
		err := s.checkEntry("DeleteMessageBatch", nil)
		if err == nil {
			err = q.discard(e.ReceiptHandle)
		}
		if err != nil {
			out.Failed = append(out.Failed, failed(e.Id, err))
			continue
		}
		out.Successful = append(out.Successful, types.DeleteMessageBatchResultEntry{Id: e.Id})
	}
	return out, nil
}

// discard deletes a message. A handle that is not the latest is accepted, and changes nothing.
func (q *queue) discard(handle *string) error {
	m, err := q.held(handle)
	if err != nil || m == nil {
		return err
	}
	q.forget(m)
	return nil
}

func (s *queues) changeVisibility(_ context.Context, in *sqs.ChangeMessageVisibilityInput) (*sqs.ChangeMessageVisibilityOutput, error) {
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if err := q.setVisibility(in.ReceiptHandle, in.VisibilityTimeout); err != nil {
		return nil, err
	}
	return &sqs.ChangeMessageVisibilityOutput{}, nil
}

func (s *queues) changeVisibilityBatch(
	_ context.Context, in *sqs.ChangeMessageVisibilityBatchInput,
) (*sqs.ChangeMessageVisibilityBatchOutput, error) {
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	ids := make([]*string, len(in.Entries))
	for i, e := range in.Entries {
		ids[i] = e.Id
	}
	if err := checkBatch(ids); err != nil {
		return nil, err
	}
	out := &sqs.ChangeMessageVisibilityBatchOutput{}
	for _, e := range in.Entries {
		err := s.checkEntry("ChangeMessageVisibilityBatch", nil)
		if err == nil {
			err = q.setVisibility(e.ReceiptHandle, e.VisibilityTimeout)
		}
		if err != nil {
			out.Failed = append(out.Failed, failed(e.Id, err))
			continue
		}
		out.Successful = append(out.Successful, types.ChangeMessageVisibilityBatchResultEntry{Id: e.Id})
	}
	return out, nil
}

// setVisibility hides a message that is in flight for so long from now on.
func (q *queue) setVisibility(handle *string, seconds int32) error {
	if seconds < 0 || seconds > longestHide {
		return outOfRange("VisibilityTimeout", seconds, 0, longestHide)
	}
	m, err := q.held(handle)
	if err != nil {
		return err
	}
	if m == nil || m.where != inFlight {
		return notInFlight(q)
	}
	q.lift(m)
	q.hide(m, inFlight, q.account.clock.Now().Add(time.Duration(seconds)*time.Second))
	q.look()
	q.account.clock.Notify(&q.changed)
	return nil
}
