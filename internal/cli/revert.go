package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"gameday/experiments"
	"gameday/internal/chance"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/journal"
	"gameday/internal/report"
)

func (a *app) revertVerb() *cobra.Command {
	f := &common{}
	all := false
	verb := &cobra.Command{
		Use:   "revert [RUN | --all]",
		Short: "Revert what a run left behind, from its journal alone",
		Long: `Take back, newest first, what the journal of a run says may still be live: faults, and the temporary queues with which it
listened. The journal says which account, region and endpoint it was; the credentials must be of that account. It may be
asked as often as you like, on any host that has the run folder, or where the journal is in S3, on any host at all.

It says what it will do, does it, newest first, looks until it is so, and keeps trying for minutes while AWS throttles. What
somebody else has changed meanwhile is left alone, and said: exit code 5.

Without a run, list what is left of all the runs, and exit with 5 if anything is; with --all, revert it all.`,
		Example: `  gameday revert
  gameday revert 20261122-021200-4f9a
  gameday revert --all
  gameday revert /mnt/ci/.gameday/runs/20261122-021200-4f9a
  gameday revert s3://ledger/game-days/20261122-021200-4f9a
  gameday revert --journal s3://ledger/game-days`,
		Args:              atMost(1),
		ValidArgsFunction: a.completeRuns(f),
		RunE: func(verb *cobra.Command, runs []string) error {
			if len(runs) == 0 {
				if err := f.checkKept(verb); err != nil {
					return err
				}
				if all {
					return a.revertAll(verb.Context(), f)
				}
				return a.listLeft(verb.Context(), f)
			}
			if all {
				return misuse("leave the run away, or --all", "--all reverts every run that left something; it cannot go with one of them")
			}
			if f.journal != "" {
				return misuse("name the run as S3-URL/RUN", "--journal lists what is left of all runs in S3; it cannot go with a run")
			}
			return a.revertOne(verb.Context(), f, runs[0])
		},
	}
	registerDir(verb, &f.dir)
	registerOutput(verb, f)
	verb.Flags().BoolVar(&all, "all", false, "revert every run that left something, one after another")
	verb.Flags().StringVar(&f.journal, "journal", "", "the runs below `S3-URL` (s3://bucket/prefix), for the list and --all")
	return verb
}

// listLeft says what is left of all the runs. A journal that cannot be read may hide something.
func (a *app) listLeft(ctx context.Context, f *common) error {
	runs, code, err := a.withLeftovers(ctx, f)
	if err != nil {
		return err
	}
	for _, e := range runs {
		records, _, err := a.read(ctx, f.runsFolder(), e.Path)
		if err != nil {
			return err
		}
		left := experiments.Unfinished(records)
		code = experiments.ExitNotReverted
		fmt.Fprintf(a.Stdout, "%s (%s)\n", e.Run, report.Plain(e.Summary.Scenario))
		writeLeftovers(a.Stdout, left)
		if !cloud.IsS3URL(e.Path) && journal.Busy(e.Path) {
			fmt.Fprintln(a.Stdout, "  It still goes on, or is being reverted.")
			continue
		}
		if started, ok := records[0].Event.(experiments.RunStarted); ok && cloud.IsS3URL(e.Path) {
			err := a.goesOnRemotely(ctx, e.Path, started)
			if going := new(goingOnError); errors.As(err, &going) {
				fmt.Fprintf(a.Stdout, "  %s.\n", going)
				continue
			}
			explain(a.Stderr, err)
		}
		fmt.Fprintf(a.Stdout, "  Revert it with: %s\n", revertCommand(e.Path))
	}
	if code == experiments.ExitPassed {
		fmt.Fprintln(a.Stdout, "Nothing is left of any run.")
	}
	return ended(code)
}

func (a *app) revert(ctx context.Context, f *common, run string) error {
	records, path, err := a.read(ctx, f.runsFolder(), run)
	if err != nil {
		return err
	}
	started, err := revertible(records, path)
	if err != nil {
		return err
	}
	if len(experiments.Unfinished(records)) == 0 {
		_, err := fmt.Fprintf(a.Stdout, "Nothing is left of %s.\n", started.Run)
		return err
	}
	folder, records, err := journal.Open(f.runsFolder(), run) // again, now that nobody else may write
	if err != nil {
		return err
	}
	defer folder.Close()
	a.announce(f, started, experiments.Unfinished(records))
	reverted, _, reporters := a.reporters(f)
	left, err := a.takeBack(ctx, path, started, records, experiments.Options{Journal: folder, Reporters: reporters})
	if err == nil || len(reverted.records) > 0 {
		err = errors.Join(err, keep(folder, append(records, reverted.records...)))
	}
	return a.reverted(f, started.Run, path, left, err)
}

// revertible returns how a run began, if it was a real one.
func revertible(records []experiments.Record, path string) (experiments.RunStarted, error) {
	started, ok := records[0].Event.(experiments.RunStarted)
	if !ok {
		return started, misuse("", "%s does not begin with run.started", path)
	}
	if started.Mode == experiments.ModeRehearse {
		return started, misuse(`"gameday revert" lists what is left of real runs`, "%s is a rehearsal: nothing in it was real, so there is nothing to revert", started.Run)
	}
	return started, nil
}

// takeBack reverts on a strand.
func (a *app) takeBack(ctx context.Context, path string, started experiments.RunStarted, records []experiments.Record,
	o experiments.Options,
) (left []experiments.Leftover, err error) {
	c := a.Clock()
	a.stops.during(c, a.abandon(path), func() { left, err = a.undo(ctx, c, started, records, o) })
	return left, err
}

// undo reverts with the account, region and endpoint of the journal. It must be called on a strand.
func (a *app) undo(ctx context.Context, c *clock.Clock, started experiments.RunStarted, records []experiments.Record,
	o experiments.Options,
) ([]experiments.Leftover, error) {
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	config, err := a.connect(life, cloud.Settings{
		Region: started.Region, Profile: started.Profile, RoleARN: started.RoleARN,
		ExternalID: started.ExternalID, EndpointURL: started.EndpointURL,
	}, c)
	if err != nil {
		return nil, err
	}
	engine := &experiments.Engine{
		Clock: c, Cloud: cloud.NewSession(config, c, chance.Seed(started.Seed), started.Run), Injectors: a.Injectors(),
		Signals: a.Signals(), Run: started.Run, Mode: started.Mode, Seed: chance.Seed(started.Seed), Version: a.version(),
	}
	return engine.Revert(ctx, records, o)
}

// reverted says how reverting ended.
func (a *app) reverted(f *common, run, path string, left []experiments.Leftover, err error) error {
	if len(left) > 0 {
		explain(a.Stderr, err)
		fmt.Fprintln(a.Stderr, "Still out there:")
		writeLeftovers(a.Stderr, left)
		fmt.Fprintf(a.Stderr, "Try again with: %s\n", revertCommand(path))
		return ended(experiments.ExitNotReverted)
	}
	if err == nil && !f.json {
		fmt.Fprintf(a.Stdout, "Nothing is left of %s.\n", run)
	}
	return err
}

// revertCommand is what has to be typed to revert the run in that folder, as it has to be typed.
func revertCommand(folder string) string {
	if filepath.Dir(folder) == filepath.Clean(journal.DefaultDir) {
		folder = filepath.Base(folder)
	}
	return "gameday revert " + quoted(folder)
}

// quoted returns the text as a shell takes it for one word.
func quoted(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@%+,=", r)
	}
	if text != "" && strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
