package sandbox

import (
	"math"
	"time"

	"gameday/internal/clock"
)

// queue is one SQS queue. Its own traffic flows only when somebody looks: look comes before everything else.
type queue struct {
	name, arn, url    string
	account           *Account
	created, modified time.Time
	attributes        map[string]string // as they were set
	policy            string            // the one that is in force: a new one takes a while
	tags              map[string]string
	salt              uint64 // what makes its message ids its own
	redrive           redrive
	next              uint64 // place of the next message
	line              line
	back              pile // visible again
	away              pile // in flight or delayed
	flying            int
	own               int                 // messages in the piles that were sent, rather than being the queue's own traffic
	known             map[uint64]*message // by place: what receipt handles may be for
	shared            *attributes         // of the message that was sent last
	traffic           traffic
	depths            depths
	purged            time.Time
	deleted           bool
	changed           clock.Cond // something became visible, or is about to earlier than it was
}

// traffic is a queue's own producers and consumers: a fluid, of which only whole messages are seen.
type traffic struct {
	at                time.Time
	arrives, consumes float64 // a second
	arriving, hungry  float64 // parts of a message
}

func (q *queue) visible() int { return q.line.length + q.back.Len() }
func (q *queue) depth() depth { return depth{q.visible(), q.flying, q.away.Len() - q.flying} }

// sent is how many messages are in the queue that are not of its own traffic.
func (q *queue) sent() int { return q.line.own + q.own }

// look brings the queue to the present.
func (q *queue) look() {
	now := q.account.clock.Now()
	for {
		step := now
		if m := q.away.first(); m != nil && m.until.Before(step) {
			step = m.until
		}
		if next := q.depths.next(); q.depths.lag > 0 && next.Before(step) {
			step = next
		}
		q.flow(step)
		for m := q.away.first(); m != nil && !m.until.After(step); m = q.away.first() {
			q.land(m)
		}
		q.depths.note(step, q.depth())
		if !step.Before(now) {
			return
		}
	}
}

// land makes a message visible that was in flight or delayed.
func (q *queue) land(m *message) {
	q.lift(m)
	m.where = visibleAgain
	q.back.add(m)
	q.count(m, 1)
}

// flow lets traffic arrive and be consumed until then. What is consumed is the oldest that is visible.
func (q *queue) flow(until time.Time) {
	t := &q.traffic
	seconds := until.Sub(t.at).Seconds()
	if seconds <= 0 {
		return
	}
	t.arriving += t.arrives * seconds
	if whole := math.Floor(t.arriving); whole >= 1 {
		t.arriving -= whole
		q.line.push(run{
			first: q.next, count: int(whole), sent: t.at, every: time.Duration(float64(time.Second) / t.arrives),
			body: `{"from":"the queue's own traffic"}`, organic: true,
		})
		q.next += uint64(whole)
	}
	t.at = until
	t.hungry += t.consumes * seconds
	whole := int(min(math.Floor(t.hungry), float64(q.visible())))
	q.consume(whole)
	t.hungry -= float64(whole)
	if q.visible() == 0 {
		t.hungry = min(t.hungry, 1) // idle consumers take the next message at once, but do not save up
	}
}

// consume takes and deletes the n oldest visible messages.
func (q *queue) consume(n int) {
	for n > 0 {
		again, before := q.back.first(), uint64(math.MaxUint64)
		if again != nil {
			before = again.place
		}
		taken := q.line.take(n, before)
		n -= taken
		if taken == 0 {
			if again == nil {
				return
			}
			q.forget(again)
			n--
		}
	}
}

// oldest takes the oldest visible message out of the queue's hands.
func (q *queue) oldest() (*message, bool) {
	again := q.back.first()
	place, waiting := q.line.oldest()
	if again != nil && (!waiting || again.place < place) {
		q.lift(again)
		return again, true
	}
	return q.line.pop()
}

// lift takes a message out of its pile.
func (q *queue) lift(m *message) {
	switch m.where {
	case visibleAgain:
		q.back.remove(m)
	case inFlight:
		q.away.remove(m)
		q.flying--
	case notYet:
		q.away.remove(m)
	default:
		return
	}
	m.where = nowhere
	q.count(m, -1)
}

// hide puts a message away until its time.
func (q *queue) hide(m *message, where whereabouts, until time.Time) {
	m.where, m.until = where, until
	if where == inFlight {
		q.flying++
	}
	q.away.add(m)
	q.count(m, 1)
}

func (q *queue) count(m *message, by int) {
	if !m.organic {
		q.own += by
	}
}

// forget deletes a message.
func (q *queue) forget(m *message) {
	q.lift(m)
	delete(q.known, m.place)
}

// empty deletes everything.
func (q *queue) empty() {
	q.line, q.back.messages, q.away.messages, q.flying, q.own = line{}, nil, nil, 0, 0
	clear(q.known)
}

// wakes is when something may become visible by itself; zero: never.
func (q *queue) wakes() time.Time {
	var at time.Time
	if m := q.away.first(); m != nil {
		at = m.until
	}
	if t := q.traffic; t.arrives > t.consumes {
		wait := time.Duration((1 - t.arriving) / t.arrives * float64(time.Second))
		if organic := t.at.Add(max(wait, time.Millisecond)); at.IsZero() || organic.Before(at) {
			at = organic
		}
	}
	return at
}

// depth is what the approximate counts count.
type depth struct{ visible, flying, delayed int }

// depths remembers how deep a queue was, as long as its counts lag behind.
type depths struct {
	lag   time.Duration
	began time.Time
	past  []sampled
}

type sampled struct {
	at time.Time
	depth
}

// next is when the depth has to be noted next.
func (d *depths) next() time.Time {
	if len(d.past) == 0 {
		return d.began
	}
	return d.past[len(d.past)-1].at.Add(min(time.Second, d.lag/10+time.Millisecond))
}

func (d *depths) note(at time.Time, now depth) {
	if d.lag == 0 || at.Before(d.next()) {
		return
	}
	d.past = append(d.past, sampled{at, now})
	for len(d.past) > 1 && !d.past[1].at.After(at.Add(-d.lag)) {
		d.past = d.past[1:]
	}
}

// shown is the depth as the approximate counts show it.
func (q *queue) shown() depth {
	d := &q.depths
	if d.lag == 0 {
		return q.depth()
	}
	var seen depth
	for _, s := range d.past {
		if s.at.After(q.traffic.at.Add(-d.lag)) {
			break
		}
		seen = s.depth
	}
	return seen
}
