package sandbox

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
)

const (
	mostInFlight = 120000 // messages of a standard queue
	longQueue    = 1000   // a short poll of a shorter queue may overlook messages
	longestHide  = 43200  // seconds, the longest visibility timeout
	longestPoll  = 20     // seconds
)

func (s *queues) receive(ctx context.Context, in *sqs.ReceiveMessageInput) (*sqs.ReceiveMessageOutput, error) {
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	most := max(int(in.MaxNumberOfMessages), 1)
	if in.MaxNumberOfMessages < 0 || most > 10 {
		return nil, outOfRange("MaxNumberOfMessages", in.MaxNumberOfMessages, 1, 10)
	}
	if in.WaitTimeSeconds < 0 || in.WaitTimeSeconds > longestPoll {
		return nil, outOfRange("WaitTimeSeconds", in.WaitTimeSeconds, 0, longestPoll)
	}
	if in.VisibilityTimeout < 0 || in.VisibilityTimeout > longestHide {
		return nil, outOfRange("VisibilityTimeout", in.VisibilityTimeout, 0, longestHide)
	}
	wait, hidden := time.Duration(in.WaitTimeSeconds)*time.Second, time.Duration(in.VisibilityTimeout)*time.Second
	if in.WaitTimeSeconds == 0 { // The SDK does not send zeros.
		wait = q.seconds("ReceiveMessageWaitTimeSeconds")
	}
	if in.VisibilityTimeout == 0 {
		hidden = q.seconds("VisibilityTimeout")
	}
	var found []*message
	if wait == 0 {
		found, err = s.shortPoll(q, most, hidden)
	} else {
		found, err = s.longPoll(ctx, q, most, hidden, wait)
	}
	if err != nil {
		return nil, err
	}
	out := &sqs.ReceiveMessageOutput{}
	for _, m := range found {
		out.Messages = append(out.Messages, s.present(q, m, in))
	}
	return out, nil
}

func outOfRange(name string, value int32, least, most int) error {
	return failure("InvalidParameterValue",
		fmt.Sprintf("Value %d for parameter %s is invalid. Reason: Must be between %d and %d, if provided.", value, name, least, most))
}

// shortPoll asks a few of SQS's servers only: of a short queue it may overlook messages, or all of them.
func (s *queues) shortPoll(q *queue, most int, hidden time.Duration) ([]*message, error) {
	if q.flying >= mostInFlight {
		return nil, overLimit("Too many messages in flight.")
	}
	if q.visible() < longQueue && s.sampling.IntN(4) == 0 {
		most = s.sampling.IntN(most + 1)
	}
	return s.grab(q, most, hidden), nil
}

// longPoll asks all servers, and waits until there is at least one message.
func (s *queues) longPoll(ctx context.Context, q *queue, most int, hidden, wait time.Duration) ([]*message, error) {
	deadline := s.clock.Now().Add(wait)
	for {
		if found := s.grab(q, most, hidden); len(found) > 0 || !s.clock.Now().Before(deadline) {
			return found, nil
		}
		until := deadline
		if next := q.wakes(); !next.IsZero() && next.Before(until) {
			until = next
		}
		if err := s.clock.Wait(ctx, &q.changed, until); err != nil {
			return nil, &smithy.CanceledError{Err: err}
		}
		if q.deleted {
			return nil, noQueue()
		}
		q.look()
	}
}

// grab receives up to most messages, the oldest first. Those that were received too often already go to the dead-letter
// queue instead.
func (s *queues) grab(q *queue, most int, hidden time.Duration) []*message {
	var found []*message
	now := s.clock.Now()
	for len(found) < most && q.flying < mostInFlight {
		m, ok := q.oldest()
		if !ok {
			break
		}
		if q.redrive.Max > 0 && m.received >= q.redrive.Max && s.bury(q, m) {
			continue
		}
		if m.id == "" {
			m.id = q.messageID(m.place)
		}
		m.received++
		if m.received == 1 {
			m.first = now
		}
		q.known[m.place] = m
		q.hide(m, inFlight, now.Add(hidden))
		found = append(found, m)
	}
	return found
}

// bury moves a message to the dead-letter queue, if there is one.
func (s *queues) bury(q *queue, m *message) bool {
	dead := s.byARN(q.redrive.Target)
	if dead == nil {
		return false
	}
	delete(q.known, m.place)
	moved := *m
	moved.place, moved.from, moved.received, moved.where = dead.next, q.arn, 0, visibleAgain
	dead.next++
	dead.back.add(&moved)
	dead.count(&moved, 1)
	s.clock.Notify(&dead.changed)
	return true
}

func (s *queues) present(q *queue, m *message, in *sqs.ReceiveMessageInput) types.Message {
	shown := types.Message{
		MessageId: aws.String(m.id), Body: aws.String(m.body), MD5OfBody: aws.String(digest(m.body)),
		ReceiptHandle: aws.String(q.handle(m)), Attributes: s.systemAttributes(m, in),
	}
	if m.attrs == nil {
		return shown
	}
	wanted := map[string]types.MessageAttributeValue{}
	for name, value := range m.attrs.values {
		if asked(in.MessageAttributeNames, name) {
			wanted[name] = value
		}
	}
	if len(wanted) > 0 {
		shown.MessageAttributes = wanted
		shown.MD5OfMessageAttributes = aws.String(digestAttributes(wanted))
	}
	return shown
}

// asked says whether a request names a message attribute: by its name, by a prefix as in "order.*", or with all others.
func asked(names []string, attribute string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		prefix, cut := strings.CutSuffix(name, ".*")
		return name == "All" || name == attribute || cut && (prefix == "" || strings.HasPrefix(attribute, prefix+"."))
	})
}

func (s *queues) systemAttributes(m *message, in *sqs.ReceiveMessageInput) map[string]string {
	all := map[string]string{
		"SenderId":                         callerID,
		"SentTimestamp":                    strconv.FormatInt(s.stamp(m.sent).UnixMilli(), 10),
		"ApproximateReceiveCount":          strconv.Itoa(m.received),
		"ApproximateFirstReceiveTimestamp": strconv.FormatInt(s.stamp(m.first).UnixMilli(), 10),
	}
	if m.from != "" {
		all["DeadLetterQueueSourceArn"] = m.from
	}
	former := in.AttributeNames //lint:ignore SA1019 clients may still ask by the former name
	var wanted map[string]string
	for name, value := range all {
		system := types.MessageSystemAttributeName(name)
		if slices.Contains(in.MessageSystemAttributeNames, system) || slices.Contains(in.MessageSystemAttributeNames, "All") ||
			slices.Contains(former, types.QueueAttributeName(name)) || slices.Contains(former, "All") {
			if wanted == nil {
				wanted = map[string]string{}
			}
			wanted[name] = value
		}
	}
	return wanted
}

// handle is the receipt handle of a message as it was received last.
func (q *queue) handle(m *message) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%016x.%d.%d", q.salt, m.place, m.received))
}

// held returns the message that a receipt handle is for; nil when it is gone, or was received by somebody else since.
func (q *queue) held(handle *string) (*message, error) {
	text, err := base64.RawURLEncoding.DecodeString(aws.ToString(handle))
	parts := strings.Split(string(text), ".")
	if err != nil || len(parts) != 3 || parts[0] != fmt.Sprintf("%016x", q.salt) {
		return nil, invalidHandle(aws.ToString(handle))
	}
	place, placeErr := strconv.ParseUint(parts[1], 10, 64)
	received, receivedErr := strconv.Atoi(parts[2])
	if placeErr != nil || receivedErr != nil {
		return nil, invalidHandle(aws.ToString(handle))
	}
	m := q.known[place]
	if m == nil || m.received != received {
		return nil, nil
	}
	return m, nil
}
