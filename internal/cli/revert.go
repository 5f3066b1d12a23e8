package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"gameday/experiments"
	"gameday/internal/chance"
	"gameday/internal/cloud"
	"gameday/internal/journal"
	"gameday/internal/report"
)

func (a *app) revertVerb() *cobra.Command {
	f := &common{}
	verb := &cobra.Command{
		Use:   "revert [RUN]",
		Short: "Revert what a run left behind, from its journal alone",
		Long: `Take back, newest first, what the journal of a run says may still be live: faults, and the temporary queues with which it
listened. The journal says which account, region and endpoint it was; the credentials must be of that account. It may be
asked as often as you like, on any host that has the run folder.

Without a run, list what is left of all the runs, and exit with 5 if anything is.`,
		Example: `  gameday revert
  gameday revert 20261122-021200-4f9a
  gameday revert /mnt/ci/.gameday/runs/20261122-021200-4f9a`,
		Args:              atMost(1),
		ValidArgsFunction: a.completeRuns(f),
		RunE: func(verb *cobra.Command, runs []string) error {
			if len(runs) == 0 {
				return a.listLeft(f)
			}
			return a.revert(verb.Context(), f, runs[0])
		},
	}
	registerDir(verb, &f.dir)
	registerOutput(verb, f)
	return verb
}

// listLeft says what is left of all the runs. A journal that cannot be read may hide something.
func (a *app) listLeft(f *common) error {
	entries, err := journal.List(f.runsFolder())
	if err != nil {
		return unwritable(err)
	}
	code := experiments.ExitPassed
	for _, e := range entries {
		if e.Err != nil {
			explain(a.Stderr, e.Err)
			code = experiments.WorstExit(code, experiments.ExitInconclusive)
			continue
		}
		records, err := journal.Read(f.runsFolder(), e.Run)
		if err != nil {
			return err
		}
		left := experiments.Unfinished(records)
		if len(left) == 0 || e.Summary.Mode != experiments.ModeRun {
			continue
		}
		code = experiments.ExitNotReverted
		fmt.Fprintf(a.Stdout, "%s (%s)\n", e.Run, report.Plain(e.Summary.Scenario))
		writeLeftovers(a.Stdout, left)
		fmt.Fprintf(a.Stdout, "  Revert it with: %s\n", revertCommand(e.Path))
	}
	if code == experiments.ExitPassed {
		fmt.Fprintln(a.Stdout, "Nothing is left of any run.")
	}
	return ended(code)
}

func (a *app) revert(ctx context.Context, f *common, run string) error {
	records, path, err := a.read(f.runsFolder(), run)
	if err != nil {
		return err
	}
	started, ok := records[0].Event.(experiments.RunStarted)
	if !ok {
		return misuse("", "%s does not begin with run.started", path)
	}
	if started.Mode == experiments.ModeRehearse {
		return misuse(`"gameday revert" lists what is left of real runs`, "%s is a rehearsal: nothing in it was real, so there is nothing to revert", started.Run)
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
	undone, _, reporters := a.reporters(f)
	left, err := a.takeBack(ctx, path, started, records, experiments.Options{Journal: folder, Reporters: reporters})
	if err == nil || len(undone.records) > 0 {
		err = errors.Join(err, keep(folder, append(records, undone.records...)))
	}
	return a.reverted(f, started.Run, path, left, err)
}

// takeBack reverts on a strand, with the account, region and endpoint of the journal.
func (a *app) takeBack(ctx context.Context, path string, started experiments.RunStarted, records []experiments.Record,
	o experiments.Options,
) (left []experiments.Leftover, err error) {
	c := a.Clock()
	a.stops.during(c, a.abandon(path), func() {
		life, end := context.WithCancel(context.WithoutCancel(ctx))
		defer end()
		var config aws.Config
		if config, err = a.connect(life, cloud.Settings{
			Region: started.Region, Profile: started.Profile, RoleARN: started.RoleARN,
			ExternalID: started.ExternalID, EndpointURL: started.EndpointURL,
		}, c); err != nil {
			return
		}
		engine := &experiments.Engine{
			Clock: c, Cloud: cloud.NewSession(config, c, chance.Seed(started.Seed), started.Run), Injectors: a.Injectors(),
			Signals: a.Signals(), Run: started.Run, Mode: started.Mode, Seed: chance.Seed(started.Seed), Version: a.version(),
		}
		left, err = engine.Revert(ctx, records, o)
	})
	return left, err
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
