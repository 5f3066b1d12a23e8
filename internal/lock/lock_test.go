package lock_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/lock"
	"gameday/internal/sandbox"
)

// morning is when every story begins.
func morning() time.Time { return time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC) }

// on runs a story on a strand of a clock whose time passes at once, with a shelf in a new folder.
func on(t *testing.T, story func(context.Context, lock.Keeper)) {
	t.Helper()
	c := clock.Virtual(morning(), 0)
	shelf := lock.Folder{Dir: filepath.Join(t.TempDir(), "deep", "locks"), Name: "111122223333-eu-west-1"}
	c.Run(func() { story(t.Context(), lock.Keeper{Shelf: shelf, Clock: c}) })
}

func lease(run string, resources ...string) lock.Lease {
	return lock.Lease{Run: run, Owner: "ana@desk", Host: "desk", Process: 7, Resources: resources}
}

func TestASecondRunIsToldWhoTouchesTheSameSinceWhen(t *testing.T) {
	on(t, func(ctx context.Context, k lock.Keeper) {
		_, err := k.Take(ctx, lease("first", "a", "b", "c"))
		require.NoError(t, err)
		require.NoError(t, k.Clock.Sleep(ctx, time.Minute))
		_, err = k.Take(ctx, lease("second", "c", "b", "d"))
		held := &lock.HeldError{}
		require.ErrorAs(t, err, &held)
		assert.Equal(t, "b is locked by run first of ana@desk (process 7) since 2026-01-05 09:00:00 UTC, last heard of at 09:00:00 UTC; with it, 1 more of the targets",
			err.Error())
		assert.Contains(t, held.Hint(), "wait until it is over")
		_, err = k.Take(ctx, lease("third", "d"))
		require.NoError(t, err, "others are not kept from what is free")
	})
}

func TestALeaseThatWasReleasedIsFree(t *testing.T) {
	on(t, func(ctx context.Context, k lock.Keeper) {
		for range 3 {
			held, err := k.Take(ctx, lease("run", "a"))
			require.NoError(t, err)
			assert.Empty(t, held.Stolen)
			require.NoError(t, held.Release(ctx))
		}
	})
}

func TestALeaseThatBeatsIsKeptAndOneThatDoesNotIsTakenOver(t *testing.T) {
	on(t, func(ctx context.Context, k lock.Keeper) {
		first, err := k.Take(ctx, lease("first", "a"))
		require.NoError(t, err)
		beating, stop := context.WithCancel(ctx)
		k.Clock.Go(func() { first.Keep(beating, func(err error) { assert.Fail(t, "lost", err) }) })
		require.NoError(t, k.Clock.Sleep(ctx, time.Hour))
		_, err = k.Take(ctx, lease("second", "a"))
		require.Error(t, err)
		stop()
		require.NoError(t, k.Clock.Sleep(ctx, lock.Stale-lock.Beat))
		_, err = k.Take(ctx, lease("second", "a"))
		require.Error(t, err, "not yet")
		require.NoError(t, k.Clock.Sleep(ctx, lock.Beat))
		second, err := k.Take(ctx, lease("second", "a"))
		require.NoError(t, err)
		require.Len(t, second.Stolen, 1)
		assert.Equal(t, "first", second.Stolen[0].Run)
	})
}

func TestWhoeverLostTheLeaseIsTold(t *testing.T) {
	on(t, func(ctx context.Context, k lock.Keeper) {
		first, err := k.Take(ctx, lease("first", "a"))
		require.NoError(t, err)
		require.NoError(t, k.Clock.Sleep(ctx, lock.Stale)) // a host that slept
		_, err = k.Take(ctx, lease("second", "a"))
		require.NoError(t, err)
		var lost error
		first.Keep(ctx, func(err error) { lost = err })
		require.ErrorContains(t, lost, "somebody else took the lock over")
		require.NoError(t, first.Release(ctx))
		_, err = k.Take(ctx, lease("third", "a"))
		require.Error(t, err, "the second run's lease is untouched by the first one's end")
	})
}

// broken is a shelf that nobody can reach any more.
type broken struct{ lock.Shelf }

func (broken) Read(context.Context) ([]byte, string, error) {
	return nil, "", errors.New("unreachable")
}

func TestALeaseThatCannotBeRenewedIsLostBeforeOthersMayTakeIt(t *testing.T) {
	on(t, func(ctx context.Context, k lock.Keeper) {
		held, err := k.Take(ctx, lease("run", "a"))
		require.NoError(t, err)
		held.Shelf = broken{held.Shelf}
		var lost error
		held.Keep(ctx, func(err error) { lost = err })
		require.ErrorContains(t, lost, "unreachable")
		assert.Less(t, k.Clock.Now().Sub(morning()), lock.Stale)
	})
}

// contested is a shelf where somebody else is faster the first few times.
type contested struct {
	lock.Shelf
	faster *int
}

func (c contested) Swap(ctx context.Context, text []byte, version string) error {
	if *c.faster > 0 {
		*c.faster--
		return lock.ErrMoved
	}
	return c.Shelf.Swap(ctx, text, version)
}

func TestASwapThatSomebodyElseWasFasterWithIsTriedAgainButNotForEver(t *testing.T) {
	for faster, works := range map[int]bool{0: true, 3: true, 100: false} {
		on(t, func(ctx context.Context, k lock.Keeper) {
			k.Shelf = contested{k.Shelf, &faster}
			_, err := k.Take(ctx, lease("run", "a"))
			assert.Equal(t, works, err == nil, err)
		})
	}
}

func TestAProcessThatDiedHoldsNothing(t *testing.T) {
	gone := exec.Command("true")
	require.NoError(t, gone.Run())
	mine := lock.Mine("run", []string{"a"})
	assert.Equal(t, os.Getpid(), mine.Process)
	assert.False(t, lock.Dead(mine))
	dead := mine
	dead.Process = gone.Process.Pid
	assert.True(t, lock.Dead(dead))
	elsewhere := dead
	elsewhere.Host = "another host"
	assert.False(t, lock.Dead(elsewhere), "processes of other hosts cannot be seen")

	on(t, func(ctx context.Context, k lock.Keeper) {
		k.Dead = lock.Dead
		_, err := k.Take(ctx, dead)
		require.NoError(t, err)
		held, err := k.Take(ctx, mine)
		require.NoError(t, err)
		assert.Len(t, held.Stolen, 1)
	})
}

func TestALockThatIsNoListOfLeasesIsNotTakenForFree(t *testing.T) {
	on(t, func(ctx context.Context, k lock.Keeper) {
		held, err := k.Take(ctx, lease("run", "a"))
		require.NoError(t, err)
		folder := k.Shelf.(lock.Folder)
		require.NoError(t, os.WriteFile(filepath.Join(folder.Dir, folder.Name+".json"), []byte("torn"), 0o600))
		_, err = k.Take(ctx, lease("other", "b"))
		require.ErrorContains(t, err, "it is no list of leases")
		_ = held
	})
}

func TestABucketIsAShelfThatEveryHostSees(t *testing.T) {
	for _, weather := range []sandbox.Weather{{}, {Lose: .2, Double: .2, Error: .1}} {
		c := clock.Virtual(morning(), 0)
		c.Run(func() {
			account, err := sandbox.New(sandbox.Spec{
				Account: "111122223333", Region: "eu-west-1", Buckets: []sandbox.BucketSpec{{Name: "ledger", Region: "eu-central-1"}},
			}, c, 1)
			require.NoError(t, err)
			account.SetWeather(weather)
			session := cloud.NewSession(account.Config(), c, 1, "test")
			k := lock.Keeper{Clock: c, Shelf: lock.Bucket{URL: cloud.S3URL{Bucket: "ledger", Prefix: "game-days/lock.json"}, AWS: session.Config()}}
			first, err := k.Take(t.Context(), lease("first", "a"))
			require.NoError(t, err)
			_, err = k.Take(t.Context(), lease("second", "a"))
			require.ErrorContains(t, err, "a is locked by run first of ana@desk")
			other, err := k.Take(t.Context(), lease("third", "b"))
			require.NoError(t, err)
			require.NoError(t, first.Release(t.Context()))
			_, err = k.Take(t.Context(), lease("second", "a"))
			require.NoError(t, err)
			require.NoError(t, other.Release(t.Context()))
		})
	}
}
