package cli

import (
	"context"
	"errors"
	"fmt"

	"gameday/experiments"
	"gameday/internal/cloud"
	"gameday/internal/journal"
)

// withLeftovers returns the runs that left something, newest first. A journal that cannot be read may hide something: that is
// said, and is in the exit code.
func (a *app) withLeftovers(ctx context.Context, f *common) (left []journal.Entry, code experiments.ExitCode, err error) {
	entries, err := a.listed(ctx, f, func() ([]journal.Entry, error) {
		entries, err := journal.List(f.runsFolder())
		if err != nil {
			err = unwritable(err)
		}
		return entries, err
	})
	for _, e := range entries {
		if e.Err != nil {
			explain(a.Stderr, e.Err)
			code = experiments.WorstExit(code, experiments.ExitInconclusive)
		} else if e.Summary.Mode == experiments.ModeRun && len(e.Summary.Leftovers) > 0 {
			left = append(left, e)
		}
	}
	return left, code, err
}

// revertAll reverts every run that left something, one after another. What cannot be reverted keeps none of the others from
// it; the worst exit code counts.
func (a *app) revertAll(ctx context.Context, f *common) error {
	runs, code, err := a.withLeftovers(ctx, f)
	if err != nil {
		return err
	}
	if len(runs) == 0 && code == experiments.ExitPassed && !f.json {
		fmt.Fprintln(a.Stdout, "Nothing is left of any run.")
	}
	for i, run := range runs {
		if ctx.Err() != nil {
			fmt.Fprintf(a.Stderr, "%d runs were not reverted because of the interrupt.\n", len(runs)-i)
			return ended(experiments.ExitNotReverted)
		}
		if i > 0 && !f.json {
			fmt.Fprintln(a.Stdout)
		}
		err := a.revertOne(ctx, f, run.Path)
		if going := new(goingOnError); errors.As(err, &going) {
			fmt.Fprintf(a.Stderr, "Skipped: %s.\n", going)
		} else {
			explain(a.Stderr, err)
		}
		code = experiments.WorstExit(code, codeOf(err))
	}
	return ended(code)
}

func (a *app) revertOne(ctx context.Context, f *common, run string) error {
	if cloud.IsS3URL(run) {
		return a.revertRemote(ctx, f, run)
	}
	return a.revert(ctx, f, run)
}
