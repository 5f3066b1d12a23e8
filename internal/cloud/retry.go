package cloud

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

const (
	firstBackoff   = 200 * time.Millisecond
	longestBackoff = 8 * time.Second
	// patience is how long a call goes on after its first failure. Throttling often lasts for a minute.
	patience = 2 * time.Minute
	// attemptsAtNothing is how often a service that has never answered is tried: its address may well be wrong.
	attemptsAtNothing = 3
)

// retryer retries on the session's clock. What may be retried is the SDK's standard; how long, is ours.
type retryer struct {
	session  *Session
	standard *retry.Standard
}

var _ aws.RetryerV2 = (*retryer)(nil)

func newRetryer(s *Session) *retryer {
	return &retryer{session: s, standard: retry.NewStandard()}
}

// IsErrorRetryable says whether another attempt may succeed.
func (r *retryer) IsErrorRetryable(err error) bool { return r.standard.IsErrorRetryable(err) }

// MaxAttempts is unlimited: GetRetryToken counts.
func (r *retryer) MaxAttempts() int { return 0 }

// RetryDelay is zero: GetRetryToken has waited already, on the clock.
func (r *retryer) RetryDelay(int, error) (time.Duration, error) { return 0, nil }

// GetInitialToken lets every call begin.
func (r *retryer) GetInitialToken() func(error) error { return release }

// GetAttemptToken lets every attempt begin: the budget holds it back where that is needed.
func (r *retryer) GetAttemptToken(context.Context) (func(error) error, error) { return release, nil }

// GetRetryToken waits for the next attempt, or says why there is none.
func (r *retryer) GetRetryToken(ctx context.Context, err error) (func(error) error, error) {
	c, s := underway(ctx), r.session
	now := s.clock.Now()
	if c.failures == 0 {
		c.trouble = now
	}
	c.failures++
	c.last = err
	wait := s.jitter(backoff(c.failures))
	if now.Add(wait).Sub(c.trouble) > patience || !s.reached[c.service] && c.failures >= attemptsAtNothing {
		c.gaveUp = true
		return nil, errGaveUp
	}
	if err := c.pause(wait); err != nil {
		c.stopped = err
		return nil, err
	}
	return release, nil
}

var errGaveUp = errors.New("gave up")

func release(error) error { return nil }

// backoff returns the longest wait after so many failures.
func backoff(failures int) time.Duration {
	return min(firstBackoff<<min(failures-1, 16), longestBackoff)
}

// refused says that the request which ended with err certainly changed nothing: it never left, or AWS turned it away.
func refused(err error) bool {
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" {
		return true
	}
	var name *net.DNSError
	if errors.As(err, &name) {
		return true
	}
	if throttled(err) {
		return true
	}
	var answer interface{ HTTPStatusCode() int }
	if !errors.As(err, &answer) {
		return false
	}
	status := answer.HTTPStatusCode()
	return status >= 400 && status < 500 && status != http.StatusRequestTimeout
}

// throttled says that AWS turned a request away because there were too many. EC2 does so with status 503.
func throttled(err error) bool {
	return retry.ThrottleErrorCode{Codes: retry.DefaultThrottleErrorCodes}.IsErrorThrottle(err) == aws.TrueTernary
}
