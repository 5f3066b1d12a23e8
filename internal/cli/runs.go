package cli

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"gameday/experiments"
	"gameday/internal/journal"
	"gameday/internal/report"
)

func (a *app) runsVerb() *cobra.Command {
	f := &common{}
	verb := &cobra.Command{
		Use:     "runs",
		Short:   "List the runs and rehearsals that are kept",
		Long:    "List the runs and rehearsals in the run folder, newest first, with their verdicts.",
		Example: "  gameday runs\n  gameday runs --json",
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			entries, err := journal.List(f.runsFolder())
			if err != nil {
				return unwritable(err)
			}
			if f.json {
				return a.runsJSON(entries)
			}
			rows := make([]report.Row, 0, len(entries))
			for _, e := range entries {
				rows = append(rows, report.Row(e))
			}
			return report.Runs(a.Stdout, rows, a.style(f.noColor))
		},
	}
	registerDir(verb, &f.dir)
	registerOutput(verb, f)
	return verb
}

// runsJSON prints the summaries of the runs that can be read.
func (a *app) runsJSON(entries []journal.Entry) error {
	summaries := []experiments.Summary{}
	for _, e := range entries {
		if e.Err != nil {
			explain(a.Stderr, e.Err)
			continue
		}
		summaries = append(summaries, e.Summary)
	}
	encoder := json.NewEncoder(a.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(summaries)
}

// completeRuns offers the ids of the runs that are kept.
func (a *app) completeRuns(f *common) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		entries, _ := journal.List(f.runsFolder())
		var ids []string
		for _, e := range entries {
			ids = append(ids, cobra.CompletionWithDesc(e.Run, e.Summary.Scenario+", "+string(e.Summary.Verdict)))
		}
		return ids, cobra.ShellCompDirectiveDefault
	}
}
