package clock

import (
	"container/heap"
	"context"
	"time"
)

// strand is one line of execution. It runs only while it holds the baton.
type strand struct {
	wake       chan struct{}
	ctx        context.Context // while parked
	err        error           // why parking ended
	alarm      *alarm          // while parked with a time
	cond       *Cond           // while parked for a notification
	prev, next *strand         // while parked
}

// Go starts a strand. It may be called by strands only; it runs when the caller next waits.
func (c *Clock) Go(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.spawn(f)
}

// Post starts a strand from anywhere: signal handlers, key presses. Once Run has returned it does nothing.
func (c *Clock) Post(f func()) {
	c.mu.Lock()
	c.posted = append(c.posted, f)
	c.mu.Unlock()
	c.poke()
}

func (c *Clock) spawn(f func()) {
	s := &strand{wake: make(chan struct{}, 1)}
	c.live++
	c.ready = append(c.ready, s)
	go func() {
		<-s.wake
		defer func() {
			c.mu.Lock()
			c.live--
			next := c.pick()
			c.mu.Unlock()
			c.pass(next)
		}()
		f()
	}()
}

// Outside gives the baton away while f blocks in the real world, such as for one HTTP round trip. f must not touch what
// strands share. At speed 0 time stands still meanwhile.
func (c *Clock) Outside(f func()) {
	c.mu.Lock()
	s := c.current
	c.outside++
	next := c.pick()
	c.mu.Unlock()
	c.pass(next)
	defer func() {
		c.mu.Lock()
		c.outside--
		c.ready = append(c.ready, s)
		c.mu.Unlock()
		c.poke()
		<-s.wake
	}()
	f()
}

// Sleep returns nil after d, or the cause of ctx's end when that comes first.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	return c.park(ctx, nil, c.Now().Add(max(d, 0)))
}

// Cond is what strands wait for and others notify. The zero value is ready to use.
type Cond struct{ waiting []*strand }

// Wait returns nil when k was notified or when until has come (zero: no limit), or the cause of ctx's end. What it was
// waiting for may have changed again by then: callers look, and wait again.
func (c *Clock) Wait(ctx context.Context, k *Cond, until time.Time) error {
	return c.park(ctx, k, until)
}

// Notify makes ready all strands that wait for k, in the order in which they began to wait. Strands only.
func (c *Clock) Notify(k *Cond) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(k.waiting) > 0 {
		c.unpark(k.waiting[0], nil)
	}
}

func (c *Clock) park(ctx context.Context, k *Cond, until time.Time) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if c.speed > 0 {
		stop := context.AfterFunc(ctx, c.poke)
		defer stop()
	}
	c.mu.Lock()
	s := c.current
	s.ctx, s.err, s.cond = ctx, nil, k
	if k != nil {
		k.waiting = append(k.waiting, s)
	}
	if !until.IsZero() {
		s.alarm = c.set(until, s, nil)
	}
	c.parked.push(s)
	c.yield(s)
	return s.err
}

// unpark makes s ready and forgets what it was waiting for. The caller holds the lock.
func (c *Clock) unpark(s *strand, err error) {
	c.parked.remove(s)
	if s.alarm != nil && s.alarm.index >= 0 {
		heap.Remove(&c.alarms, s.alarm.index)
	}
	if k := s.cond; k != nil {
		for i, w := range k.waiting {
			if w == s {
				k.waiting = append(k.waiting[:i], k.waiting[i+1:]...)
				break
			}
		}
	}
	s.ctx, s.alarm, s.cond, s.err = nil, nil, nil, err
	c.ready = append(c.ready, s)
}

// WithDeadline returns a copy of ctx that ends at t on this clock, with context.DeadlineExceeded as its cause. Its
// Deadline method stays silent, because libraries would compare it with the host's clock.
func (c *Clock) WithDeadline(ctx context.Context, t time.Time) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	c.mu.Lock()
	a := c.set(t, nil, func() { cancel(context.DeadlineExceeded) })
	c.mu.Unlock()
	c.poke()
	return ctx, func() {
		c.mu.Lock()
		if a.index >= 0 {
			heap.Remove(&c.alarms, a.index)
		}
		c.mu.Unlock()
		cancel(context.Canceled)
	}
}

// alarm is one wake-up: of a strand, or of a function that must not block.
type alarm struct {
	at     time.Time
	order  uint64
	strand *strand
	ring   func()
	index  int // in the heap; -1 once it has rung
}

func (c *Clock) set(at time.Time, s *strand, ring func()) *alarm {
	c.order++
	a := &alarm{at: at, order: c.order, strand: s, ring: ring}
	heap.Push(&c.alarms, a)
	return a
}

type alarms []*alarm

func (h alarms) Len() int { return len(h) }
func (h alarms) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].order < h[j].order
	}
	return h[i].at.Before(h[j].at)
}

func (h alarms) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *alarms) Push(x any) {
	a := x.(*alarm)
	a.index = len(*h)
	*h = append(*h, a)
}

func (h *alarms) Pop() any {
	old := *h
	a := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	a.index = -1
	return a
}

// list keeps the parked strands in the order of parking.
type list struct{ first, last *strand }

func (l *list) push(s *strand) {
	s.prev, s.next = l.last, nil
	if l.last == nil {
		l.first = s
	} else {
		l.last.next = s
	}
	l.last = s
}

func (l *list) remove(s *strand) {
	if s.prev == nil {
		l.first = s.next
	} else {
		s.prev.next = s.next
	}
	if s.next == nil {
		l.last = s.prev
	} else {
		s.next.prev = s.prev
	}
	s.prev, s.next = nil, nil
}
