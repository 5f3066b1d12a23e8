package sandbox

import (
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"
)

func ordersQueue(q QueueSpec) Spec {
	q.Name = "orders"
	return Spec{Queues: []QueueSpec{q}, Topics: []TopicSpec{{"page"}}}
}

func (v *visitor) send(bodies ...string) {
	v.t.Helper()
	for _, body := range bodies {
		_, err := v.sqs.SendMessage(v, &sqs.SendMessageInput{QueueUrl: v.queue, MessageBody: aws.String(body)})
		require.NoError(v.t, err)
	}
}

// flood sends n messages of one body, ten at a time.
func (v *visitor) flood(n int) {
	v.t.Helper()
	for range n / 10 {
		in := &sqs.SendMessageBatchInput{QueueUrl: v.queue}
		for i := range 10 {
			in.Entries = append(in.Entries, types.SendMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), MessageBody: aws.String("flood")})
		}
		out, err := v.sqs.SendMessageBatch(v, in)
		require.NoError(v.t, err)
		require.Empty(v.t, out.Failed)
	}
}

// take long-polls for up to ten messages, for at most a second.
func (v *visitor) take() []types.Message {
	v.t.Helper()
	out, err := v.sqs.ReceiveMessage(v, &sqs.ReceiveMessageInput{
		QueueUrl: v.queue, MaxNumberOfMessages: 10, WaitTimeSeconds: 1,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"}, MessageAttributeNames: []string{"All"},
	})
	require.NoError(v.t, err)
	return out.Messages
}

// drain takes and deletes.
func (v *visitor) drain() []types.Message {
	v.t.Helper()
	messages := v.take()
	for _, m := range messages {
		_, err := v.sqs.DeleteMessage(v, &sqs.DeleteMessageInput{QueueUrl: v.queue, ReceiptHandle: m.ReceiptHandle})
		require.NoError(v.t, err)
	}
	return messages
}

func bodies(messages []types.Message) []string {
	var all []string
	for _, m := range messages {
		all = append(all, *m.Body)
	}
	return all
}

func (v *visitor) attribute(name types.QueueAttributeName) string {
	v.t.Helper()
	out, err := v.sqs.GetQueueAttributes(v, &sqs.GetQueueAttributesInput{
		QueueUrl: v.queue, AttributeNames: []types.QueueAttributeName{name},
	})
	require.NoError(v.t, err)
	return out.Attributes[string(name)]
}

func (v *visitor) visible() int {
	v.t.Helper()
	n, err := strconv.Atoi(v.attribute("ApproximateNumberOfMessages"))
	require.NoError(v.t, err)
	return n
}

func TestAMessageComesBackUntilItIsDeleted(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{VisibilityTimeout: 5 * time.Second}), 1, func(v *visitor) {
		_, err := v.sqs.SendMessage(v, &sqs.SendMessageInput{
			QueueUrl: v.queue, MessageBody: aws.String("one"),
			MessageAttributes: map[string]types.MessageAttributeValue{
				"run": {DataType: aws.String("String"), StringValue: aws.String("r1")},
			},
		})
		require.NoError(t, err)
		first := v.take()[0]
		require.Equal(t, "one", *first.Body)
		require.Equal(t, "r1", *first.MessageAttributes["run"].StringValue)
		require.Equal(t, "1", first.Attributes["ApproximateReceiveCount"])
		sent, err := strconv.ParseInt(first.Attributes["SentTimestamp"], 10, 64)
		require.NoError(t, err)
		require.WithinDuration(t, v.account.began, time.UnixMilli(sent), 40*time.Millisecond)
		require.Empty(t, v.take(), "it is in flight")
		require.Equal(t, "1", v.attribute("ApproximateNumberOfMessagesNotVisible"))
		v.sleep(5 * time.Second)
		second := v.take()[0]
		require.Equal(t, *first.MessageId, *second.MessageId)
		require.Equal(t, "2", second.Attributes["ApproximateReceiveCount"])
		require.NotEqual(t, *first.ReceiptHandle, *second.ReceiptHandle)

		_, err = v.sqs.DeleteMessage(v, &sqs.DeleteMessageInput{QueueUrl: v.queue, ReceiptHandle: first.ReceiptHandle})
		require.NoError(t, err)
		require.Equal(t, "1", v.attribute("ApproximateNumberOfMessagesNotVisible"), "an old handle deletes nothing")
		_, err = v.sqs.DeleteMessage(v, &sqs.DeleteMessageInput{QueueUrl: v.queue, ReceiptHandle: second.ReceiptHandle})
		require.NoError(t, err)
		v.sleep(10 * time.Second)
		require.Empty(t, v.take())
	})
}

func TestALongPollWakesWhenAMessageIsSent(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{}), 1, func(v *visitor) {
		v.clock.Go(func() {
			v.sleep(7 * time.Second)
			v.send("at last")
		})
		out, err := v.sqs.ReceiveMessage(v, &sqs.ReceiveMessageInput{QueueUrl: v.queue, WaitTimeSeconds: 20})
		require.NoError(t, err)
		require.Equal(t, []string{"at last"}, bodies(out.Messages))
		require.InDelta(t, 7.0, v.clock.Now().Sub(v.account.began).Seconds(), 0.1)
	})
}

func TestALongPollOfAnEmptyQueueTakesItsTime(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{ArrivesPerSecond: 40, ConsumesPerSecond: 50}), 1, func(v *visitor) {
		out, err := v.sqs.ReceiveMessage(v, &sqs.ReceiveMessageInput{QueueUrl: v.queue, WaitTimeSeconds: 20})
		require.NoError(t, err)
		require.Empty(t, out.Messages)
		require.InDelta(t, 20.0, v.clock.Now().Sub(v.account.began).Seconds(), 0.1)
	})
}

func TestALongPollWakesWhenAMessageBecomesVisibleAgain(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{VisibilityTimeout: 4 * time.Second}), 1, func(v *visitor) {
		v.send("again")
		require.Len(t, v.take(), 1)
		out, err := v.sqs.ReceiveMessage(v, &sqs.ReceiveMessageInput{QueueUrl: v.queue, WaitTimeSeconds: 20})
		require.NoError(t, err)
		require.Len(t, out.Messages, 1)
		require.InDelta(t, 4.0, v.clock.Now().Sub(v.account.began).Seconds(), 0.2)
	})
}

func TestALongPollEndsWithItsContextAndWithItsQueue(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{}), 1, func(v *visitor) {
		ctx, cancel := v.clock.WithDeadline(v, v.clock.Now().Add(3*time.Second))
		defer cancel()
		_, err := v.sqs.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: v.queue, WaitTimeSeconds: 20})
		var canceled *smithy.CanceledError
		require.ErrorAs(t, err, &canceled)
		require.Equal(t, 3*time.Second, v.clock.Now().Sub(v.account.began))

		v.clock.Go(func() {
			v.sleep(time.Second)
			_, err := v.sqs.DeleteQueue(v, &sqs.DeleteQueueInput{QueueUrl: v.queue})
			require.NoError(t, err)
		})
		_, err = v.sqs.ReceiveMessage(v, &sqs.ReceiveMessageInput{QueueUrl: v.queue, WaitTimeSeconds: 20})
		var none *types.QueueDoesNotExist
		require.ErrorAs(t, err, &none)
		v.sleep(time.Second)
	})
}

func TestAShortPollMayOverlookMessagesButALongPollAsksAllServers(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{}), 1, func(v *visitor) {
		v.flood(200)
		counts := map[int]int{}
		for range 40 {
			out, err := v.sqs.ReceiveMessage(v, &sqs.ReceiveMessageInput{QueueUrl: v.queue, MaxNumberOfMessages: 4, VisibilityTimeout: 1})
			require.NoError(t, err)
			counts[len(out.Messages)]++
			v.sleep(2 * time.Second)
		}
		require.Greater(t, counts[4], 20)
		require.Less(t, counts[4], 40)
		require.Len(t, v.take(), 10)
	})
}

func TestAMessageThatIsReceivedTooOftenGoesToTheDeadLetterQueue(t *testing.T) {
	spec := Spec{Queues: []QueueSpec{
		{Name: "orders", DeadLetterQueue: "dead", MaxReceiveCount: 2, VisibilityTimeout: 2 * time.Second}, {Name: "dead"},
	}}
	visitAccount(t, spec, 1, func(v *visitor) {
		v.send("poison")
		id := *v.take()[0].MessageId
		v.sleep(3 * time.Second)
		require.Len(t, v.take(), 1, "twice is allowed")
		v.sleep(3 * time.Second)
		require.Equal(t, 1, v.visible(), "it moves when it would be received once more")
		require.Empty(t, v.take())
		require.Equal(t, 0, v.visible())
		dead := aws.String("https://sqs.eu-west-1.amazonaws.com/111122223333/dead")
		out, err := v.sqs.ReceiveMessage(v, &sqs.ReceiveMessageInput{
			QueueUrl: dead, WaitTimeSeconds: 1, MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"},
		})
		require.NoError(t, err)
		require.Equal(t, []string{"poison"}, bodies(out.Messages))
		require.Equal(t, id, *out.Messages[0].MessageId)
		require.Equal(t, "arn:aws:sqs:eu-west-1:111122223333:orders", out.Messages[0].Attributes["DeadLetterQueueSourceArn"])
		_, err = v.sqs.DeleteMessage(v, &sqs.DeleteMessageInput{QueueUrl: dead, ReceiptHandle: out.Messages[0].ReceiptHandle})
		require.NoError(t, err)
	})
}

func TestADelayedMessageIsCountedApartUntilItIsDue(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{}), 1, func(v *visitor) {
		_, err := v.sqs.SendMessage(v, &sqs.SendMessageInput{QueueUrl: v.queue, MessageBody: aws.String("later"), DelaySeconds: 10})
		require.NoError(t, err)
		require.Equal(t, "1", v.attribute("ApproximateNumberOfMessagesDelayed"))
		require.Equal(t, 0, v.visible())
		v.sleep(10 * time.Second)
		require.Equal(t, "0", v.attribute("ApproximateNumberOfMessagesDelayed"))
		require.Equal(t, []string{"later"}, bodies(v.take()))
	})
}

func TestVisibilityCanBeChangedWhileAMessageIsInFlight(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{}), 1, func(v *visitor) {
		v.send("mine")
		m := v.take()[0]
		change := func(seconds int32) error {
			_, err := v.sqs.ChangeMessageVisibility(v, &sqs.ChangeMessageVisibilityInput{
				QueueUrl: v.queue, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: seconds,
			})
			return err
		}
		require.NoError(t, change(100))
		v.sleep(60 * time.Second)
		require.Empty(t, v.take())
		require.NoError(t, change(0))
		require.Equal(t, 1, v.visible())
		var notInFlight *types.MessageNotInflight
		require.ErrorAs(t, change(10), &notInFlight)
		out, err := v.sqs.DeleteMessageBatch(v, &sqs.DeleteMessageBatchInput{QueueUrl: v.queue, Entries: []types.DeleteMessageBatchRequestEntry{
			{Id: aws.String("a"), ReceiptHandle: m.ReceiptHandle}, {Id: aws.String("b"), ReceiptHandle: aws.String("nonsense")},
		}})
		require.NoError(t, err)
		require.Len(t, out.Successful, 1, "the last handle deletes also what is visible again")
		require.Equal(t, "ReceiptHandleIsInvalid", *out.Failed[0].Code)
		require.True(t, out.Failed[0].SenderFault)
		require.Equal(t, 0, v.visible())
	})
}

func TestBatchesHaveLimits(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{}), 1, func(v *visitor) {
		send := func(ids []string, body string) error {
			in := &sqs.SendMessageBatchInput{QueueUrl: v.queue, Entries: []types.SendMessageBatchRequestEntry{}}
			for _, id := range ids {
				in.Entries = append(in.Entries, types.SendMessageBatchRequestEntry{Id: aws.String(id), MessageBody: aws.String(body)})
			}
			_, err := v.sqs.SendMessageBatch(v, in)
			return err
		}
		var many []string
		for i := range 11 {
			many = append(many, strconv.Itoa(i))
		}
		require.ErrorAs(t, send(many, "x"), new(*types.TooManyEntriesInBatchRequest))
		require.ErrorAs(t, send(nil, "x"), new(*types.EmptyBatchRequest))
		require.ErrorAs(t, send([]string{"a", "a"}, "x"), new(*types.BatchEntryIdsNotDistinct))
		require.ErrorAs(t, send([]string{"a b"}, "x"), new(*types.InvalidBatchEntryId))
		require.ErrorAs(t, send([]string{"a", "b"}, string(make([]byte, 600_000))), new(*types.BatchRequestTooLong))
		require.NoError(t, send(many[:10], "x"))
		require.Equal(t, 10, v.visible())
	})
}

func TestAMissingQueueIsATypedError(t *testing.T) {
	visitAccount(t, Spec{}, 1, func(v *visitor) {
		_, err := v.sqs.GetQueueUrl(v, &sqs.GetQueueUrlInput{QueueName: aws.String("nobody")})
		var none *types.QueueDoesNotExist
		require.ErrorAs(t, err, &none)
		require.Equal(t, "AWS.SimpleQueueService.NonExistentQueue", none.ErrorCode())
		_, err = v.sqs.ReceiveMessage(v, &sqs.ReceiveMessageInput{QueueUrl: v.queue})
		require.ErrorAs(t, err, &none)
	})
}

func TestAQueueIsMadeOnceAndItsNameRestsAfterDeletion(t *testing.T) {
	visitAccount(t, Spec{}, 1, func(v *visitor) {
		create := func(attributes map[string]string) error {
			out, err := v.sqs.CreateQueue(v, &sqs.CreateQueueInput{QueueName: aws.String("orders"), Attributes: attributes})
			if err == nil {
				require.Equal(t, *v.queue, *out.QueueUrl)
			}
			return err
		}
		require.NoError(t, create(map[string]string{"VisibilityTimeout": "7"}))
		require.NoError(t, create(map[string]string{"VisibilityTimeout": "7"}))
		require.NoError(t, create(nil))
		require.ErrorAs(t, create(map[string]string{"VisibilityTimeout": "8"}), new(*types.QueueNameExists))
		require.Equal(t, "7", v.attribute("VisibilityTimeout"))
		require.Equal(t, "arn:aws:sqs:eu-west-1:111122223333:orders", v.attribute("QueueArn"))
		require.Equal(t, strconv.FormatInt(v.account.began.Unix(), 10), v.attribute("CreatedTimestamp"))

		_, err := v.sqs.DeleteQueue(v, &sqs.DeleteQueueInput{QueueUrl: v.queue})
		require.NoError(t, err)
		_, err = v.sqs.GetQueueUrl(v, &sqs.GetQueueUrlInput{QueueName: aws.String("orders")})
		require.ErrorAs(t, err, new(*types.QueueDoesNotExist))
		require.ErrorAs(t, create(nil), new(*types.QueueDeletedRecently))
		v.sleep(time.Minute)
		require.NoError(t, create(nil))
	})
}

func TestAttributesAreCheckedSetAndListed(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{}), 1, func(v *visitor) {
		set := func(name, value string) error {
			_, err := v.sqs.SetQueueAttributes(v, &sqs.SetQueueAttributesInput{QueueUrl: v.queue, Attributes: map[string]string{name: value}})
			return err
		}
		require.NoError(t, set("MessageRetentionPeriod", "3600"))
		require.ErrorAs(t, set("VisibilityTimeout", "50000"), new(*types.InvalidAttributeValue))
		require.ErrorAs(t, set("RedrivePolicy", `{"maxReceiveCount":0}`), new(*types.InvalidAttributeValue))
		require.ErrorAs(t, set("Policy", `{`), new(*types.InvalidAttributeValue))
		require.ErrorAs(t, set("Colour", "red"), new(*types.InvalidAttributeName))
		out, err := v.sqs.GetQueueAttributes(v, &sqs.GetQueueAttributesInput{QueueUrl: v.queue, AttributeNames: []types.QueueAttributeName{"All"}})
		require.NoError(t, err)
		require.Equal(t, "3600", out.Attributes["MessageRetentionPeriod"])
		require.Equal(t, "30", out.Attributes["VisibilityTimeout"])
		require.NotContains(t, out.Attributes, "Policy")

		_, err = v.sqs.TagQueue(v, &sqs.TagQueueInput{QueueUrl: v.queue, Tags: map[string]string{"gameday": "r1"}})
		require.NoError(t, err)
		tags, err := v.sqs.ListQueueTags(v, &sqs.ListQueueTagsInput{QueueUrl: v.queue})
		require.NoError(t, err)
		require.Equal(t, map[string]string{"gameday": "r1"}, tags.Tags)
	})
}

func TestQueuesAreListedInPages(t *testing.T) {
	spec := Spec{Queues: []QueueSpec{{Name: "other"}}}
	for i := range 25 {
		spec.Queues = append(spec.Queues, QueueSpec{Name: fmt.Sprintf("tap-%02d", i)})
	}
	visitAccount(t, spec, 1, func(v *visitor) {
		pages := sqs.NewListQueuesPaginator(v.sqs, &sqs.ListQueuesInput{QueueNamePrefix: aws.String("tap-"), MaxResults: aws.Int32(10)})
		var sizes []int
		seen := map[string]bool{}
		for pages.HasMorePages() {
			page, err := pages.NextPage(v)
			require.NoError(t, err)
			sizes = append(sizes, len(page.QueueUrls))
			for _, url := range page.QueueUrls {
				seen[url] = true
			}
		}
		require.Equal(t, []int{10, 10, 5}, sizes)
		require.Len(t, seen, 25)
		all, err := v.sqs.ListQueues(v, &sqs.ListQueuesInput{})
		require.NoError(t, err)
		require.Len(t, all.QueueUrls, 26)
	})
}

func TestAPurgeTakesEverythingAndIsAllowedOnceAMinute(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{}), 1, func(v *visitor) {
		v.flood(30)
		v.take()
		purge := func() error {
			_, err := v.sqs.PurgeQueue(v, &sqs.PurgeQueueInput{QueueUrl: v.queue})
			return err
		}
		require.NoError(t, purge())
		require.Equal(t, 0, v.visible())
		require.Equal(t, "0", v.attribute("ApproximateNumberOfMessagesNotVisible"))
		require.ErrorAs(t, purge(), new(*types.PurgeQueueInProgress))
		v.sleep(time.Minute)
		require.NoError(t, purge())
	})
}

func TestMessagesThatSQSRefusesAreRefused(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{}), 1, func(v *visitor) {
		_, err := v.sqs.SendMessage(v, &sqs.SendMessageInput{QueueUrl: v.queue, MessageBody: aws.String("a\x00b")})
		require.ErrorAs(t, err, new(*types.InvalidMessageContents))
		_, err = v.sqs.SendMessage(v, &sqs.SendMessageInput{QueueUrl: v.queue, MessageBody: aws.String(string(make([]byte, 1<<20+1)))})
		var api smithy.APIError
		require.True(t, errors.As(err, &api))
		require.Equal(t, "InvalidParameterValue", api.ErrorCode())
	})
}

func TestABatchOfVisibilitiesIsChangedEntryByEntry(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{}), 1, func(v *visitor) {
		v.send("a", "b")
		in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: v.queue}
		for i, m := range v.take() {
			in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: m.ReceiptHandle})
		}
		in.Entries[1].VisibilityTimeout = 50_000
		out, err := v.sqs.ChangeMessageVisibilityBatch(v, in)
		require.NoError(t, err)
		require.Len(t, out.Successful, 1)
		require.Equal(t, "InvalidParameterValue", *out.Failed[0].Code)
		require.Equal(t, []string{"a"}, bodies(v.take()))
	})
}

func TestMessagesOfTheSameAttributesShareThem(t *testing.T) {
	visitAccount(t, ordersQueue(QueueSpec{}), 1, func(v *visitor) {
		for _, run := range []string{"1", "1", "2"} {
			_, err := v.sqs.SendMessage(v, &sqs.SendMessageInput{
				QueueUrl: v.queue, MessageBody: aws.String("x"), MessageAttributes: map[string]types.MessageAttributeValue{
					"gameday.run": {DataType: aws.String("String"), StringValue: aws.String(run)},
					"other":       {DataType: aws.String("Binary"), BinaryValue: []byte{1}},
				},
			})
			require.NoError(t, err)
		}
		runs := v.account.queues.byURL[*v.queue].line.runs
		require.Same(t, runs[0].attrs, runs[1].attrs)
		require.NotSame(t, runs[1].attrs, runs[2].attrs)
		out, err := v.sqs.ReceiveMessage(v, &sqs.ReceiveMessageInput{
			QueueUrl: v.queue, MaxNumberOfMessages: 3, WaitTimeSeconds: 1, MessageAttributeNames: []string{"gameday.*"},
		})
		require.NoError(t, err)
		require.Equal(t, "2", *out.Messages[2].MessageAttributes["gameday.run"].StringValue)
		require.NotContains(t, out.Messages[2].MessageAttributes, "other")
	})
}
