package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"gameday/internal/cloud"
	"gameday/internal/history"
	"gameday/internal/journal"
	"gameday/internal/report"
)

func (a *app) compareVerb() *cobra.Command {
	f := &choice{}
	verb := &cobra.Command{
		Use:   "compare BEFORE AFTER",
		Short: "Say what changed from one run to another",
		Long: `Say what broke and was mended, what got slower and faster, and what is new and gone, from one run to another. Where they are
of different scenarios, texts, variables, seeds or accounts, that is said, too.

A run is named by its id, by the beginning of the id or of its last part, or by the path or URL of its folder. latest is the newest
run that is kept, latest~1 the one before it; --scenario and --mode say of what.`,
		Example: `  gameday compare latest~1 latest
  gameday compare 20261122-021200-4f9a 20261129-021200-77c1
  gameday compare 4f9a 77c1 --json
  gameday compare latest~1 latest --scenario checkout --mode run`,
		Args:              exactlyTwo("the run before", "the run after"),
		ValidArgsFunction: a.completeManyRuns(&f.common, 2),
		RunE: func(verb *cobra.Command, runs []string) error {
			if err := f.check(verb); err != nil {
				return err
			}
			return a.compare(verb.Context(), f, runs[0], runs[1])
		},
	}
	flags := verb.Flags()
	flags.StringVar(&f.scenario, "scenario", "", "latest is the latest of the scenario of that `NAME`")
	flags.StringVar(&f.mode, "mode", "", "latest is the latest of this `MODE`: run or rehearse")
	_ = verb.RegisterFlagCompletionFunc("scenario", a.completeScenarioNames(&f.common)) // fails for an unknown flag only
	_ = verb.RegisterFlagCompletionFunc("mode", cobra.FixedCompletions(modes(), cobra.ShellCompDirectiveNoFileComp))
	registerDir(verb, &f.dir)
	registerOutput(verb, &f.common)
	return verb
}

func (a *app) compare(ctx context.Context, f *choice, before, after string) error {
	entries, err := a.past(&f.common)
	if err != nil {
		return unwritable(err)
	}
	chosen := f.chosen(entries)
	if f.scenario != "" && len(chosen) == 0 {
		return misuse(scenarioHint(f.scenario, entries), "no such run of scenario %q is kept in %s", f.scenario, f.runsFolder())
	}
	from, err := a.find(chosen, f, before)
	if err != nil {
		return err
	}
	to, err := a.find(chosen, f, after)
	if err != nil {
		return err
	}
	first, _, err := a.read(ctx, f.runsFolder(), from)
	if err != nil {
		return err
	}
	second, _, err := a.read(ctx, f.runsFolder(), to)
	if err != nil {
		return err
	}
	found := report.Compare(first, second, from, to)
	if f.json {
		return report.ComparisonJSON(a.Stdout, found)
	}
	return report.ComparisonText(a.Stdout, found, a.style(f.noColor))
}

// find returns the folder, or the URL, of the run that somebody named.
func (a *app) find(entries []journal.Entry, f *choice, name string) (string, error) {
	if cloud.IsS3URL(name) {
		return name, nil
	}
	place, err := history.Find(entries, f.runsFolder(), name)
	var unknown *journal.NotFoundError
	switch {
	case errors.As(err, &unknown):
		return "", misuse(a.nearestRun(f.runsFolder(), name), "%w", err)
	case err != nil:
		return "", misuse("", "%w", err)
	}
	return place, nil
}
