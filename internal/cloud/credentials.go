package cloud

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"gameday/internal/clock"
)

// freshness is how long credentials must still be good to be used without asking again.
const freshness = time.Minute

// keys asks for credentials outside the baton: that may take a file, a process or a chain of requests, on
// goroutines that are no strands. Strands only.
type keys struct {
	provider aws.CredentialsProvider
	clock    *clock.Clock
	last     aws.Credentials
}

// Retrieve returns credentials that are good for a while.
func (k *keys) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if k.fresh() {
		return k.last, nil
	}
	var (
		found aws.Credentials
		err   error
	)
	k.clock.Outside(func() { found, err = k.provider.Retrieve(ctx) })
	if err != nil && k.last.HasKeys() {
		return aws.Credentials{}, fmt.Errorf("renew credentials: %w", err)
	}
	if err != nil {
		return aws.Credentials{}, &credentialsError{err}
	}
	k.last = found
	return found, nil
}

func (k *keys) fresh() bool {
	return k.last.HasKeys() && (!k.last.CanExpire || k.clock.Now().Add(freshness).Before(k.last.Expires))
}

// credentialsError says that there are no credentials, and never were. Providers have retried what can be retried.
type credentialsError struct{ err error }

func (e *credentialsError) Error() string        { return fmt.Sprintf("find credentials: %v", e.err) }
func (e *credentialsError) Unwrap() error        { return e.err }
func (e *credentialsError) RetryableError() bool { return false }
