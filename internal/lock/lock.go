// Package lock lets one run at a time touch a resource of an account and region:
//
//	Take ──► lease on the shelf ──► a beat every half minute ──► Release
//	             ▲ a folder of the user, or a bucket
//	             └─ a lease whose process died, or whose beats stopped, is taken over
//
// All leases of an account and region are in one text, which is swapped as a whole, so that leases on overlapping resources
// are told from others without a race.
package lock

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gameday/internal/clock"
)

const (
	// Beat is the time between two beats of a lease.
	Beat = 30 * time.Second
	// Stale is after how long without a beat a lease counts for nothing.
	Stale = 5 * time.Minute
	// mostSwaps is how often a lease is tried, and firstPause how long after the first time.
	mostSwaps  = 8
	firstPause = 50 * time.Millisecond
)

// Lease says who touches which resources, and since when.
type Lease struct {
	Run       string    `json:"run"`
	Owner     string    `json:"owner"` // user@host
	Host      string    `json:"host"`  // where Process means something
	Process   int       `json:"process"`
	Since     time.Time `json:"since"`
	Beat      time.Time `json:"beat"`
	Resources []string  `json:"resources"` // ARNs
}

// Shelf keeps one text.
type Shelf interface {
	// Read returns the text and its version; both are empty where there is none yet.
	Read(ctx context.Context) (text []byte, version string, err error)
	// Swap replaces the text that has a version. It returns ErrMoved when somebody else was faster.
	Swap(ctx context.Context, text []byte, version string) error
}

// ErrMoved says that the text on a shelf is not any more the one that was read.
var ErrMoved = errors.New("somebody else changed the lock at the same time")

// HeldError says that somebody else touches one of the resources.
type HeldError struct {
	Lease Lease
	Both  []string // the resources that both want
}

// Error says who holds what since when.
func (e *HeldError) Error() string {
	text := fmt.Sprintf("%s is locked by run %s of %s (process %d) since %s, last heard of at %s", e.Both[0], e.Lease.Run, e.Lease.Owner,
		e.Lease.Process, e.Lease.Since.UTC().Format("2006-01-02 15:04:05 MST"), e.Lease.Beat.UTC().Format("15:04:05 MST"))
	if more := len(e.Both) - 1; more > 0 {
		text += fmt.Sprintf("; with it, %d more of the targets", more)
	}
	return text
}

// Hint returns what a person can do.
func (e *HeldError) Hint() string {
	return fmt.Sprintf("wait until it is over; a lock whose process has died, or that was not heard of for %s, is taken over by itself", clock.Short(Stale))
}

// Keeper takes leases.
type Keeper struct {
	Shelf Shelf
	Clock *clock.Clock
	Dead  func(Lease) bool // whether its process is known to have died; nil: that is never known
	// Inherit is asked before a lease is taken over. An error leaves it where it is, and Take fails with that error. Leases
	// on other resources are then left for those who want them. Nil: nobody has to be asked.
	Inherit func(context.Context, Lease) error
}

// Held is a lease that was taken.
type Held struct {
	Keeper
	Lease Lease
	// Stolen are leases that were taken over, because nobody was behind them any more.
	Stolen []Lease
	lost   error
}

// Take takes a lease, from the present on. It fails with a *HeldError while somebody else has one on any of its resources.
// It must be called on a strand.
func (k Keeper) Take(ctx context.Context, mine Lease) (*Held, error) {
	mine.Since = k.Clock.Now().UTC()
	held := &Held{Keeper: k, Lease: mine}
	err := k.change(ctx, func(leases []Lease) ([]Lease, error) {
		held.Stolen = nil
		kept := []Lease{}
		for _, other := range leases {
			both := shared(other.Resources, mine.Resources)
			switch {
			case held.its(other): // of a swap whose answer was lost
			case len(both) == 0 && (k.Inherit != nil || k.Lives(other)):
				kept = append(kept, other)
			case k.Lives(other):
				return nil, &HeldError{other, both}
			case len(both) > 0:
				if err := k.inherit(ctx, other); err != nil {
					return nil, err
				}
				held.Stolen = append(held.Stolen, other)
			}
		}
		held.Lease.Beat = k.Clock.Now().UTC()
		return append(kept, held.Lease), nil
	})
	if err != nil {
		return nil, err
	}
	return held, nil
}

// Lives says whether somebody may still be behind a lease.
func (k Keeper) Lives(l Lease) bool {
	return k.Clock.Now().Sub(l.Beat) < Stale && (k.Dead == nil || !k.Dead(l))
}

func (k Keeper) inherit(ctx context.Context, l Lease) error {
	if k.Inherit == nil {
		return nil
	}
	return k.Inherit(ctx, l)
}

// Living returns the leases behind which somebody may still be. It must be called on a strand.
func (k Keeper) Living(ctx context.Context) ([]Lease, error) {
	leases, _, err := k.read(ctx)
	return slices.DeleteFunc(leases, func(l Lease) bool { return !k.Lives(l) }), err
}

// Keep renews the lease until ctx is done, or it is lost: somebody took it over, or it could not be renewed for so long
// that somebody may. Then lost is called, once. It must be called on a strand.
func (h *Held) Keep(ctx context.Context, lost func(error)) {
	for h.Clock.Sleep(ctx, Beat) == nil {
		until := h.Lease.Beat.Add(Stale - Beat)
		trying, end := h.Clock.WithDeadline(ctx, until)
		err := h.beat(trying)
		end()
		if ctx.Err() != nil {
			return
		}
		if err != nil && !errors.Is(err, errLost) {
			if h.Clock.Now().Before(until) {
				continue
			}
			err = fmt.Errorf("it could not be renewed for %s: %w", clock.Short(h.Clock.Now().Sub(h.Lease.Beat)), err)
		}
		if err != nil {
			h.lost = err
			lost(err)
			return
		}
	}
}

// errLost says that a lease is not there any more.
var errLost = errors.New("somebody else took the lock over")

func (h *Held) beat(ctx context.Context) error {
	now := h.Clock.Now().UTC()
	err := h.change(ctx, func(leases []Lease) ([]Lease, error) {
		i := slices.IndexFunc(leases, h.its)
		if i < 0 {
			return nil, errLost
		}
		leases[i].Beat = now
		return leases, nil
	})
	if err == nil {
		h.Lease.Beat = now
	}
	return err
}

// Release gives the lease back, if it was not lost. It must be called on a strand.
func (h *Held) Release(ctx context.Context) error {
	if errors.Is(h.lost, errLost) {
		return nil
	}
	return h.change(ctx, func(leases []Lease) ([]Lease, error) { return slices.DeleteFunc(leases, h.its), nil })
}

// Forget removes the leases of a run behind which nobody is any more. It must be called on a strand.
func (k Keeper) Forget(ctx context.Context, run string) error {
	nothing := errors.New("there is none")
	err := k.change(ctx, func(leases []Lease) ([]Lease, error) {
		kept := slices.DeleteFunc(slices.Clone(leases), func(l Lease) bool { return l.Run == run && !k.Lives(l) })
		if len(kept) == len(leases) {
			return nil, nothing
		}
		return kept, nil
	})
	if errors.Is(err, nothing) {
		return nil
	}
	return err
}

func (h *Held) its(l Lease) bool {
	return l.Run == h.Lease.Run && l.Host == h.Lease.Host && l.Process == h.Lease.Process
}

// change swaps the leases for others, again where somebody was faster.
func (k Keeper) change(ctx context.Context, f func([]Lease) ([]Lease, error)) error {
	for tries := 1; ; tries++ {
		err := k.try(ctx, f)
		if !errors.Is(err, ErrMoved) || tries == mostSwaps {
			return err
		}
		if err := k.Clock.Sleep(ctx, firstPause<<(tries-1)); err != nil {
			return context.Cause(ctx)
		}
	}
}

func (k Keeper) try(ctx context.Context, f func([]Lease) ([]Lease, error)) error {
	leases, version, err := k.read(ctx)
	if err != nil {
		return err
	}
	if leases, err = f(leases); err != nil {
		return err
	}
	text, err := json.MarshalIndent(leases, "", "  ")
	if err != nil {
		return err
	}
	if err := k.Shelf.Swap(ctx, append(text, '\n'), version); err != nil {
		return fmt.Errorf("write the lock: %w", err)
	}
	return nil
}

func (k Keeper) read(ctx context.Context) (leases []Lease, version string, err error) {
	text, version, err := k.Shelf.Read(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("read the lock: %w", err)
	}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &leases); err != nil {
			return nil, "", fmt.Errorf("read the lock: it is no list of leases: %w", err)
		}
	}
	return leases, version, nil
}

func shared(a, b []string) []string {
	var both []string
	for _, one := range a {
		if slices.Contains(b, one) {
			both = append(both, one)
		}
	}
	return both
}
