package injectors

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"gameday/internal/clock"
)

// Revert unsubscribes and deletes the queue, and looks until both are gone in two looks in a row: SNS and SQS may show
// late what was made, and long what was deleted. A topic that is gone has taken its subscriptions with it.
func (t *snsTap) Revert(ctx context.Context, p Plan) (string, error) {
	var before tapBefore
	if err := p.recall(&before); err != nil {
		return "", err
	}
	if !strings.HasPrefix(before.Queue, tapPrefix) { // a journal that somebody wrote to names somebody's queue
		return "", fmt.Errorf("close tap: %s is not a queue of gameday's", before.Queue)
	}
	calm, began := 0, t.env.Clock.Now()
	var left []string
	done, err := t.env.await(ctx, 5*time.Second, revertPatience, func() (bool, error) {
		var err error
		left, err = t.closeOnce(ctx, before, t.env.Clock.Now().Sub(began) > tapPatience)
		if err != nil || len(left) > 0 {
			calm = 0
			return false, err
		}
		calm++
		return calm == 2, nil
	})
	if err != nil {
		return "", fmt.Errorf("close tap: %w", err)
	}
	if !done {
		return "", &LeftoverError{Left: left, Why: fmt.Sprintf("close tap: still there after %s", clock.Short(revertPatience))}
	}
	return "", nil
}

// closeOnce removes what it finds, and returns that. A subscription that is pending cannot be removed and would outlive its
// queue, so the queue waits for it, unless impatient: SNS forgets it after two days.
func (t *snsTap) closeOnce(ctx context.Context, before tapBefore, impatient bool) (found []string, err error) {
	confirmed, pending, err := t.subscriptions(ctx, before)
	if err != nil && !isCode(err, "NotFound", "NotFoundException") {
		return nil, err
	}
	for _, subscription := range confirmed {
		found = append(found, subscription)
		_, err := t.sns.Unsubscribe(ctx, &sns.UnsubscribeInput{SubscriptionArn: aws.String(subscription)}, regionOf(before.Topic))
		if err != nil && !isCode(err, "NotFound", "NotFoundException") {
			return nil, fmt.Errorf("unsubscribe %s: %w", subscription, err)
		}
	}
	if pending > 0 && !impatient {
		return append(found, "pending subscription of "+before.QueueARN), nil
	}
	out, err := t.queues.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String(before.Queue)})
	if queueGone(err) {
		return found, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find queue %s: %w", before.Queue, err)
	}
	found = append(found, before.QueueARN)
	_, err = t.queues.DeleteQueue(ctx, &sqs.DeleteQueueInput{QueueUrl: out.QueueUrl})
	if err != nil && !queueGone(err) {
		return nil, fmt.Errorf("delete queue %s: %w", before.Queue, err)
	}
	return found, nil
}

// subscriptions returns the confirmed subscriptions of the topic that end in the tap's queue, and how many are pending. The
// queue's name alone decides: no other run uses it, and the queue may be gone already.
func (t *snsTap) subscriptions(ctx context.Context, tap tapBefore) (confirmed []string, pending int, err error) {
	pages := sns.NewListSubscriptionsByTopicPaginator(t.sns, &sns.ListSubscriptionsByTopicInput{TopicArn: aws.String(tap.Topic)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, regionOf(tap.Topic))
		if err != nil {
			return nil, 0, fmt.Errorf("list the subscriptions of %s: %w", tap.Topic, err)
		}
		for _, s := range page.Subscriptions {
			// Of one that is pending or deleted there is a word in place of the ARN, and nothing to unsubscribe.
			subscription := aws.ToString(s.SubscriptionArn)
			switch {
			case aws.ToString(s.Protocol) != "sqs" || !strings.HasSuffix(aws.ToString(s.Endpoint), ":"+tap.Queue):
			case arn.IsARN(subscription):
				confirmed = append(confirmed, subscription)
			case subscription == "PendingConfirmation":
				pending++
			}
		}
	}
	return confirmed, pending, nil
}
