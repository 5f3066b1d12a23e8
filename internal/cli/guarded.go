package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"gameday/experiments"
	"gameday/internal/cloud"
	"gameday/internal/journal"
	"gameday/internal/lock"
	"gameday/internal/report"
	"gameday/scenarios"
)

// What the environment says of limits and locks.
const (
	policyVariable = "GAMEDAY_POLICY"
	locksVariable  = "GAMEDAY_LOCKS"
)

func (a *app) registerPolicy(verb *cobra.Command) {
	verb.Flags().StringVar(&a.policyFile, "policy", "",
		"refuse what the policy `FILE` does not allow (default: the file that "+policyVariable+" names, if it is set)")
	completeFiles(verb, "policy", "hcl")
}

// policy reads the policy that holds for everything, if there is one.
func (a *app) policy() (*experiments.Policy, error) {
	path := cmp.Or(a.policyFile, a.env(policyVariable))
	if path == "" {
		return nil, nil
	}
	return scenarios.LoadPolicy(path, a.Injectors())
}

// fingerprint is a hash of what decides how a rehearsal goes, besides its files and its seed.
func (p *piece) fingerprint() string {
	if p.policy == nil {
		return p.Fingerprint
	}
	return p.Fingerprint + p.policy.SHA256
}

// admit lets a play begin: once nothing forbids it any more, nobody else touches the same, and a person agreed. The context
// that it returns ends when the lock is lost.
func (a *app) admit(ctx context.Context, p *play, ready *experiments.Ready, f *common, how part) (context.Context, func(), error) {
	if err := ready.MayBegin(ctx, how.checksOnly); err != nil {
		return nil, nil, err
	}
	ctx, release, err := a.lock(ctx, p, ready, f, how)
	if err == nil && how.ask != nil {
		if err = how.ask(ctx, ready); err != nil {
			release()
		}
	}
	return ctx, release, err
}

// warnOfSwitches adds to a plan that a kill switch would keep a run from beginning.
func warnOfSwitches(ctx context.Context, ready *experiments.Ready) error {
	err := ready.MayBegin(ctx, true)
	limit := new(experiments.LimitError)
	if !errors.As(err, &limit) {
		return err
	}
	for _, v := range limit.Violations {
		ready.Plan.Warnings = append(ready.Plan.Warnings, experiments.Warning{
			Summary: "a run would be refused now", Detail: v.String() + ".", Where: v.Where,
		})
	}
	return nil
}

// lock keeps others from what a real run touches, until it is released. It must be called on a strand.
func (a *app) lock(ctx context.Context, p *play, ready *experiments.Ready, f *common, how part) (context.Context, func(), error) {
	resources := ready.Touches()
	if p.account != nil || how.checksOnly || len(resources) == 0 {
		return ctx, func() {}, nil
	}
	ctx, stop := context.WithCancelCause(ctx)
	keeping, end := context.WithCancel(context.WithoutCancel(ctx))
	var all []*lock.Held
	release := func() {
		end()
		for _, held := range all {
			if err := released(ctx, p, held); err != nil {
				fmt.Fprintf(a.Stderr, "Note: the lock could not be released: %s. It is taken over by itself.\n", report.Plain(err.Error()))
			}
		}
		stop(nil)
	}
	for _, keeper := range a.keepers(p, ready, f) {
		held, err := keeper.Take(ctx, lock.Mine(p.run, resources))
		if err != nil {
			release()
			return nil, nil, unlocked(err)
		}
		all = append(all, held)
		a.noteStolen(held.Stolen)
		p.clock.Go(func() {
			held.Keep(keeping, func(err error) {
				stop(&experiments.StopError{Cause: experiments.StopLock, Detail: "the lock on the targets was lost: " + err.Error()})
			})
		})
	}
	return ctx, release, nil
}

// releasing is how long a lock may take to be given back: others wait no longer for it than for one that is not.
const releasing = 10 * time.Second

func released(ctx context.Context, p *play, held *lock.Held) error {
	ctx, end := p.clock.WithDeadline(context.WithoutCancel(ctx), p.clock.Now().Add(releasing))
	defer end()
	return held.Release(ctx)
}

// keepers are where others see the lock: those on this host, and where the journal is in S3, those of every host. There only
// the beats count: hosts may be mistaken for one another.
func (a *app) keepers(p *play, ready *experiments.Ready, f *common) []lock.Keeper {
	region := p.cloud.Config().Region
	all := []lock.Keeper{{Shelf: lock.Folder{Dir: a.locksFolder(f), Name: ready.Account + "-" + region}, Clock: p.clock, Dead: lock.Dead}}
	if url, err := cloud.ParseS3URL(f.mirrorOf(p)); err == nil {
		above, _ := url.Split()
		place := journal.Place{URL: above, AWS: p.cloud.Config(), Clock: p.clock}
		all = append(all, lock.Keeper{
			Shelf: lockBeside(place, ready.Account, region), Clock: p.clock,
			Inherit: func(ctx context.Context, l lock.Lease) error { return inherit(ctx, place, ready, l) },
		})
	}
	return all
}

func (a *app) noteStolen(stolen []lock.Lease) {
	for _, l := range stolen {
		fmt.Fprintf(a.Stderr, "Note: the lock of run %s of %s was taken over: nobody is behind it any more; \"gameday revert\" lists what it left.\n",
			report.Plain(l.Run), report.Plain(l.Owner))
	}
}

// unlocked says why a lock could not be taken.
func unlocked(err error) error {
	if known := new(failure); errors.As(err, &known) {
		return err
	}
	if held := new(lock.HeldError); errors.As(err, &held) {
		return &failure{experiments.ExitInconclusive, fmt.Errorf("%w; nothing was touched", err), held.Hint()}
	}
	return &failure{
		experiments.ExitInconclusive, fmt.Errorf("lock the targets: %w; nothing was touched", err),
		cmp.Or(cloud.Hint(err), locksVariable+" names a folder for locks that can be written to"),
	}
}

// locksFolder is where the runs of a user on this host see each other's locks. Where it is not known who the user is, runs of
// the same folder do.
func (a *app) locksFolder(f *common) string {
	if folder := a.env(locksVariable); folder != "" {
		return folder
	}
	state := a.env("XDG_STATE_HOME")
	if home := a.env("HOME"); !filepath.IsAbs(state) && home != "" {
		state = filepath.Join(home, ".local", "state")
	}
	if state == "" {
		return filepath.Join(f.dir, "locks")
	}
	return filepath.Join(state, "gameday", "locks")
}
