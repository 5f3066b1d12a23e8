package cli

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gameday/experiments"
	"gameday/internal/history"
	"gameday/internal/journal"
	"gameday/internal/report"
)

// choice is which of the past runs are meant.
type choice struct {
	common
	scenario string
	mode     string
	verdict  string
	limit    int
}

func (a *app) runsVerb() *cobra.Command {
	f := &choice{}
	verb := &cobra.Command{
		Use:   "runs",
		Short: "List the runs and rehearsals that are kept, or show the trend of one scenario",
		Long: `List the runs and rehearsals in the run folder, newest first, with their verdicts.

With --scenario, show how the latency of each of its assertions, playbooks and escalations went from run to run: how often
it passed, failed and was inconclusive, its median and 90th percentile, its SLO, the last one, and whether it gets slower.
Runs and rehearsals are not mixed: those of the newest one's mode are shown, or --mode.`,
		Example: `  gameday runs
  gameday runs --verdict failed --limit 10
  gameday runs --scenario checkout
  gameday runs --journal s3://ledger/game-days
  gameday runs --scenario checkout --mode run --json`,
		Args: noArguments,
		RunE: func(verb *cobra.Command, _ []string) error {
			if err := f.check(verb); err != nil {
				return err
			}
			if err := f.checkKept(verb); err != nil {
				return err
			}
			entries, err := a.listed(verb.Context(), &f.common, func() ([]journal.Entry, error) {
				entries, err := a.past(&f.common)
				if err != nil {
					err = unwritable(err)
				}
				return entries, err
			})
			if err != nil {
				return err
			}
			if f.scenario != "" {
				return a.trend(entries, f)
			}
			return a.list(f.chosen(entries), f)
		},
	}
	flags := verb.Flags()
	flags.StringVar(&f.scenario, "scenario", "", "show the trend of the scenario of that `NAME`")
	flags.StringVar(&f.mode, "mode", "", "only this `MODE`: run or rehearse")
	flags.StringVar(&f.verdict, "verdict", "", "only runs of this `VERDICT`, such as failed")
	flags.IntVar(&f.limit, "limit", 0, "only the newest `N`")
	flags.StringVar(&f.journal, "journal", "", "the runs that are kept in S3, below `S3-URL` (s3://bucket/prefix)")
	_ = verb.RegisterFlagCompletionFunc("scenario", a.completeScenarioNames(&f.common)) // fails for an unknown flag only
	_ = verb.RegisterFlagCompletionFunc("mode", cobra.FixedCompletions(modes(), cobra.ShellCompDirectiveNoFileComp))
	_ = verb.RegisterFlagCompletionFunc("verdict", cobra.FixedCompletions(verdicts(), cobra.ShellCompDirectiveNoFileComp))
	registerDir(verb, &f.dir)
	registerOutput(verb, &f.common)
	return verb
}

func modes() []string { return []string{string(experiments.ModeRun), string(experiments.ModeRehearse)} }

func verdicts() []string {
	var all []string
	for _, v := range []experiments.Verdict{
		experiments.Passed, experiments.Inconclusive, experiments.Failed, experiments.Interrupted, experiments.Stopped, experiments.NotReverted,
	} {
		all = append(all, string(v))
	}
	return all
}

// check finds what is wrong with the flags.
func (f *choice) check(verb *cobra.Command) error {
	if f.dir == "" {
		return misuse("leave it away for .gameday", "--dir must name a folder")
	}
	if verb.Flags().Changed("limit") && f.limit < 1 {
		return misuse("leave it away for all of them", "--limit must be 1 or more, got %d", f.limit)
	}
	if verb.Flags().Changed("scenario") && f.scenario == "" {
		return misuse("leave it away for the list of all runs", "--scenario must name a scenario")
	}
	if err := oneOf("--mode", f.mode, modes()); err != nil {
		return err
	}
	return oneOf("--verdict", f.verdict, verdicts())
}

// oneOf refuses values of a flag that are not among the known.
func oneOf(flag, value string, known []string) error {
	if value == "" || slices.Contains(known, value) {
		return nil
	}
	hint := "it is one of " + strings.Join(known, ", ")
	if near := nearest(value, known); near != "" {
		hint = "did you mean " + near + "?"
	}
	return misuse(hint, "%s: %q is not known", flag, value)
}

// past returns the runs that are kept, newest first.
func (a *app) past(f *common) ([]journal.Entry, error) { return history.List(f.dir, a.version()) }

// chosen returns the entries that the flags let through. Those that cannot be read have neither mode nor verdict.
func (f *choice) chosen(entries []journal.Entry) []journal.Entry {
	chosen := []journal.Entry{}
	for _, e := range entries {
		s := e.Summary
		switch {
		case f.scenario != "" && (e.Err != nil || s.Scenario != f.scenario),
			f.mode != "" && string(s.Mode) != f.mode,
			f.verdict != "" && string(s.Verdict) != f.verdict:
			continue
		}
		if chosen = append(chosen, e); len(chosen) == f.limit {
			break
		}
	}
	return chosen
}

func (a *app) list(entries []journal.Entry, f *choice) error {
	if f.json {
		return a.runsJSON(entries)
	}
	if len(entries) == 0 && (f.mode != "" || f.verdict != "") {
		_, err := a.Stdout.Write([]byte("No run is like that.\n"))
		return err
	}
	return report.Runs(a.Stdout, rows(entries), a.style(f.noColor))
}

func rows(entries []journal.Entry) []report.Row {
	all := make([]report.Row, 0, len(entries))
	for _, e := range entries {
		all = append(all, report.Row(e))
	}
	return all
}

// trend shows how the answers of a scenario went, in one mode.
func (a *app) trend(entries []journal.Entry, f *choice) error {
	wanted := *f
	all := (&choice{scenario: f.scenario}).chosen(entries)
	if len(all) == 0 {
		return misuse(scenarioHint(f.scenario, entries), "no run of scenario %q is kept in %s", f.scenario, f.runsFolder())
	}
	if wanted.mode == "" {
		wanted.mode = string(all[0].Summary.Mode)
	}
	found := report.TrendOf(rows(wanted.chosen(all)))
	found.Scenario, found.Mode = f.scenario, experiments.Mode(wanted.mode)
	if f.json {
		return report.TrendJSON(a.Stdout, found)
	}
	if err := report.TrendText(a.Stdout, found, a.style(f.noColor)); err != nil {
		return err
	}
	return a.otherMode(all, f, wanted.mode)
}

// otherMode says that there are runs that are not shown because they are of the other mode.
func (a *app) otherMode(all []journal.Entry, f *choice, shown string) error {
	if f.mode != "" {
		return nil
	}
	for _, mode := range modes() {
		others := (&choice{mode: mode}).chosen(all)
		if mode == shown || len(others) == 0 {
			continue
		}
		return report.Note(a.Stdout, a.style(f.noColor), "Not mixed in: %d of the other mode. Add --mode %s to see them.", len(others), mode)
	}
	return nil
}

// scenarioHint is the hint for a scenario that has no runs.
func scenarioHint(name string, entries []journal.Entry) string {
	names := scenarioNames(entries)
	begun := strings.TrimPrefix(strings.TrimSuffix(name, ".hcl"), "library/")
	for _, one := range names { // people know files by the beginnings of the names in them
		if strings.HasPrefix(one, begun) {
			return "did you mean " + one + "?"
		}
	}
	if near := nearest(begun, names); near != "" {
		return "did you mean " + near + "?"
	}
	return `"gameday runs" lists the runs with their scenarios; --dir names another folder`
}

func scenarioNames(entries []journal.Entry) []string {
	var names []string
	for _, e := range entries {
		if e.Err == nil && !slices.Contains(names, e.Summary.Scenario) {
			names = append(names, e.Summary.Scenario)
		}
	}
	return names
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

func (a *app) completeScenarioNames(f *common) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		entries, _ := a.past(f)
		return scenarioNames(entries), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeRuns offers the ids of the runs that are kept.
func (a *app) completeRuns(f *common) cobra.CompletionFunc { return a.completeManyRuns(f, 1) }

// completeManyRuns offers the ids of the runs that are kept, for so many arguments.
func (a *app) completeManyRuns(f *common, most int) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		entries, _ := a.past(f)
		var ids []string
		for _, e := range entries {
			ids = append(ids, cobra.CompletionWithDesc(e.Run, e.Summary.Scenario+", "+string(e.Summary.Verdict)))
		}
		return ids, cobra.ShellCompDirectiveDefault
	}
}
