package cli

import (
	"errors"
	"fmt"
	"slices"

	"gameday/experiments"
	"gameday/internal/journal"
	"gameday/internal/report"
)

// burden is what a run left behind, or still has out there because it goes on.
type burden struct {
	entry   journal.Entry
	started experiments.RunStarted
	left    []experiments.Leftover
	busy    bool
}

// burdens returns what the runs in the run folder left behind, newest first, and which journals cannot tell.
func (a *app) burdens(f *common) (all []burden, unread []journal.Entry, err error) {
	entries, err := a.past(f)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		if e.Err != nil {
			unread = append(unread, e)
			continue
		}
		if e.Summary.Mode != experiments.ModeRun || len(e.Summary.Leftovers) == 0 {
			continue
		}
		records, err := journal.Read("", e.Path)
		if err != nil {
			e.Err = err
			unread = append(unread, e)
			continue
		}
		if left := experiments.Unfinished(records); len(left) > 0 {
			started := records[0].Event.(experiments.RunStarted) // or Read would have refused it
			all = append(all, burden{e, started, left, journal.Busy(e.Path)})
		}
	}
	return all, unread, nil
}

// warnOfLeftovers says, before anything else, what earlier runs left behind.
func (a *app) warnOfLeftovers(f *common) {
	all, unread, err := a.burdens(f)
	if err != nil {
		fmt.Fprintf(a.Stderr, "Warning: what earlier runs left cannot be looked up: %s\n", report.Plain(err.Error()))
		return
	}
	for _, b := range all {
		if b.busy {
			fmt.Fprintf(a.Stderr, "Warning: %s (%s) still goes on.\n", b.entry.Run, report.Plain(b.started.Scenario))
			continue
		}
		fmt.Fprintf(a.Stderr, "Warning: %s (%s) left something behind; revert it with: %s\n",
			b.entry.Run, report.Plain(b.started.Scenario), revertCommand(b.entry.Path))
	}
	for _, e := range unread {
		fmt.Fprintf(a.Stderr, "Warning: what %s left cannot be told: %s\n", report.Plain(e.Run), report.Plain(e.Err.Error()))
	}
}

// unburdened refuses a run whose targets still bear an earlier one's fault.
func (a *app) unburdened(ready *experiments.Ready, f *common) error {
	all, _, err := a.burdens(f)
	if err != nil {
		return unwritable(err)
	}
	var wrong []error
	hint := ""
	for _, b := range all {
		if b.started.Account != ready.Account {
			continue
		}
		for _, planned := range ready.Plan.Faults {
			target, what := b.touches(planned.Targets)
			if target == "" {
				continue
			}
			wrong = append(wrong, fmt.Errorf("inject.%s would touch %s, where %s of %s is not reverted", planned.Name, target, what, b.entry.Run))
			if hint = "revert it first: " + revertCommand(b.entry.Path); b.busy {
				hint = b.entry.Run + " still goes on, or is being reverted: wait for its end"
			}
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return &failure{experiments.ExitInconclusive, errors.Join(append(wrong, errors.New("nothing was touched"))...), hint}
}

// touches returns the first of the targets that is in what was left, and as what.
func (b burden) touches(targets []string) (target, what string) {
	for _, left := range b.left {
		for _, target := range targets {
			if slices.Contains(left.Left, target) {
				return target, left.What
			}
		}
	}
	return "", ""
}

// announce says what reverting will do, and how it reaches AWS, as the journal says, before it does it.
func (a *app) announce(f *common, started experiments.RunStarted, left []experiments.Leftover) {
	if f.json {
		return
	}
	fmt.Fprintf(a.Stdout, "Reverting %s (%s) in account %s, %s, in this order:\n",
		started.Run, report.Plain(started.Scenario), report.Plain(started.Account), report.Plain(started.Region))
	for _, way := range []struct{ how, what string }{
		{"with the profile", started.Profile}, {"in the role", started.RoleARN}, {"at the endpoint", started.EndpointURL},
	} {
		if way.what != "" {
			fmt.Fprintf(a.Stdout, "  %s %s\n", way.how, report.Plain(way.what))
		}
	}
	writeLeftovers(a.Stdout, left)
}
