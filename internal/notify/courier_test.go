package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"gameday/internal/clock"
	"gameday/internal/cloud"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// canary is a secret that must not show up anywhere.
const canary = "caNary0secret"

func morning() time.Time { return time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC) }

// service answers with one answer after another, the last one for ever, and keeps what it was asked.
type service struct {
	*httptest.Server
	answers []answer
	mu      sync.Mutex
	asked   []request
}

type answer struct {
	status int
	after  string // Retry-After
	body   string
	breaks bool
}

type request struct {
	path, body string
	header     http.Header
}

func serve(t *testing.T, answers ...answer) *service {
	t.Helper()
	s := &service{answers: answers}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	a := s.answers[min(len(s.asked), len(s.answers)-1)]
	s.asked = append(s.asked, request{r.URL.Path, string(body), r.Header})
	s.mu.Unlock()
	if a.breaks {
		panic(http.ErrAbortHandler)
	}
	if a.after != "" {
		w.Header().Set("Retry-After", a.after)
	}
	if a.status >= 300 && a.status < 400 {
		w.Header().Set("Location", a.body)
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

// requests are what the service was asked so far.
func (s *service) requests() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func (s *service) hook() *Slack { return &Slack{WebhookURL: s.URL + "/services/" + canary} }

// told tells a message over a channel, and returns what came of it and how long it took on the clock.
func told(c Channel, limit time.Duration) (took time.Duration, err error) {
	clock := clock.Virtual(morning(), 0)
	clock.Run(func() {
		err = c.Tell(context.Background(), Means{Web: cloud.Web(clock, limit), Clock: clock}, Message{ID: "r/started", Title: "Game day started: x"})
	})
	return clock.Now().Sub(morning()), err
}

func TestAMessageIsTriedAgainWhereThatMayHelp(t *testing.T) {
	again := answer{status: 503}
	cases := map[string]struct {
		answers []answer
		tries   int
		took    time.Duration
		err     string
	}{
		"taken":                   {[]answer{{status: 200, body: "ok"}}, 1, 0, ""},
		"taken without a body":    {[]answer{{status: 204}}, 1, 0, ""},
		"taken at the third try":  {[]answer{again, {status: 500}, {status: 202}}, 3, 3 * time.Second, ""},
		"never taken":             {[]answer{again}, 3, 3 * time.Second, "answered 503 Service Unavailable"},
		"asked to wait":           {[]answer{{status: 429, after: "7"}, {status: 200}}, 2, 7 * time.Second, ""},
		"asked to wait by date":   {[]answer{{status: 429, after: "Mon, 05 Jan 2026 09:00:20 GMT"}, {status: 200}}, 2, 20 * time.Second, ""},
		"asked to wait nonsense":  {[]answer{{status: 429, after: "soon"}, {status: 200}}, 2, time.Second, ""},
		"asked to wait too long":  {[]answer{{status: 429, after: "31"}}, 1, 0, "answered 429 Too Many Requests; it asks to wait 31s, which is too long"},
		"asked to wait long, 503": {[]answer{{status: 503, after: "30"}, {status: 200}}, 2, 30 * time.Second, ""},
		"refused":                 {[]answer{{status: 400, body: "invalid_payload"}}, 1, 0, "answered 400 Bad Request (invalid_payload)"},
		"gone":                    {[]answer{{status: 404, body: "no /services/" + canary}}, 1, 0, "answered 404 Not Found"},
		"forbidden":               {[]answer{{status: 403, body: canary}}, 1, 0, "answered 403 Forbidden"},
		"an odd status":           {[]answer{{status: 499}}, 1, 0, "answered 499"},
		"the line breaks":         {[]answer{{breaks: true}, {status: 200}}, 2, time.Second, ""},
		"the line always breaks":  {[]answer{{breaks: true}}, 3, 3 * time.Second, "the connection broke before an answer came"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := serve(t, c.answers...)
			took, err := told(s.hook(), tryLimit)
			if c.err == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, c.err)
			}
			assert.Equal(t, c.took, took)
			require.Len(t, s.requests(), c.tries)
			for _, r := range s.requests() {
				assert.Equal(t, s.requests()[0].body, r.body, "each try sends the whole message")
			}
		})
	}
}

func TestAServiceThatHangsIsGivenUp(t *testing.T) {
	hangs := make(chan struct{})
	tries := make(chan int, 9)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		tries <- 1
		<-hangs
	}))
	defer server.Close()
	defer close(hangs)
	_, err := told(&Slack{WebhookURL: server.URL + "/" + canary}, 20*time.Millisecond)
	require.EqualError(t, err, "no answer within 10s")
	assert.Len(t, tries, 3)
}

func TestNobodyListening(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	took, err := told(&Slack{WebhookURL: "http://" + address + "/" + canary}, tryLimit)
	require.ErrorContains(t, err, "no connection: ")
	assert.Equal(t, 3*time.Second, took)
	assert.NotContains(t, err.Error(), canary)
}

func TestASecretNeverFollowsARedirect(t *testing.T) {
	elsewhere := serve(t, answer{status: 200})
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := serve(t, answer{status: status, body: elsewhere.URL})
		_, err := told(s.hook(), tryLimit)
		require.ErrorContains(t, err, fmt.Sprintf("answered %d", status))
		require.Len(t, s.requests(), 1)
	}
	assert.Empty(t, elsewhere.requests())
}

func TestACertificateThatNobodyTrustsIsSaid(t *testing.T) {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	_, err := told(&Slack{WebhookURL: s.URL + "/" + canary}, tryLimit)
	require.ErrorContains(t, err, "its certificate is not trusted")
	assert.NotContains(t, err.Error(), canary)
}

func TestAnAddressThatCannotBeUsedIsNotRepeated(t *testing.T) {
	for _, c := range []Channel{
		&Slack{WebhookURL: "https://hooks.example.com/%zz" + canary}, &Webhook{URL: "::" + canary},
		&PagerDuty{RoutingKey: canary, URL: "https://events example.com/" + canary},
	} {
		_, err := told(c, tryLimit)
		require.ErrorIs(t, err, errUnsendable)
		assert.NotContains(t, c.Address(), canary)
		problems, _ := c.(Checked)
		require.Len(t, problems.Problems(), 1)
		assert.NotContains(t, problems.Problems()[0].Detail, canary)
	}
}

func TestTheEndOfTheRunEndsTheWaitBetweenTwoTries(t *testing.T) {
	s := serve(t, answer{status: 503, after: "30"})
	c := clock.Virtual(morning(), 0)
	var err error
	c.Run(func() {
		ctx, cancel := context.WithCancelCause(context.Background())
		c.Go(func() {
			_ = c.Sleep(context.Background(), 5*time.Second)
			cancel(errors.New("enough"))
		})
		err = s.hook().Tell(ctx, Means{Web: cloud.Web(c, tryLimit), Clock: c}, Message{})
	})
	require.EqualError(t, err, "answered 503 Service Unavailable", "why it was not taken, as far as it is known")
	assert.Equal(t, 5*time.Second, c.Now().Sub(morning()))
	assert.Len(t, s.requests(), 1)
}
