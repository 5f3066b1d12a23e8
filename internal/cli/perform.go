package cli

import (
	"context"
	"errors"
	"fmt"

	"gameday/experiments"
	"gameday/internal/journal"
)

// part is how a verb wants a play to be performed.
type part struct {
	ask        func(context.Context, *experiments.Ready) error // once the plan is known; nil: go on
	begin      func() (*journal.Folder, error)                 // the run folder; nil: keep nothing
	giveUp     func()                                          // what a second interrupt does
	checksOnly bool
}

// outcome is how a play went.
type outcome struct {
	code    experiments.ExitCode
	records []experiments.Record
	folder  string // empty: nothing is kept
}

// perform prepares a play, does it, keeps it and shows how it went.
func (a *app) perform(ctx context.Context, p *play, f *common, how part) (outcome, error) {
	kept, progress, reporters := a.reporters(f)
	var folder *journal.Folder
	err := a.on(ctx, p, how.giveUp, func(ctx context.Context) error {
		ready, err := a.engine(p, f.tick).Prepare(ctx, p.Experiment)
		if err != nil {
			return a.unprepared(err)
		}
		if how.ask != nil {
			if err := how.ask(ctx, ready); err != nil {
				return err
			}
		}
		options := experiments.Options{Journal: &journal.Memory{}, Reporters: reporters, ChecksOnly: how.checksOnly}
		if how.begin != nil {
			if folder, err = how.begin(); err != nil {
				return err
			}
			options.Journal = folder
		}
		beating, stop := context.WithCancel(context.WithoutCancel(ctx))
		defer stop()
		heartbeat(beating, p, progress)
		ready.Do(ctx, options)
		return nil
	})
	if err != nil {
		return outcome{}, err
	}
	return a.conclude(f, folder, kept.records), nil
}

// beginFolder makes the run folder. Nothing may be touched before it is there.
func beginFolder(create func(dir, run string) (*journal.Folder, error), runs string, p *play) (*journal.Folder, error) {
	folder, err := create(runs, p.run)
	if err != nil {
		return nil, unwritable(err)
	}
	if err := folder.Write(journal.ScenarioFile, []byte(p.Experiment.Text)); err != nil {
		return nil, unwritable(errors.Join(err, folder.Close()))
	}
	return folder, nil
}

// conclude fills the run folder, if there is one, and prints the report.
func (a *app) conclude(f *common, folder *journal.Folder, records []experiments.Record) outcome {
	played := outcome{code: experiments.Summarize(records).ExitCode, records: records}
	if folder != nil {
		played.folder = folder.Path()
		if err := errors.Join(keep(folder, records), folder.Close()); err != nil {
			explain(a.Stderr, unwritable(err))
			played.code = experiments.WorstExit(played.code, experiments.ExitInconclusive)
		}
	}
	if f.silent {
		return played
	}
	if err := a.show(f, records, played.folder); err != nil { // a reader that went away does not change the verdict
		explain(a.Stderr, fmt.Errorf("print the report: %w", err))
	}
	return played
}

func unwritable(err error) error {
	return &failure{experiments.ExitInconclusive, err, "runs are kept in .gameday/runs; --dir names another folder"}
}
