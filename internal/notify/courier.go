package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"gameday/internal/clock"
)

const (
	tryLimit    = 10 * time.Second // of one try
	mostTries   = 3
	firstWait   = time.Second
	longestWait = 30 * time.Second // that a service may ask for
)

// courier carries one message over HTTP. It tries again where that may help, on the clock, and remembers how it went: what
// a library makes of the answer might give a secret away, what the courier says does not.
type courier struct {
	client  aws.HTTPClient
	clock   *clock.Clock
	outcome error // of the last try; nil: the message was taken
	tried   bool
}

// RoundTrip sends the request until it is taken, refused, or tried often enough.
func (c *courier) RoundTrip(request *http.Request) (*http.Response, error) {
	c.tried = true
	for try := 1; ; try++ {
		response, wait, again := c.once(request, firstWait<<(try-1))
		if !again || try == mostTries {
			if response == nil {
				return nil, c.outcome
			}
			return response, nil
		}
		if err := c.clock.Sleep(request.Context(), wait); err != nil {
			return nil, c.outcome
		}
	}
}

// once sends the request once. It says after which wait another try may help.
func (c *courier) once(request *http.Request, pause time.Duration) (_ *http.Response, wait time.Duration, again bool) {
	attempt := request.Clone(request.Context())
	if request.GetBody != nil {
		body, err := request.GetBody()
		if err != nil {
			c.outcome = errUnsendable
			return nil, 0, false
		}
		attempt.Body = body
	}
	response, err := c.client.Do(attempt)
	if err != nil {
		c.outcome = harmless(err)
		return nil, pause, request.Context().Err() == nil
	}
	if response.StatusCode >= 200 && response.StatusCode < 300 {
		c.outcome = nil
		return response, 0, false
	}
	c.outcome = refusal(response)
	if response.StatusCode != http.StatusTooManyRequests && response.StatusCode < 500 {
		return response, 0, false
	}
	if asked, ok := retryAfter(response.Header.Get("Retry-After"), c.clock.Now()); ok {
		if asked > longestWait {
			c.outcome = fmt.Errorf("%w; it asks to wait %s, which is too long", c.outcome, asked.Round(time.Second))
			return response, 0, false
		}
		pause = asked
	}
	return response, pause, true
}

// deliver lets send make one request, and returns whether it was taken.
func (by Means) deliver(ctx context.Context, send func(context.Context, *http.Client) error) error {
	c := &courier{client: by.Web, clock: by.Clock}
	client := &http.Client{Transport: c, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if err := send(ctx, client); err != nil && !c.tried {
		return errUnsendable
	}
	return c.outcome
}

var errUnsendable = errors.New("the request cannot be made: is the address right?")

// harmless says what went wrong on the way without repeating anything that the other side said, or the address.
func harmless(err error) error {
	var slow interface{ Timeout() bool }
	var dial *net.OpError
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &name):
		return fmt.Errorf("its name cannot be looked up: %s", name.Err)
	case errors.As(err, &certificate):
		return fmt.Errorf("its certificate is not trusted: %w", certificate.Err)
	case errors.As(err, &dial) && dial.Op == "dial":
		return fmt.Errorf("no connection: %w", dial.Err)
	case errors.As(err, &slow) && slow.Timeout():
		return fmt.Errorf("no answer within %s", tryLimit)
	}
	return errors.New("the connection broke before an answer came")
}

// refusal says what a service answered: the status, and the reason where it is one of those that are known to be harmless.
func refusal(response *http.Response) error {
	text := strings.TrimSpace(fmt.Sprintf("answered %d %s", response.StatusCode, http.StatusText(response.StatusCode)))
	body, _ := io.ReadAll(response.Body) // in memory already
	response.Body = io.NopCloser(bytes.NewReader(body))
	if word := strings.TrimSpace(string(body)); slices.Contains(knownReasons(), word) {
		text += " (" + word + ")"
	}
	return errors.New(text)
}

// knownReasons are what Slack answers when it does not take a message. (Slack, Sending messages using incoming webhooks)
func knownReasons() []string {
	return []string{
		"invalid_payload", "user_not_found", "channel_not_found", "channel_is_archived", "action_prohibited", "invalid_token",
		"posting_to_general_channel_denied", "no_service", "no_service_id", "no_team", "team_disabled", "no_active_hooks", "no_text",
	}
}

// retryAfter reads how long a service asks to wait, in seconds or until a date.
func retryAfter(text string, now time.Time) (time.Duration, bool) {
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now)), true
	}
	return 0, false
}
