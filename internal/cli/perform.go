package cli

import (
	"context"
	"errors"
	"sync/atomic"

	"gameday/experiments"
	"gameday/internal/journal"
	"gameday/internal/report"
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
	var folder *journal.Folder
	var seen atomic.Pointer[audience]
	var mirror *mirror
	told := &told{}
	err := a.on(ctx, p, restoring(&seen, how.giveUp), func(ctx context.Context) error {
		ready, err := a.engine(p, f.tick).Plan(ctx, p.Experiment)
		if err != nil {
			return a.unprepared(err)
		}
		teller, err := a.teller(ctx, p, told)
		if err != nil {
			return err
		}
		ctx, release, err := a.admit(ctx, p, ready, f, how)
		if err != nil {
			return err
		}
		defer release()
		if mirror, err = a.mirror(ctx, p, f); err != nil {
			return err
		}
		options := experiments.Options{Journal: &journal.Memory{}, ChecksOnly: how.checksOnly}
		if how.begin != nil {
			if folder, err = how.begin(); err != nil {
				return err
			}
			options.Journal = folder
		}
		options.Journal = mirror.beside(options.Journal)
		who := a.audience(f, p)
		seen.Store(who)
		options.Reporters, options.Hold = who.reporters, who.hold()
		if told.out = who.beater; !how.checksOnly {
			options.Reporters = append(options.Reporters, teller)
		}
		beating, stop := context.WithCancel(context.WithoutCancel(ctx))
		defer stop()
		a.ci.listen(who.beater)
		heartbeat(beating, p, who.beater)
		ready.Do(ctx, options)
		mirror.end()
		teller.Close(ctx)
		return nil
	})
	if err != nil {
		return outcome{}, err
	}
	seen.Load().leave(ctx, a)
	return a.mirrored(f, mirror, a.conclude(f, folder, seen.Load().kept.records, told.notices)), nil
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
func (a *app) conclude(f *common, folder *journal.Folder, records []experiments.Record, notices []report.Notice) outcome {
	played := outcome{code: experiments.Summarize(records).ExitCode, records: records}
	if folder != nil {
		played.folder = folder.Path()
		if err := errors.Join(keep(folder, records), folder.Close()); err != nil {
			explain(a.Stderr, unwritable(err))
			played.code = experiments.WorstExit(played.code, experiments.ExitInconclusive)
		}
	}
	a.ci.unfold(played.code)
	if f.silent {
		return played
	}
	played.code = a.printed(played.code, a.show(f, records, played.folder, notices))
	return played
}

func unwritable(err error) error {
	return &failure{experiments.ExitInconclusive, err, "runs are kept in .gameday/runs; --dir names another folder"}
}
