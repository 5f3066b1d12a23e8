package lock_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/lock"
)

func TestAProcessOfAnotherHostOfTheSameNameIsNotTakenForDead(t *testing.T) {
	gone := exec.Command("true")
	require.NoError(t, gone.Run())
	mine := lock.Mine("run", []string{"a"})
	mine.Process = gone.Process.Pid
	parts := strings.Fields(mine.Host)
	if len(parts) < 3 {
		t.Skip("this system does not say when it was started")
	}
	assert.True(t, lock.Dead(mine))
	assert.True(t, lock.Gone(mine))
	parts[2] = "b1946ac9-2492-4d2a-8f5e-000000000000" // the same name, and the outermost process namespace, which all hosts number alike
	mine.Host = strings.Join(parts, " ")
	assert.False(t, lock.Dead(mine))
	assert.False(t, lock.Gone(mine))
}

// silent is a shelf that does not answer.
type silent struct {
	lock.Shelf
	clock *clock.Clock
}

func (s silent) Read(ctx context.Context) ([]byte, string, error) {
	return nil, "", s.clock.Sleep(ctx, 24*time.Hour)
}

func TestALeaseWhoseShelfDoesNotAnswerIsGivenUpBeforeOthersMayTakeIt(t *testing.T) {
	on(t, func(ctx context.Context, k lock.Keeper) {
		held, err := k.Take(ctx, lease("run", "a"))
		require.NoError(t, err)
		held.Shelf = silent{held.Shelf, k.Clock}
		var lost error
		held.Keep(ctx, func(err error) { lost = err })
		require.EqualError(t, lost, "it could not be renewed for 4m30s: read the lock: context deadline exceeded")
		_, err = k.Take(ctx, lease("other", "a"))
		require.Error(t, err, "nobody else may have it yet")
	})
}

func TestALeaseThatMayNotBeInheritedStaysWhereItIs(t *testing.T) {
	on(t, func(ctx context.Context, k lock.Keeper) {
		_, err := k.Take(ctx, lease("dead", "a", "b"))
		require.NoError(t, err)
		require.NoError(t, k.Clock.Sleep(ctx, lock.Stale))
		unreverted := errors.New("it left something")
		k.Inherit = func(_ context.Context, l lock.Lease) error {
			assert.Equal(t, "dead", l.Run)
			return unreverted
		}
		for range 2 {
			_, err = k.Take(ctx, lease("next", "b"))
			require.ErrorIs(t, err, unreverted)
		}
		_, err = k.Take(ctx, lease("elsewhere", "c"))
		require.NoError(t, err, "it is nothing to those who touch something else")
		_, err = k.Take(ctx, lease("next", "a"))
		require.ErrorIs(t, err, unreverted, "and they leave it for those whom it concerns")
		unreverted = nil
		held, err := k.Take(ctx, lease("next", "a"))
		require.NoError(t, err)
		require.Len(t, held.Stolen, 1)
	})
}

func TestOnlyLeasesThatSomebodyMayBeBehindAreLiving(t *testing.T) {
	on(t, func(ctx context.Context, k lock.Keeper) {
		_, err := k.Take(ctx, lease("old", "a"))
		require.NoError(t, err)
		require.NoError(t, k.Clock.Sleep(ctx, lock.Stale-time.Second))
		_, err = k.Take(ctx, lease("young", "b"))
		require.NoError(t, err)
		all, err := k.Living(ctx)
		require.NoError(t, err)
		require.Len(t, all, 2)
		require.NoError(t, k.Clock.Sleep(ctx, time.Second))
		all, err = k.Living(ctx)
		require.NoError(t, err)
		require.Len(t, all, 1)
		assert.Equal(t, "young", all[0].Run)
		k.Shelf = lock.Folder{Dir: filepath.Join(t.TempDir(), "nowhere"), Name: "x"}
		all, err = k.Living(ctx)
		require.NoError(t, err)
		assert.Empty(t, all)
	})
}

func TestOnlyLeasesThatNobodyIsBehindAreForgotten(t *testing.T) {
	on(t, func(ctx context.Context, k lock.Keeper) {
		require.NoError(t, k.Forget(ctx, "old"), "there is no lock at all")
		_, err := k.Take(ctx, lease("old", "a"))
		require.NoError(t, err)
		require.NoError(t, k.Forget(ctx, "old"))
		_, err = k.Take(ctx, lease("next", "a"))
		require.Error(t, err, "somebody may still be behind it")
		require.NoError(t, k.Clock.Sleep(ctx, lock.Stale))
		require.NoError(t, k.Forget(ctx, "old"))
		held, err := k.Take(ctx, lease("next", "a"))
		require.NoError(t, err)
		assert.Empty(t, held.Stolen, "it was forgotten")
	})
}

// guard answers for a bucket: it lets nobody read, and says what writing comes to.
type guard struct{ put int }

func (g guard) Do(r *http.Request) (*http.Response, error) {
	status, body := http.StatusForbidden, `<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`
	if r.Method == http.MethodPut {
		if status, body = g.put, ""; status == http.StatusPreconditionFailed {
			body = `<Error><Code>PreconditionFailed</Code><Message>At least one of the pre-conditions you specified did not hold</Message></Error>`
		}
		if r.Header.Get("If-None-Match") != "*" {
			return nil, errors.New("what cannot be read is overwritten")
		}
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func TestALockThatMayNotBeReadIsFreeOnlyIfItIsNotThere(t *testing.T) {
	for status, free := range map[int]bool{http.StatusOK: true, http.StatusPreconditionFailed: false} {
		on(t, func(ctx context.Context, k lock.Keeper) {
			k.Shelf = lock.Bucket{URL: cloud.S3URL{Bucket: "ledger", Prefix: "x/lock.json"}, AWS: aws.Config{
				Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("A", "B", ""), HTTPClient: guard{status},
			}}
			_, err := k.Take(ctx, lease("run", "a"))
			if free {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "it is there, but may not be read")
			require.NotErrorIs(t, err, lock.ErrMoved)
			assert.Contains(t, cloud.Hint(err), "Allow these credentials s3:GetObject and s3:PutObject on arn:aws:s3:::ledger/x/lock.json")
		})
	}
}
