package sandbox

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// All messages of a batch together are at most so long. (Amazon SQS API Reference, SendMessageBatch)
const longestBatch = 1 << 20

func (s *queues) send(_ context.Context, in *sqs.SendMessageInput) (*sqs.SendMessageOutput, error) {
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	body := aws.ToString(in.MessageBody)
	if err := q.checkMessage(body, in.MessageAttributes, in.DelaySeconds); err != nil {
		return nil, err
	}
	attrs := q.share(in.MessageAttributes)
	place := q.put(body, attrs, in.DelaySeconds)
	return &sqs.SendMessageOutput{
		MessageId: aws.String(q.messageID(place)), MD5OfMessageBody: aws.String(digest(body)), MD5OfMessageAttributes: attrs.digest(),
	}, nil
}

func (s *queues) sendBatch(_ context.Context, in *sqs.SendMessageBatchInput) (*sqs.SendMessageBatchOutput, error) {
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	ids, long := make([]*string, len(in.Entries)), 0
	for i, e := range in.Entries {
		ids[i] = e.Id
		long += messageSize(aws.ToString(e.MessageBody), e.MessageAttributes)
	}
	if err := checkBatch(ids); err != nil {
		return nil, err
	}
	if long > longestBatch {
		return nil, &types.BatchRequestTooLong{
			ErrorCodeOverride: aws.String("AWS.SimpleQueueService.BatchRequestTooLong"),
			Message:           aws.String(fmt.Sprintf("Batch requests cannot be longer than %d bytes. You have sent %d bytes.", longestBatch, long)),
		}
	}
	out := &sqs.SendMessageBatchOutput{}
	for _, e := range in.Entries {
		body := aws.ToString(e.MessageBody)
		if err := s.checkEntry("SendMessageBatch", q.checkMessage(body, e.MessageAttributes, e.DelaySeconds)); err != nil {
			out.Failed = append(out.Failed, failed(e.Id, err))
			continue
		}
		attrs := q.share(e.MessageAttributes)
		place := q.put(body, attrs, e.DelaySeconds)
		out.Successful = append(out.Successful, types.SendMessageBatchResultEntry{
			Id: e.Id, MessageId: aws.String(q.messageID(place)),
			MD5OfMessageBody: aws.String(digest(body)), MD5OfMessageAttributes: attrs.digest(),
		})
	}
	return out, nil
}

// checkEntry is what becomes of an entry of a batch: its own error, or bad luck.
func (s *queues) checkEntry(operation string, err error) error {
	if err == nil && s.entryFails("SQS", operation) {
		return broken("SQS")
	}
	return err
}

func (q *queue) checkMessage(body string, values map[string]types.MessageAttributeValue, delay int32) error {
	switch most, _ := strconv.Atoi(q.attribute("MaximumMessageSize")); {
	case body == "":
		return failure("MissingParameter", "The request must contain the parameter MessageBody.")
	case messageSize(body, values) > most:
		return failure("InvalidParameterValue",
			fmt.Sprintf("One or more parameters are invalid. Reason: Message must be shorter than %d bytes.", most))
	case delay < 0 || delay > 900:
		return failure("InvalidParameterValue",
			fmt.Sprintf("Value %d for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.", delay))
	case len(values) > 10:
		return failure("InvalidParameterValue", "Number of message attributes exceeds the allowed maximum 10.")
	case !sendable(body):
		return &types.InvalidMessageContents{Message: aws.String("Invalid characters found in the message.")}
	}
	return nil
}

// sendable says whether SQS takes such text: what XML 1.0 allows.
func sendable(body string) bool {
	return utf8.ValidString(body) && strings.IndexFunc(body, func(r rune) bool {
		return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff
	}) < 0
}

func messageSize(body string, values map[string]types.MessageAttributeValue) int {
	size := len(body)
	for name, v := range values {
		size += len(name) + len(aws.ToString(v.DataType)) + len(aws.ToString(v.StringValue)) + len(v.BinaryValue)
	}
	return size
}

// put adds a message to the queue and returns its place.
func (q *queue) put(body string, attrs *attributes, delaySeconds int32) uint64 {
	now := q.account.clock.Now()
	place := q.next
	q.next++
	delay := time.Duration(delaySeconds) * time.Second
	if delay == 0 {
		delay = q.seconds("DelaySeconds")
	}
	if delay == 0 {
		q.line.push(run{first: place, count: 1, sent: now, body: body, attrs: attrs})
	} else {
		q.hide(&message{place: place, body: body, attrs: attrs, sent: now}, notYet, now.Add(delay))
	}
	q.account.clock.Notify(&q.changed)
	return place
}

// share keeps message attributes: those of the message before, when they are the same.
func (q *queue) share(values map[string]types.MessageAttributeValue) *attributes {
	if len(values) == 0 {
		return nil
	}
	if q.shared == nil || !maps.EqualFunc(q.shared.values, values, sameAttribute) {
		q.shared = newAttributes(values)
	}
	return q.shared
}

func newAttributes(values map[string]types.MessageAttributeValue) *attributes {
	kept := make(map[string]types.MessageAttributeValue, len(values))
	for name, v := range values {
		kept[name] = types.MessageAttributeValue{
			DataType: aws.String(aws.ToString(v.DataType)), StringValue: copied(v.StringValue), BinaryValue: bytes.Clone(v.BinaryValue),
		}
	}
	return &attributes{values: kept, md5: digestAttributes(kept)}
}

func copied(s *string) *string {
	if s == nil {
		return nil
	}
	return aws.String(*s)
}

func sameAttribute(a, b types.MessageAttributeValue) bool {
	return aws.ToString(a.DataType) == aws.ToString(b.DataType) && (a.StringValue == nil) == (b.StringValue == nil) &&
		aws.ToString(a.StringValue) == aws.ToString(b.StringValue) && bytes.Equal(a.BinaryValue, b.BinaryValue)
}

func (a *attributes) digest() *string {
	if a == nil {
		return nil
	}
	return &a.md5
}

func digest(body string) string {
	sum := md5.Sum([]byte(body))
	return hex.EncodeToString(sum[:])
}

// digestAttributes is the MD5 of message attributes. (Amazon SQS Developer Guide, Calculating the MD5 message digest)
func digestAttributes(values map[string]types.MessageAttributeValue) string {
	h := md5.New()
	write := func(b []byte) {
		_, _ = h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(b))))
		_, _ = h.Write(b)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		v := values[name]
		write([]byte(name))
		write([]byte(*v.DataType))
		if v.BinaryValue != nil {
			_, _ = h.Write([]byte{2})
			write(v.BinaryValue)
			continue
		}
		_, _ = h.Write([]byte{1})
		write([]byte(aws.ToString(v.StringValue)))
	}
	return hex.EncodeToString(h.Sum(nil))
}
