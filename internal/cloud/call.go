package cloud

import (
	"context"
	"errors"
	"fmt"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
)

// call is one use of an operation: one or more requests.
type call struct {
	api
	recorder *Recorder // only of calls that mutate
	pause    func(time.Duration) error

	sent, answered time.Time // of the requests that AWS may have obeyed
	obeyed         bool      // one of them certainly was

	failures int
	trouble  time.Time // of the first failure
	last     error     // of the newest failure
	stopped  error     // why the caller wants no further request
	gaveUp   bool
}

type callKey struct{}

// underway returns the call that ctx belongs to.
func underway(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// begin makes a call of each use of a client. A read ends with its context. A mutating call does so only between its
// requests: what has been sent is waited for, because a fault that nobody knows of cannot be reverted.
func (s *Session) begin(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
	middleware.InitializeOutput, middleware.Metadata, error,
) {
	if ctx.Err() != nil {
		return middleware.InitializeOutput{}, middleware.Metadata{}, context.Cause(ctx)
	}
	c := &call{
		api:   api{prefix(awsmiddleware.GetServiceID(ctx)), awsmiddleware.GetOperationName(ctx)},
		pause: func(d time.Duration) error { return s.clock.Sleep(ctx, d) },
	}
	inside := context.WithValue(ctx, callKey{}, c)
	if mutates(c.operation) {
		inside = context.WithoutCancel(inside)
		c.recorder, _ = ctx.Value(recorderKey{}).(*Recorder)
	}
	if c.recorder != nil {
		c.recorder.underway++
	}
	out, metadata, err := next.HandleInitialize(inside, in)
	c.record()
	return out, metadata, c.explain(ctx, err)
}

// sawAnswer notes the end of a request.
func (c *call) sawAnswer(sent, answered time.Time, err error) {
	if err != nil && refused(err) {
		return
	}
	if c.sent.IsZero() {
		c.sent = sent
	}
	c.answered = answered
	c.obeyed = c.obeyed || err == nil
}

func (c *call) record() {
	if c.recorder == nil {
		return
	}
	c.recorder.underway--
	switch {
	case c.obeyed:
		c.recorder.done.add(c.sent, c.answered)
	case !c.sent.IsZero():
		c.recorder.doubtful.add(c.sent, c.answered)
	}
}

// explain says of a failure what only the call knows.
func (c *call) explain(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case c.stopped != nil && c.last != nil && mutates(c.operation):
		return fmt.Errorf("%w (not tried again: %w)", c.last, c.stopped)
	case c.stopped != nil:
		return c.stopped
	case c.gaveUp:
		return fmt.Errorf("tried %d times: %w", c.failures, c.last)
	case ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))):
		return context.Cause(ctx)
	}
	return err
}
