package cloud

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// instrument returns a copy of cfg whose clients work for the session.
func (s *Session) instrument(cfg aws.Config, runID string) aws.Config {
	cfg = cfg.Copy()
	cfg.DisableRequestCompression = true // emulators cannot read compressed metrics
	cfg.RetryMaxAttempts = 0
	cfg.Retryer = func() aws.Retryer { return newRetryer(s) }
	cfg.APIOptions = slices.Concat(cfg.APIOptions, []func(*middleware.Stack) error{
		s.addMiddleware, awsmiddleware.AddUserAgentKeyValue("gameday", runID),
	})
	return cfg
}

// addMiddleware puts the session's three looks at a call into its stack: around everything, around each request before
// it is signed, and around the exchange itself.
func (s *Session) addMiddleware(stack *middleware.Stack) error {
	return errors.Join(
		stack.Initialize.Add(middleware.InitializeMiddlewareFunc("gamedayCall", s.begin), middleware.Before),
		stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("gamedayPace", s.keepPace), "Retry", middleware.After),
		stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("gamedayMeasure", s.measure), middleware.Before),
	)
}

// keepPace holds a request back until the budget allows it. It comes before signing, so that signatures are fresh.
func (s *Session) keepPace(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
	middleware.FinalizeOutput, middleware.Metadata, error,
) {
	c := underway(ctx)
	wait, cancel := s.pace.reserve(c.api, s.clock.Now())
	if wait > 0 {
		if err := c.pause(wait); err != nil {
			cancel(s.clock.Now())
			c.stopped = err
			return middleware.FinalizeOutput{}, middleware.Metadata{}, &stoppedError{err}
		}
	}
	return next.HandleFinalize(ctx, in)
}

// measure counts a request, notes when it was sent and answered, and compares the clocks.
func (s *Session) measure(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	middleware.DeserializeOutput, middleware.Metadata, error,
) {
	c := underway(ctx)
	s.calls[c.api]++
	sent := s.clock.Now()
	out, metadata, err := next.HandleDeserialize(ctx, in)
	answered := s.clock.Now()
	c.sawAnswer(sent, answered, err)
	if response, ok := out.RawResponse.(*smithyhttp.Response); ok && response != nil && response.Response != nil {
		s.reached[c.service] = s.reached[c.service] || response.StatusCode > 0
		if date, err := http.ParseTime(response.Header.Get("Date")); err == nil {
			s.skew.see(date, sent, answered)
		}
	}
	return out, metadata, err
}

// stoppedError says that the caller's context ended while a request was held back. No retrying helps.
type stoppedError struct{ cause error }

func (e *stoppedError) Error() string       { return e.cause.Error() }
func (e *stoppedError) Unwrap() error       { return e.cause }
func (e *stoppedError) CanceledError() bool { return true }
