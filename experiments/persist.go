package experiments

import (
	"context"
	"time"

	"gameday/internal/cloud"
)

// persistence is for how long a revert is tried again when what kept it from succeeding may pass.
const persistence = 10 * time.Minute

// persist calls f until it succeeds, or fails for a reason that will not pass, or for too long. Reverting is idempotent, so
// what an earlier try did does no harm.
func (e *Engine) persist(ctx context.Context, passing func(error) bool, f func() error) error {
	limit := e.Clock.Now().Add(persistence)
	for {
		err := f()
		if err == nil || !passing(err) || !e.Clock.Now().Before(limit) || e.Clock.Sleep(ctx, e.tick()) != nil {
			return err
		}
	}
}

// tryRevert is persist for a fault or a tap.
func (e *Engine) tryRevert(ctx context.Context, revert func() (note string, err error)) (note string, err error) {
	err = e.persist(ctx, cloud.Passing, func() error {
		note, err = revert()
		return err
	})
	return note, err
}
