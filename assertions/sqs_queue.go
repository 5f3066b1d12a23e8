package assertions

import (
	"github.com/dustin/go-humanize"

	"gameday/internal/signals"
)

// SQSQueue claims that the approximate number of visible messages is at most, or at least, so many.
type SQSQueue struct {
	QueueURL       string `hcl:"queue_url" doc:"the queue"`
	VisibleAtMost  *int   `hcl:"visible_at_most,optional" doc:"this or visible_at_least: the most visible messages, approximately"`
	VisibleAtLeast *int   `hcl:"visible_at_least,optional" doc:"this or visible_at_most: the fewest visible messages, approximately"`
}

func sqsQueue() Kind {
	return Kind{
		Name:    "sqs_queue",
		Summary: "The approximate number of visible messages in an SQS queue is at most, or at least, so many.",
		Example: `queue_url       = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
visible_at_most = 100 # or visible_at_least`,
		Shape:  Level,
		Source: "sqs_queue",
		New:    func() Assertion { return &SQSQueue{} },
	}
}

// Sources returns the queue.
func (a *SQSQueue) Sources() []signals.Source { return source("sqs_queue", a.QueueURL) }

// Truth holds while the queue is as deep, or as shallow, as claimed.
func (a *SQSQueue) Truth(seen []signals.Signal) []Change {
	return level(seen, func(queue signals.Queue) (bool, string) {
		holds := (a.VisibleAtMost == nil || queue.Visible <= int64(*a.VisibleAtMost)) &&
			(a.VisibleAtLeast == nil || queue.Visible >= int64(*a.VisibleAtLeast))
		return holds, "visible " + humanize.Comma(queue.Visible)
	})
}

// Problems reports what is no queue's URL, negative depths, and both bounds or none.
func (a *SQSQueue) Problems() []Problem {
	problems := noQueue("queue_url", a.QueueURL)
	problems = append(problems, negative("visible_at_most", a.VisibleAtMost)...)
	problems = append(problems, negative("visible_at_least", a.VisibleAtLeast)...)
	switch {
	case a.VisibleAtMost == nil && a.VisibleAtLeast == nil:
		problems = append(problems, Problem{
			Attribute: "visible_at_most", Summary: "No depth", Detail: "Give either visible_at_most or visible_at_least.",
		})
	case a.VisibleAtMost != nil && a.VisibleAtLeast != nil:
		problems = append(problems, Problem{
			Attribute: "visible_at_least", Summary: "Two depths",
			Detail: "Give either visible_at_most or visible_at_least, not both.",
		})
	}
	return problems
}
