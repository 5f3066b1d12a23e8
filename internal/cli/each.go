package cli

import (
	"context"
	"errors"
	"fmt"

	"gameday/experiments"
	"gameday/internal/report"
)

// each plays one piece after another. The worst exit code counts; an interrupt, or a fault that may still be live, skips
// the rest. What could not be played does not keep the others from it.
func (a *app) each(ctx context.Context, pieces []*piece, f *common, play func(context.Context, *piece) (outcome, error)) error {
	worst := experiments.ExitPassed
	var runs [][]experiments.Record
	var all []report.Played
	for i, p := range pieces {
		if i > 0 && !f.json && a.ci == nil {
			fmt.Fprintln(a.Stdout)
		}
		played, err := a.one(ctx, p, play)
		if err != nil && len(pieces) == 1 {
			return errors.Join(err, f.writeJUnit([][]experiments.Record{played.records}))
		}
		if err != nil {
			if f.json {
				a.complain(p.path, err)
			}
			explain(a.Stderr, fmt.Errorf("%s: %w", p.path, err))
			played.code = codeOf(err)
		}
		if played.records != nil {
			runs = append(runs, played.records)
		}
		all = append(all, became(p, played, err))
		worst = experiments.WorstExit(worst, played.code)
		if rest := pieces[i+1:]; len(rest) > 0 && skipsRest(ctx, played.code) {
			code := a.skip(ctx, rest)
			worst = experiments.WorstExit(worst, code)
			for _, p := range rest {
				all = append(all, report.Played{Scenario: p.Experiment.Name, File: p.path, Why: "skipped", Code: code})
			}
			break
		}
	}
	if err := f.writeJUnit(runs); err != nil {
		explain(a.Stderr, err)
		worst = experiments.WorstExit(worst, experiments.ExitInconclusive)
	}
	if len(pieces) > 1 && !f.json {
		worst = a.printed(worst, report.Overall(a.Stdout, all, worst, a.style(f.noColor)))
	}
	return ended(worst)
}

// one plays a piece, and tells the CI system of it.
func (a *app) one(ctx context.Context, p *piece, play func(context.Context, *piece) (outcome, error)) (outcome, error) {
	a.ci.open(p)
	played, err := play(ctx, p)
	err = heed(ctx, err)
	a.ci.close(p, played, err)
	if err != nil && played.records == nil {
		played.records = unplayed(p, err)
	}
	return played, err
}

// became is what is said at the end of a piece that was one of several.
func became(p *piece, played outcome, err error) report.Played {
	line := report.Played{Scenario: p.Experiment.Name, File: p.path, Code: played.code}
	if err != nil {
		line.Why = "could not run"
		return line
	}
	line.Verdict = experiments.Verdict(verdictOf(played.code))
	return line
}

// printed is the exit code after a report was printed, or could not be. A reader that went away has read enough.
func (a *app) printed(code experiments.ExitCode, err error) experiments.ExitCode {
	if err == nil || readerGone(err) {
		return code
	}
	explain(a.Stderr, fmt.Errorf("print the report: %w", err))
	return experiments.WorstExit(code, experiments.ExitInconclusive)
}

// unplayed tells of a scenario that could not be prepared, so that a report for machines does not silently lack it.
func unplayed(p *piece, err error) []experiments.Record {
	x := p.Experiment
	return []experiments.Record{
		{Seq: 1, Event: experiments.RunStarted{Scenario: x.Name, File: x.File, Text: x.Text}},
		{Seq: 2, Event: experiments.RunFinished{
			Verdict: experiments.Inconclusive, ExitCode: experiments.ExitInconclusive, Error: err.Error(),
		}},
	}
}

func skipsRest(ctx context.Context, code experiments.ExitCode) bool {
	return ctx.Err() != nil || code == experiments.ExitNotReverted ||
		code == experiments.ExitInterrupted || code == experiments.ExitTerminated
}

// skip says what is not played, and returns the exit code of an interrupt that came between two plays.
func (a *app) skip(ctx context.Context, rest []*piece) experiments.ExitCode {
	why, code := "because a fault may still be live", experiments.ExitPassed
	if stop := new(experiments.StopError); errors.As(context.Cause(ctx), &stop) {
		why, code = "because of the interrupt", stopCode(stop)
	}
	for _, p := range rest {
		fmt.Fprintf(a.Stderr, "%s was skipped %s.\n", p.path, why)
	}
	return code
}

// heed says of what failed because of an interrupt that this was why. Verdicts stay as they are.
func heed(ctx context.Context, err error) error {
	stop, f := new(experiments.StopError), new(failure)
	verdict := errors.As(err, &f) && f.err == nil
	if err == nil || verdict || codeOf(err) != experiments.ExitInconclusive || !errors.As(context.Cause(ctx), &stop) {
		return err
	}
	return &failure{stopCode(stop), errors.New(stop.Detail + "; nothing was touched"), ""}
}
