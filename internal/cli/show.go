package cli

import (
	"github.com/spf13/cobra"

	"gameday/experiments"
	"gameday/internal/journal"
	"gameday/internal/report"
)

func (a *app) showVerb() *cobra.Command {
	f := &common{}
	verb := &cobra.Command{
		Use:   "show RUN",
		Short: "Show the report of a run again",
		Long: `Print the report of a run, from its journal alone: by its id, or by the path of its folder. A journal that was cut short is
shown as far as it goes, with what may still be live.`,
		Example: `  gameday show 20261122-021200-4f9a
  gameday show .gameday/runs/20261122-021200-4f9a
  gameday show 20261122-021200-4f9a --json`,
		Args:              exactlyOne("a run"),
		ValidArgsFunction: a.completeRuns(f),
		RunE: func(_ *cobra.Command, runs []string) error {
			records, path, err := a.read(f.runsFolder(), runs[0])
			if err != nil {
				return err
			}
			if f.json {
				return report.Summary(a.Stdout, experiments.Summarize(records))
			}
			return report.Human(a.Stdout, records, report.HumanOptions{Style: a.style(f.noColor), Folder: path})
		},
	}
	registerDir(verb, &f.dir)
	registerOutput(verb, f)
	return verb
}

// read returns the records of a run that somebody named, and its folder.
func (a *app) read(runs, run string) ([]experiments.Record, string, error) {
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
