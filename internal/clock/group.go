package clock

import (
	"context"
	"time"
)

// Group waits for strands that work on one task. Make it with NewGroup.
type Group struct {
	clock   *Clock
	running int
	done    Cond
	err     error
}

// NewGroup returns a group of strands on c.
func NewGroup(c *Clock) *Group { return &Group{clock: c} }

// Go starts a strand of the group.
func (g *Group) Go(f func() error) {
	g.running++
	g.clock.Go(func() {
		defer func() {
			g.running--
			g.clock.Notify(&g.done)
		}()
		if err := f(); err != nil && g.err == nil {
			g.err = err
		}
	})
}

// Wait returns when every strand of the group has returned, with the first error. It does not give up early: work that
// has begun is waited for.
func (g *Group) Wait(ctx context.Context) error {
	for g.running > 0 {
		if err := g.clock.Wait(context.WithoutCancel(ctx), &g.done, time.Time{}); err != nil {
			return err
		}
	}
	return g.err
}
