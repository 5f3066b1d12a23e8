package signals

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go/middleware"

	"gameday/internal/clock"
)

// Message is the payload of an sns_message: one publication to the topic. Its text is not ours: never trust it.
type Message struct {
	ID      string `json:"id"`
	Subject string `json:"subject,omitempty"`
	Text    string `json:"text"`
}

// tapCalls are the calls that listening to a tap takes.
type tapCalls interface {
	ReceiveMessage(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	DeleteMessageBatch(context.Context, *sqs.DeleteMessageBatchInput, ...func(*sqs.Options)) (*sqs.DeleteMessageBatchOutput, error)
}

func messageKind() Kind {
	return Kind{
		Name:        "sns_message",
		Permissions: []string{"sqs:ReceiveMessage", "sqs:DeleteMessage"},
		Decode:      decode[Message],
		New: func(env Env) Watcher {
			return &tapWatcher{env: env, calls: sqs.NewFromConfig(env.AWS)}
		},
	}
}

const (
	// deliveryLag is how long SNS may take to bring a message to the tap's queue before gameday would miss it. SNS
	// promises no bound; deliveries to SQS take tens of milliseconds.
	deliveryLag = 2 * time.Second
	// tapHidden is how long messages stay invisible that were received and not deleted: those of a lost answer, too. As
	// it is shorter than a poll, an empty poll has seen them come back.
	tapHidden = time.Second
	// Polls last a tick, within these limits. The longest is SQS's own (ReceiveMessage, WaitTimeSeconds).
	shortestPoll, longestPoll = 3 * time.Second, 20 * time.Second
	// pollsEarly is how much sooner than asked an empty poll may end and still count.
	pollsEarly = 100 * time.Millisecond
	tapBatch   = 10 // messages a call
)

type tapWatcher struct {
	env   Env
	calls tapCalls
}

// Watch listens to all taps at the same time, by long polls. Where one of them will never hear, all end.
func (w *tapWatcher) Watch(ctx context.Context, sources []Source, sink Sink) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	group := clock.NewGroup(w.env.Clock)
	for _, source := range sources {
		group.Go(func() error {
			err := w.listen(ctx, source, sink)
			if err != nil {
				cancel()
			}
			return err
		})
	}
	return group.Wait(ctx)
}

// tap is one queue that gameday subscribed to a topic.
type tap struct {
	*tapWatcher
	source Source
	sink   Sink
	url    string
	heard  map[string]bool // by the ids of messages
	behind time.Time       // since when every poll brought something, but less than it could; zero: not so
}

func (w *tapWatcher) listen(ctx context.Context, source Source, sink Sink) error {
	t := &tap{tapWatcher: w, source: source, sink: sink, url: w.env.Taps[source.Subject], heard: map[string]bool{}}
	if t.url == "" {
		return fmt.Errorf("listen to topic %s: it has no tap", source.Subject)
	}
	proved := false
	for ctx.Err() == nil {
		err := t.receive(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			proved = true
		case !proved && lasting(err):
			return err
		default:
			_ = w.env.Pause(ctx)
		}
	}
	return nil
}

// receive makes one long poll. An empty one promises that everything delivered before its end has been emitted.
func (t *tap) receive(ctx context.Context) error {
	wait := min(max(t.env.Tick, shortestPoll), longestPoll).Truncate(time.Second)
	out, during, err := timed(t.env, func() (*sqs.ReceiveMessageOutput, error) {
		return t.calls.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: aws.String(t.url), MaxNumberOfMessages: tapBatch, WaitTimeSeconds: int32(wait / time.Second),
			VisibilityTimeout: int32(tapHidden / time.Second),
		})
	})
	if err != nil {
		t.behind = time.Time{}
		return fmt.Errorf("listen to topic %s: %w", t.source.Subject, err)
	}
	if len(out.Messages) > 0 {
		t.emit(out.Messages)
		t.keepUp(during, len(out.Messages))
		return t.discard(ctx, out.Messages)
	}
	t.behind = time.Time{}
	end := during.sent.Add(wait - pollsEarly)
	if during.answered.Before(end) {
		return fmt.Errorf("listen to topic %s: SQS ended a poll of %s early", t.source.Subject, wait)
	}
	if attempts(out.ResultMetadata) <= 1 { // else nobody knows how long the last one took
		t.sink.Saw(t.source, t.env.ToAWS(end, during.answered).Earliest.Add(-deliveryLag))
	}
	return nil
}

// busyLag is how far behind a topic's watermark stays that is never quiet for a poll: every message that was there to be
// received when the polls began to bring less than they could was hidden, and came again, at least once meanwhile.
const busyLag = tapHidden + 10*time.Second

// keepUp moves the watermark of a topic on which messages keep coming, as long as each poll brings less than it could: what
// was delivered busyLag ago has been received by now.
func (t *tap) keepUp(during span, messages int) {
	if messages >= tapBatch {
		t.behind = time.Time{}
		return
	}
	if t.behind.IsZero() {
		t.behind = during.sent
	}
	if seen := during.sent.Add(-busyLag); !seen.Before(t.behind) {
		t.sink.Saw(t.source, t.env.ToAWS(seen, during.answered).Earliest.Add(-deliveryLag))
	}
}

// attempts is how often the SDK sent the request.
func attempts(answer middleware.Metadata) int {
	results, _ := retry.GetAttemptResults(answer)
	return len(results.Results)
}

// envelope is how SNS wraps a message for SQS, where raw delivery is off (Amazon SNS message formats).
type envelope struct {
	Type, MessageID, TopicArn, Subject, Message, Timestamp string
}

// emit reports the notifications that were not heard before, the oldest first. What is no notification of the topic, such
// as the message that proved the tap, is passed over.
func (t *tap) emit(messages []types.Message) {
	var news []Signal
	for _, m := range messages {
		var e envelope
		if json.Unmarshal([]byte(aws.ToString(m.Body)), &e) != nil || e.Type != "Notification" || e.TopicArn != t.source.Subject {
			continue
		}
		published, err := time.Parse(time.RFC3339Nano, e.Timestamp)
		if err != nil || t.heard[e.MessageID] {
			continue
		}
		t.heard[e.MessageID] = true
		news = append(news, Signal{
			Source: t.source, At: StampMillis(published), Seen: t.env.Clock.Now(),
			Value: Message{ID: e.MessageID, Subject: e.Subject, Text: e.Message},
		})
	}
	slices.SortStableFunc(news, func(a, b Signal) int {
		return cmp.Or(a.At.Earliest.Compare(b.At.Earliest), cmp.Compare(a.Value.(Message).ID, b.Value.(Message).ID))
	})
	for _, signal := range news {
		t.sink.Emit(signal)
	}
}

// discard takes messages that have been emitted out of the tap. One that stays comes again and is known by its id.
func (t *tap) discard(ctx context.Context, messages []types.Message) error {
	entries := make([]types.DeleteMessageBatchRequestEntry, len(messages))
	for i, m := range messages {
		entries[i] = types.DeleteMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: m.ReceiptHandle}
	}
	_, err := t.calls.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: aws.String(t.url), Entries: entries})
	if err != nil {
		return fmt.Errorf("empty the tap of topic %s: %w", t.source.Subject, err)
	}
	return nil
}
