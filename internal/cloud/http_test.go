package cloud

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/stretchr/testify/require"

	"gameday/internal/clock"
)

func TestAnEndpointThatHangsEndsWithAClearError(t *testing.T) {
	hangs := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush() // a head without a body
		<-hangs
	}))
	defer server.Close()
	defer close(hangs)

	c := clock.Virtual(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), 0)
	cfg := aws.Config{
		Region: "eu-west-1", BaseEndpoint: &server.URL,
		Credentials: credentials.NewStaticCredentialsProvider("AKIA", "secret", ""),
		HTTPClient:  &exchange{client: server.Client(), clock: c, limit: 50 * time.Millisecond},
	}
	c.Run(func() {
		_, _, err := NewSession(cfg, c, 1, "run").Identity(context.Background())
		require.ErrorContains(t, err, "did not answer within 50ms")
		require.ErrorContains(t, err, "tried 3 times")
		require.Contains(t, Hint(err), "does not answer")
	})
}

func TestTheEndOfTheContextEndsARoundTrip(t *testing.T) {
	hangs := make(chan struct{})
	arrived := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-hangs
	}))
	defer server.Close()
	defer close(hangs)

	c := clock.Real()
	cfg := aws.Config{
		Region: "eu-west-1", BaseEndpoint: &server.URL,
		Credentials: credentials.NewStaticCredentialsProvider("AKIA", "secret", ""),
		HTTPClient:  &exchange{client: server.Client(), clock: c, limit: time.Minute},
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	go func() {
		<-arrived
		cancel(http.ErrAbortHandler)
	}()
	c.Run(func() {
		_, _, err := NewSession(cfg, c, 1, "run").Identity(ctx)
		require.ErrorIs(t, err, http.ErrAbortHandler, "the cause, as on the clock")
	})
}

func TestWhoTheCallerIsMustBeAnsweredSooner(t *testing.T) {
	x := &exchange{limit: time.Minute}
	of := func(operation string) context.Context {
		return context.WithValue(context.Background(), callKey{}, &call{api: api{operation: operation}})
	}
	require.Equal(t, 10*time.Second, x.limitOf(of("GetCallerIdentity")))
	require.Equal(t, time.Minute, x.limitOf(of("ReceiveMessage")), "a long poll takes 20 s")
	require.Equal(t, time.Minute, x.limitOf(context.Background()))
}
