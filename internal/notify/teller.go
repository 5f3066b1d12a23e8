package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"gameday/experiments"
	"gameday/internal/clock"
	"gameday/internal/cloud"
)

// patience is how long the end of a run waits for what is still to be told.
const patience = 30 * time.Second

// Teller is an experiments.Reporter that tells people and programs, on strands of its own. Make it with New.
type Teller struct {
	means   Means
	say     func(Said)
	fold    experiments.Fold
	boxes   []*box
	began   bool // a fault was planned to be injected
	busy    int  // strands that tell
	idle    clock.Cond
	closed  bool
	telling context.Context // of the strands
	end     context.CancelFunc
}

// box is one notice with what it has still to tell, in order.
type box struct {
	Notice
	channel Channel
	shown   bool // nobody is told: a rehearsal
	waiting []Message
	busy    bool
}

// Options are what a Teller works with.
type Options struct {
	Clock    *clock.Clock
	AWS      aws.Config // the run's session
	Rehearse bool
	Known    experiments.Known // the facts of the run
	Say      func(Said)        // is called on a strand, and must not block; nil: nobody listens
}

// New returns a teller for notices. It tells nobody yet. ctx does not end what it will tell; Close does.
func New(ctx context.Context, notices []Notice, o Options) (*Teller, error) {
	t := &Teller{means: Means{AWS: o.AWS, Web: cloud.Web(o.Clock, tryLimit), Clock: o.Clock}, say: o.Say}
	if t.say == nil {
		t.say = func(Said) {}
	}
	for _, notice := range notices {
		channel, err := notice.Build(o.Known)
		if err != nil {
			return nil, err
		}
		t.boxes = append(t.boxes, &box{Notice: notice, channel: channel, shown: o.Rehearse && !notice.Kind.InAWS})
	}
	t.telling, t.end = context.WithCancel(context.WithoutCancel(ctx))
	return t, nil
}

// Report queues what a record is an occasion for. It never waits.
func (t *Teller) Report(r experiments.Record) {
	if len(t.boxes) == 0 {
		return
	}
	t.fold.Add(r)
	all := occasions(r.Event, !t.began)
	if _, planned := r.Event.(experiments.FaultPlanned); planned {
		t.began = true
	}
	for _, o := range all {
		m := compose(&t.fold, o, r.Time)
		for _, b := range t.boxes {
			if slices.Contains(b.On, o) {
				t.queue(b, m)
			}
		}
	}
}

func (t *Teller) queue(b *box, m Message) {
	if b.shown {
		said := b.said(m, t.means.Clock.Now())
		said.Would = true
		t.say(said)
		return
	}
	b.waiting = append(b.waiting, m)
	if b.busy {
		return
	}
	b.busy = true
	t.busy++
	t.means.Clock.Go(func() { t.work(b) })
}

func (b *box) said(m Message, at time.Time) Said {
	return Said{At: at, Notice: "notify." + b.Name, Kind: b.Kind.Name, Address: b.channel.Address(), Occasion: m.Occasion, Text: m.Title}
}

// work tells everything that waits in a box.
func (t *Teller) work(b *box) {
	defer func() {
		b.busy = false
		t.busy--
		t.means.Clock.Notify(&t.idle)
	}()
	for len(b.waiting) > 0 && !t.closed {
		m := b.waiting[0]
		err := t.tell(b, m)
		if t.closed {
			return // Close said so already
		}
		b.waiting = b.waiting[1:]
		said := b.said(m, t.means.Clock.Now())
		said.Err = err
		t.say(said)
	}
}

// tell tells one message. A bug in a channel must not end the process while faults are live.
func (t *Teller) tell(b *box, m Message) (err error) {
	defer func() {
		if bug := recover(); bug != nil {
			err = errors.New("gameday has a bug in notify " + b.Kind.Name)
		}
	}()
	return b.channel.Tell(t.telling, t.means, m)
}

// Close waits until everything is told, for 30 s at most, and gives up what is not told by then, or once ctx ends. A ctx
// that has ended already, because the run was stopped, does not shorten the wait. It must be called on a strand.
func (t *Teller) Close(ctx context.Context) {
	defer t.end()
	if ctx.Err() != nil {
		ctx = context.WithoutCancel(ctx)
	}
	closing := t.means.Clock.Now()
	limit := closing.Add(patience)
	for t.busy > 0 && t.means.Clock.Now().Before(limit) {
		if t.means.Clock.Wait(ctx, &t.idle, limit) != nil {
			break
		}
	}
	t.closed = true
	for _, b := range t.boxes {
		for _, m := range b.waiting {
			said := b.said(m, t.means.Clock.Now())
			said.Err = fmt.Errorf("not taken within %s after the end of the run", t.means.Clock.Now().Sub(closing).Round(time.Second))
			t.say(said)
		}
	}
}
