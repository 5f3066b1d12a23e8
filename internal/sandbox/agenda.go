package sandbox

import (
	"container/heap"
	"context"
	"time"

	"gameday/internal/clock"
)

// agenda is what will happen in the account, the earliest first, in the order of adding when at the same time. One strand
// serves it all.
type agenda struct {
	items   appointments
	order   int
	changed clock.Cond
}

type appointment struct {
	at    time.Time
	order int
	do    func()
}

func (g *agenda) add(c *clock.Clock, at time.Time, do func()) {
	g.order++
	heap.Push(&g.items, appointment{at, g.order, do})
	c.Notify(&g.changed)
}

// run does what is due until ctx is done.
func (g *agenda) run(ctx context.Context, c *clock.Clock) {
	for {
		for len(g.items) > 0 && !g.items[0].at.After(c.Now()) {
			heap.Pop(&g.items).(appointment).do()
		}
		var next time.Time
		if len(g.items) > 0 {
			next = g.items[0].at
		}
		if c.Wait(ctx, &g.changed, next) != nil {
			return
		}
	}
}

type appointments []appointment

func (h appointments) Len() int { return len(h) }
func (h appointments) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].order < h[j].order
	}
	return h[i].at.Before(h[j].at)
}
func (h appointments) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *appointments) Push(x any)   { *h = append(*h, x.(appointment)) }
func (h *appointments) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = appointment{}
	*h = old[:len(old)-1]
	return last
}
