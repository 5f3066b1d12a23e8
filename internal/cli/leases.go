package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gameday/experiments"
	"gameday/internal/clock"
	"gameday/internal/journal"
	"gameday/internal/lock"
	"gameday/internal/report"
)

// lockBeside is the lock of an account and region for the runs that keep their journals in a place in S3.
func lockBeside(p journal.Place, account, region string) lock.Bucket {
	return lock.Bucket{URL: p.URL.Join("lock-" + account + "-" + region + ".json"), AWS: p.AWS}
}

// inherit refuses what a run that nobody is behind any more touched, while its journal in S3 says that something of it may
// still be live there, or cannot say. A run without a journal touched nothing. It must be called on a strand.
func inherit(ctx context.Context, p journal.Place, ready *experiments.Ready, l lock.Lease) error {
	path := p.URL.Join(l.Run).String()
	records, err := journal.ReadRemote(ctx, p, l.Run)
	if none := new(journal.NotFoundError); errors.As(err, &none) {
		return nil
	}
	if err != nil {
		return &failure{
			experiments.ExitInconclusive,
			fmt.Errorf("run %s of %s died with a lock on the targets, and what it left cannot be told: %w; nothing was touched",
				report.Plain(l.Run), report.Plain(l.Owner), err),
			fmt.Sprintf("see to it that %s can be read (s3:ListBucket, s3:GetObject); where it is lost, and nothing of that run is left, remove the run from %s",
				path, lockBeside(p, ready.Account, p.AWS.Region).URL),
		}
	}
	b := burden{left: experiments.Unfinished(records)}
	target, what := b.touches(ready.Touches())
	if target == "" {
		return nil
	}
	return &failure{
		experiments.ExitInconclusive,
		fmt.Errorf("the faults would touch %s, where %s of %s, a run of %s that died, is not reverted; nothing was touched",
			target, report.Plain(what), report.Plain(l.Run), report.Plain(l.Owner)),
		"revert it first: " + revertCommand(path),
	}
}

// goingOnError says that a run whose journal is in S3 still goes on, as far as can be known.
type goingOnError struct {
	run   string
	lease lock.Lease
}

// Error says whose run it is, since when.
func (e *goingOnError) Error() string {
	return fmt.Sprintf("%s still goes on (%s, since %s)", report.Plain(e.run), report.Plain(e.lease.Owner),
		e.lease.Since.UTC().Format("2006-01-02 15:04:05 MST"))
}

// hint says what a person can do.
func (e *goingOnError) hint() string {
	return fmt.Sprintf("interrupt it where it goes on: it reverts by itself; where its host is lost, it can be reverted from %s on, when it was not heard of for %s",
		e.lease.Beat.Add(lock.Stale).UTC().Format("15:04:05 MST"), clock.Short(lock.Stale))
}

// goesOn returns a *goingOnError while a run keeps its lease beside its journal in S3. It must be called on a strand.
func goesOn(ctx context.Context, p journal.Place, started experiments.RunStarted) error {
	leases, err := leasesOf(p, started).Living(ctx)
	if err != nil {
		return fmt.Errorf("whether %s still goes on cannot be told: %w", report.Plain(started.Run), err)
	}
	i := slices.IndexFunc(leases, func(l lock.Lease) bool { return l.Run == started.Run })
	if i < 0 {
		return nil
	}
	return &goingOnError{started.Run, leases[i]}
}

// forget removes the lease of a run of which nothing is left, so that others need not read its journal. They can, where this fails.
func (a *app) forget(ctx context.Context, p journal.Place, started experiments.RunStarted) {
	if err := leasesOf(p, started).Forget(context.WithoutCancel(ctx), started.Run); err != nil {
		fmt.Fprintf(a.Stderr, "Note: the lock of %s could not be removed: %s\n", report.Plain(started.Run), report.Plain(err.Error()))
	}
}

func leasesOf(p journal.Place, started experiments.RunStarted) lock.Keeper {
	return lock.Keeper{Shelf: lockBeside(p, started.Account, started.Region), Clock: p.Clock, Dead: lock.Gone}
}

// goesOnRemotely asks goesOn about a run in S3, from outside of any strand.
func (a *app) goesOnRemotely(ctx context.Context, path string, started experiments.RunStarted) error {
	above, _, err := parseRun(path)
	if err != nil {
		return err
	}
	return a.remotely(ctx, above, a.leave, func(ctx context.Context, p journal.Place) error { return goesOn(ctx, p, started) })
}
