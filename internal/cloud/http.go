package cloud

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"gameday/internal/clock"
)

// identityLimit is how long the answer may take to who the caller is. It is asked first and known at once, so an endpoint
// that takes longer is none.
const identityLimit = 10 * time.Second

// exchange sends requests outside the baton and reads the whole answer there, so that other strands run meanwhile. At
// the latest after its limit it gives up. Strands only.
type exchange struct {
	client aws.HTTPClient
	clock  *clock.Clock
	limit  time.Duration
}

// Do sends the request and returns the answer with a body that is in memory.
func (x *exchange) Do(request *http.Request) (response *http.Response, err error) {
	x.clock.Outside(func() { response, err = x.roundTrip(request) })
	return response, err
}

func (x *exchange) roundTrip(request *http.Request) (*http.Response, error) {
	silence := &silenceError{host: request.URL.Host, limit: x.limitOf(request.Context())}
	ctx, cancel := context.WithTimeoutCause(request.Context(), silence.limit, silence)
	defer cancel()
	response, err := x.client.Do(request.WithContext(ctx))
	if err == nil {
		err = readAll(response)
	}
	if err != nil && errors.Is(context.Cause(ctx), silence) {
		return nil, silence
	}
	if err != nil {
		return nil, err
	}
	return response, nil
}

func (x *exchange) limitOf(ctx context.Context) time.Duration {
	if c := underway(ctx); c != nil && c.operation == "GetCallerIdentity" {
		return min(x.limit, identityLimit)
	}
	return x.limit
}

// readAll replaces the body by what it says.
func readAll(response *http.Response) error {
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// silenceError says that an endpoint took a request and did not answer.
type silenceError struct {
	host  string
	limit time.Duration
}

func (e *silenceError) Error() string {
	return fmt.Sprintf("%s did not answer within %s", e.host, e.limit)
}

// Timeout tells the SDK that another attempt may succeed.
func (e *silenceError) Timeout() bool { return true }
