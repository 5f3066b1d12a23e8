package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"gameday/experiments"
	"gameday/internal/cloud"
	"gameday/internal/journal"
	"gameday/internal/report"
	"gameday/internal/tui"
)

func (a *app) showVerb() *cobra.Command {
	f, format := &common{}, "human"
	verb := &cobra.Command{
		Use:   "show RUN",
		Short: "Show the report of a run again",
		Long: `Print the report of a run, from its journal alone: by its id, or by the path of its folder. A journal that was cut short is
shown as far as it goes, with what may still be live.`,
		Example: `  gameday show 20261122-021200-4f9a
  gameday show .gameday/runs/20261122-021200-4f9a
  gameday show 20261122-021200-4f9a --format md
  gameday show s3://ledger/game-days/20261122-021200-4f9a
  gameday show 20261122-021200-4f9a --json`,
		Args:              exactlyOne("a run"),
		ValidArgsFunction: a.completeRuns(f),
		RunE: func(verb *cobra.Command, runs []string) error {
			print, err := printer(format)
			if err != nil {
				return err
			}
			records, path, err := a.read(verb.Context(), f.runsFolder(), runs[0])
			if err != nil {
				return err
			}
			if print != nil {
				return print(a.Stdout, records)
			}
			if err := a.checkProgress(f); err != nil {
				return err
			}
			if in, out, _ := a.window(); a.windowed(f) {
				o := tui.Options{In: in, Out: out, Style: a.style(f.noColor)}
				if err := tui.Show(o, records); err != nil { // the report says it, too
					explain(a.Stderr, err)
				}
			}
			if f.json {
				return report.Summary(a.Stdout, experiments.Summarize(records))
			}
			return report.Human(a.Stdout, records, report.HumanOptions{Style: a.style(f.noColor), Folder: path, Revert: revertCommand(path)})
		},
	}
	registerDir(verb, &f.dir)
	registerOutput(verb, f)
	registerProgress(verb, f)
	verb.Flags().StringVar(&format, "format", format, "print the report as `human`, html, md, junit or json")
	_ = verb.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"human", "html", "md", "junit", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return verb
}

// printer returns what writes a report in a format; nil: the one for people, in the style of the terminal.
func printer(format string) (func(io.Writer, []experiments.Record) error, error) {
	switch format {
	case "human":
		return nil, nil
	case "html":
		return report.HTML, nil
	case "md":
		return report.Markdown, nil
	case "junit":
		return writeJUnit, nil
	case "json":
		return writeSummary, nil
	}
	return nil, misuse("it is human, html, md, junit or json", "--format: there is no format %q", format)
}

// read returns the records of a run that somebody named, and its folder or URL.
func (a *app) read(ctx context.Context, runs, run string) ([]experiments.Record, string, error) {
	if cloud.IsS3URL(run) {
		return a.readRemote(ctx, run)
	}
	path, err := journal.Find(runs, run)
	if err != nil {
		return nil, "", misuse(a.nearestRun(runs, run), "%w", err)
	}
	records, err := journal.Read(runs, run)
	if err != nil {
		return nil, "", misuse("", "%w", err)
	}
	if len(records) == 0 {
		return nil, "", misuse("", "the journal in %s is empty: nothing was touched", path)
	}
	return records, path, nil
}

// nearestRun is the hint for a run that is not there.
func (a *app) nearestRun(runs, run string) string {
	entries, _ := journal.List(runs)
	var ids []string
	for _, e := range entries {
		ids = append(ids, e.Run)
	}
	if near := nearest(run, ids); near != "" {
		return "did you mean " + near + "?"
	}
	return `"gameday runs" lists the runs; --dir names another folder`
}
