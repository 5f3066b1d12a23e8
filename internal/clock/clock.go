package clock

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// Clock schedules strands and tells the time. Make one with Virtual or Real.
type Clock struct {
	mu      sync.Mutex
	speed   float64   // seconds of the clock a second of the host; 0 = no waiting at all
	real    bool      // Now follows the host also while strands run
	began   time.Time // host time at which start was shown
	start   time.Time
	now     time.Time
	current *strand
	ready   []*strand
	posted  []func()
	parked  list   // every parked strand, in the order of parking
	alarms  alarms // wake-ups, the earliest first
	order   uint64
	live    int // strands that have not returned
	outside int
	idle    chan struct{}
	poked   chan struct{}
}

// Virtual returns a clock that begins at start and moves only from wake-up to wake-up: with speed 0 at once, else at
// that many of its seconds a second. The same strands see the same times at every speed.
func Virtual(start time.Time, speed float64) *Clock {
	return newClock(start, speed, false)
}

// Real returns a clock that follows the host's.
func Real() *Clock {
	return newClock(time.Now(), 1, true)
}

func newClock(start time.Time, speed float64, real bool) *Clock {
	return &Clock{
		speed: speed, real: real, began: time.Now(), start: start, now: start,
		idle: make(chan struct{}, 1), poked: make(chan struct{}, 1),
	}
}

// Now returns the clock's time. It may be called from anywhere.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.real {
		c.now = c.host()
	}
	return c.now
}

// host is the clock's time as the host's clock implies it.
func (c *Clock) host() time.Time {
	return c.start.Add(time.Duration(float64(time.Since(c.began)) * max(c.speed, 0))).Round(0)
}

// Run makes a strand of f and returns when no strand is left. It is called once.
func (c *Clock) Run(f func()) {
	c.mu.Lock()
	c.began = time.Now()
	c.mu.Unlock()
	c.Post(f)
	for {
		c.mu.Lock()
		s := c.pick()
		if s == nil && c.live == 0 {
			c.mu.Unlock()
			return
		}
		if s != nil {
			c.mu.Unlock()
			s.wake <- struct{}{}
			<-c.idle
			continue
		}
		c.rest() // unlocks
	}
}

// rest spends an idle moment: until the next wake-up, or until somebody pokes. The caller holds the lock.
func (c *Clock) rest() {
	var timer *time.Timer
	var fired <-chan time.Time
	if len(c.alarms) > 0 && c.speed > 0 {
		wait := time.Duration(float64(c.alarms[0].at.Sub(c.host())) / c.speed)
		timer = time.NewTimer(wait)
		fired = timer.C
		defer timer.Stop()
	}
	c.mu.Unlock()
	select {
	case <-fired:
		c.mu.Lock()
		if len(c.alarms) > 0 {
			c.advance(c.alarms[0].at)
		}
	case <-c.poked:
		c.mu.Lock()
		if c.speed > 0 { // somebody outside acted between two wake-ups: that happened now, not at the last one
			now := c.host()
			if len(c.alarms) > 0 && c.alarms[0].at.Before(now) && !c.real {
				now = c.alarms[0].at
			}
			c.advance(now)
		}
	}
	c.mu.Unlock()
}

// advance moves time to t, never back, and makes ready what is due. The caller holds the lock.
func (c *Clock) advance(t time.Time) {
	if t.After(c.now) {
		c.now = t
	}
	for len(c.alarms) > 0 && !c.alarms[0].at.After(c.now) {
		a := heap.Pop(&c.alarms).(*alarm)
		if a.ring != nil {
			a.ring()
			continue
		}
		c.unpark(a.strand, nil)
	}
}

// pick returns the strand that gets the baton next, or nil when the scheduler has to rest. The caller holds the lock.
func (c *Clock) pick() *strand {
	for {
		for _, f := range c.posted {
			c.spawn(f)
		}
		c.posted = c.posted[:0]
		if len(c.ready) > 0 {
			s := c.ready[0]
			c.ready[0] = nil
			c.ready = c.ready[1:]
			c.current = s
			return s
		}
		if c.poll() {
			continue
		}
		if c.speed != 0 || c.outside > 0 || len(c.alarms) == 0 || c.live == 0 {
			return nil
		}
		c.advance(c.alarms[0].at)
	}
}

// poll makes ready the parked strands whose contexts are done, in the order of parking: a callback would reorder them.
func (c *Clock) poll() bool {
	found := false
	for s := c.parked.first; s != nil; {
		next := s.next
		if s.ctx != nil && s.ctx.Err() != nil {
			c.unpark(s, context.Cause(s.ctx))
			found = true
		}
		s = next
	}
	return found
}

// yield gives the baton away and returns when the strand has it again. The caller holds the lock, yield releases it.
func (c *Clock) yield(s *strand) {
	next := c.pick()
	c.mu.Unlock()
	if next == s {
		return
	}
	c.pass(next)
	<-s.wake
}

func (c *Clock) pass(next *strand) {
	if next == nil {
		c.idle <- struct{}{}
		return
	}
	next.wake <- struct{}{}
}

func (c *Clock) poke() {
	select {
	case c.poked <- struct{}{}:
	default:
	}
}
