package injectors

import (
	"context"
	"time"
)

// await looks again and again, every so often, until look says that it is done, or fails, or patience has run out. The
// last look is never skipped: done tells whether it was.
func (e Env) await(ctx context.Context, every, patience time.Duration, look func() (bool, error)) (done bool, err error) {
	deadline := e.Clock.Now().Add(patience)
	for {
		done, err = look()
		if done || err != nil || !e.Clock.Now().Before(deadline) {
			return done, err
		}
		if err := e.Clock.Sleep(ctx, every); err != nil {
			return false, err
		}
	}
}

// going returns the cause of ctx's end, or nil: what Inject asks between two mutating calls. Within one nothing need be
// asked, because package cloud waits for the answer of whatever was sent.
func going(ctx context.Context) error { return context.Cause(ctx) }
