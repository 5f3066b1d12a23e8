package injectors

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gameday/internal/clock"
)

// hiddenPause is the time between two looks at how many messages are hidden.
const hiddenPause = 2 * time.Second

// mostRounds is how often a queue is swept at most: every sweep makes others' messages one receive older.
const mostRounds = 4

// recovery is a Revert under way.
type recovery struct {
	*sqsBacklog
	plan  backlogBefore
	taken int // of its own, from all queues
	dead  int // … of those from the dead-letter queue
	gone  []string

	doubt   bool      // whether an answer was lost in the last sweep, and messages with it
	began   time.Time // of the last sweep
	waited  bool      // for hidden messages
	tooLong int       // how many are still hidden, where waiting for them would take too long
}

// Revert takes the fault's own messages out of the queue, and then out of its dead-letter queue, to which SQS may move
// them while the first is swept. When messages are hidden, it waits until those are visible again, and sweeps once more.
// What it does not find then was consumed.
func (f *sqsBacklog) Revert(ctx context.Context, p Plan) (string, error) {
	r := &recovery{sqsBacklog: f}
	if err := p.recall(&r.plan); err != nil {
		return "", err
	}
	settled := false
	for round := 0; round < mostRounds && !settled; round++ {
		before := r.taken
		if err := r.sweepAll(ctx); err != nil {
			return "", err
		}
		// A sweep that found nothing after a wait is the last, unless an answer to it was lost.
		if settled = r.waited && r.taken == before && !r.doubt; settled {
			break
		}
		hidden, err := r.waitForHidden(ctx)
		if err != nil {
			return "", err
		}
		settled = !hidden
	}
	if r.tooLong > 0 && r.missing() > 0 {
		return "", r.leftover(r.plan.Queue, min(r.tooLong, r.missing()),
			fmt.Sprintf("messages are still hidden after %s, and gameday's may be among them", clock.Short(revertPatience)))
	}
	if !settled { // going on would bring others' messages nearer to their maxReceiveCount
		return "", r.leftover(r.plan.Queue, max(r.missing(), perBatch), fmt.Sprintf("after %d sweeps messages still come back", mostRounds))
	}
	return r.note(), nil
}

// missing is how many of the fault's messages were not taken back, at most.
func (r *recovery) missing() int { return max(r.plan.Messages-r.taken, 0) }

func (r *recovery) queues() []queueFacts {
	all := []queueFacts{r.plan.Queue}
	if r.plan.DeadLetters != nil {
		all = append(all, *r.plan.DeadLetters)
	}
	return all
}

func (r *recovery) sweepAll(ctx context.Context) error {
	r.gone, r.doubt, r.began = nil, false, r.env.Clock.Now()
	for n, queue := range r.queues() {
		s := &queueSweep{sqsBacklog: r.sqsBacklog, queue: queue, mark: r.plan.Mark}
		s.strands = min(sweepStrands, r.plan.Messages/perBatch+1)
		err := s.run(ctx)
		r.taken += s.taken
		r.doubt = r.doubt || s.doubt
		if n > 0 {
			r.dead += s.taken
		}
		var danger *dangerError
		switch {
		case queueGone(err):
			r.gone = append(r.gone, queue.URL)
		// Whatever was sent is back already, so nothing is left for which others' messages would be at risk.
		case errors.As(err, &danger) && r.missing() == 0:
		case errors.As(err, &danger):
			return r.leftover(queue, r.missing(), danger.why)
		case err != nil:
			return fmt.Errorf("take messages back from %s: %w", queue.URL, err)
		}
	}
	return nil
}

func (r *recovery) leftover(queue queueFacts, n int, why string) error {
	return &LeftoverError{
		Why:  "take messages back: " + why,
		Left: []string{fmt.Sprintf("up to %d messages with the attribute %s = %s on %s", n, markAttribute, r.plan.Mark, queue.URL)},
	}
}

// waitForHidden waits until no messages are in flight or delayed, or until those that were must have come back. Even when as
// many were taken back as were meant, the fault's may be among them: a request whose answer was lost is sent again, so there
// may be more. It says whether another sweep may find something: there were any, or what a lost answer hid in a long sweep is
// visible again by now.
func (r *recovery) waitForHidden(ctx context.Context) (any bool, err error) {
	began := r.env.Clock.Now()
	_, err = r.env.await(ctx, hiddenPause, revertPatience, func() (bool, error) {
		seen, err := r.count(ctx)
		if err != nil || seen.hidden == 0 {
			r.tooLong = 0
			if !any && seen.visible > 0 && r.doubt && began.Sub(r.began) >= holdFor {
				any, r.waited = true, true
			}
			return true, err
		}
		any, r.waited = true, true
		if seen.longest > revertPatience {
			r.tooLong = seen.hidden
		}
		return r.env.Clock.Now().Sub(began) >= seen.longest, nil
	})
	return any, err
}

// depths are how many messages of all queues can be received, and how many cannot at present, and for how long a message
// can be hidden.
type depths struct {
	visible, hidden int
	longest         time.Duration
}

func (r *recovery) count(ctx context.Context) (depths, error) {
	var all depths
	for _, queue := range r.queues() {
		attributes, err := r.attributes(ctx, queue.URL)
		if queueGone(err) {
			continue
		}
		if err != nil {
			return depths{}, err
		}
		flying, delayed := number(attributes, "ApproximateNumberOfMessagesNotVisible"), number(attributes, "ApproximateNumberOfMessagesDelayed")
		all.visible += number(attributes, "ApproximateNumberOfMessages")
		all.hidden += flying + delayed
		if flying > 0 {
			// A sweep whose process died, or that never got SQS's answer, hides messages, too.
			all.longest = max(all.longest, time.Duration(number(attributes, "VisibilityTimeout"))*time.Second, holdFor)
		}
		if delayed > 0 {
			all.longest = max(all.longest, time.Duration(number(attributes, "DelaySeconds"))*time.Second)
		}
	}
	return all, nil
}

func number(attributes map[string]string, name string) int {
	n, _ := strconv.Atoi(attributes[name])
	return n
}

func (r *recovery) note() string {
	var notes []string
	for _, url := range r.gone {
		notes = append(notes, url+" does not exist any more")
	}
	switch {
	case r.taken == 0 && len(notes) == 0:
		notes = append(notes, "found none of its messages")
	case r.taken > 0:
		// A request whose answer was lost is sent again, so there may be more than were meant.
		note := "took back " + grouped(r.taken) + " messages"
		if r.taken == r.plan.Messages {
			note = "took back all " + grouped(r.taken) + " messages"
		}
		if r.dead > 0 {
			note += fmt.Sprintf(", %s of them from the dead-letter queue", grouped(r.dead))
		}
		notes = append(notes, note)
	}
	if r.taken > 0 && r.missing() > 0 { // the plan says how many were meant, not how many a flood that was cut short sent
		notes = append(notes, fmt.Sprintf("up to %s more were planned: consumed before, or never sent", grouped(r.missing())))
	}
	return strings.Join(notes, "; ")
}

// grouped writes a number as people read it: 1,718.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
