package report

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"time"

	"gameday/experiments"
)

// ComparisonFormat names the format of a Comparison.
const ComparisonFormat = "gameday.comparison/1"

// Comparison is what became different from one run to another. Its lists are never nil.
type Comparison struct {
	Format      string       `json:"format"`
	Before      Side         `json:"before"`
	After       Side         `json:"after"`
	Differences []Difference `json:"differences"` // of what was run, and where
	Changes     []Change     `json:"changes"`     // of what came of it: one for everything that either run asked or did
}

// Side is one of the runs that are compared.
type Side struct {
	Run      string               `json:"run"`
	Path     string               `json:"path"`
	Mode     experiments.Mode     `json:"mode"`
	Scenario string               `json:"scenario"`
	Started  time.Time            `json:"started"`
	Finished *time.Time           `json:"finished"` // null: the journal ends before the run did
	Verdict  experiments.Verdict  `json:"verdict"`
	ExitCode experiments.ExitCode `json:"exit_code"`
}

// Difference is something that makes two runs less comparable.
type Difference struct {
	What   string `json:"what"` // scenario, text, mode, seed, gameday, account, region, or var.NAME
	Before any    `json:"before"`
	After  any    `json:"after"`
}

// Change is what became of one block of the scenario.
type Change struct {
	Block  string   `json:"block"` // assert, playbook, escalation, check, guard, inject
	Name   string   `json:"name"`
	Turn   Turn     `json:"change"`
	Drift  Drift    `json:"drift,omitempty"` // where both have a latency
	Before *Outcome `json:"before"`          // null: it is new
	After  *Outcome `json:"after"`           // null: it is gone
}

// Outcome is what came of a block in one run.
type Outcome struct {
	Kind     string               `json:"kind"`
	Asked    string               `json:"asked,omitempty"`   // since what and what for: latencies of the same question can be compared
	Verdict  experiments.Verdict  `json:"verdict,omitempty"` // a fault has none
	Reason   experiments.Reason   `json:"reason,omitempty"`
	Within   experiments.Millis   `json:"within_ms,omitempty"`
	Latency  *experiments.Latency `json:"latency_ms"`
	Reverted experiments.Reverted `json:"reverted,omitempty"` // of a fault
}

// Turn is how a verdict, or what became of a fault, changed.
type Turn string

// The ways in which a verdict may change, in the order in which they are shown.
const (
	Broke     Turn = "broke"     // it failed, or was not reverted, and before that was not so
	Undecided Turn = "undecided" // it is not known, and was before
	Mended    Turn = "mended"    // it passed, or was reverted, and before that was not so
	Differs   Turn = "differs"   // of a fault: it was injected, or can be reverted, in one of them only
	New       Turn = "new"
	Gone      Turn = "gone"
	Same      Turn = "same"
)

// Compare folds the records of two runs into what is different between them.
func Compare(before, after []experiments.Record, pathBefore, pathAfter string) Comparison {
	from, to := experiments.Summarize(before), experiments.Summarize(after)
	c := Comparison{
		Format: ComparisonFormat, Before: side(from, pathBefore), After: side(to, pathAfter),
		Differences: differences(experiments.Tell(before).Started, experiments.Tell(after).Started), Changes: []Change{},
	}
	earlier, later := parts(from), parts(to)
	for _, p := range later {
		c.Changes = append(c.Changes, change(earlier.named(p), &p))
	}
	for _, p := range earlier {
		if later.named(p) == nil {
			c.Changes = append(c.Changes, change(&p, nil))
		}
	}
	return c
}

func side(s experiments.Summary, path string) Side {
	return Side{s.Run, path, s.Mode, s.Scenario, s.Started, s.Finished, s.Verdict, s.ExitCode}
}

func differences(from, to experiments.RunStarted) []Difference {
	found := []Difference{}
	add := func(what string, a, b any) {
		if a != b {
			found = append(found, Difference{what, a, b})
		}
	}
	add("scenario", from.Scenario, to.Scenario)
	add("text", from.SHA256, to.SHA256)
	add("mode", from.Mode, to.Mode)
	names := slices.AppendSeq(slices.Collect(maps.Keys(from.Variables)), maps.Keys(to.Variables))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		add("var."+name, written(from.Variables, name), written(to.Variables, name))
	}
	add("seed", from.Seed, to.Seed)
	add("account", from.Account, to.Account)
	add("region", from.Region, to.Region)
	add("gameday", from.Version, to.Version)
	return found
}

// written is the value of a variable as it is in a scenario; nil where there is none.
func written(variables map[string]any, name string) any {
	value, is := variables[name]
	if !is {
		return nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	return string(text)
}

// outcomeOf is the outcome of a block.
type outcomeOf struct {
	block, name string
	Outcome
}

type outcomes []outcomeOf

// named returns the outcome of the same block, or nil.
func (all outcomes) named(p outcomeOf) *outcomeOf {
	i := slices.IndexFunc(all, func(one outcomeOf) bool { return one.block == p.block && one.name == p.name })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// parts are the outcomes of everything in a run that has a verdict.
func parts(s experiments.Summary) outcomes {
	var all outcomes
	for _, a := range s.Assertions {
		asked := string(a.Expect)
		if a.Since != "" {
			asked += " since " + a.Since
		}
		all = append(all, outcomeOf{"assert", a.Name, Outcome{a.Kind, asked, a.Verdict, a.Reason, a.Within, a.Latency, ""}})
	}
	for _, c := range s.Chains {
		all = append(all, outcomeOf{string(c.Type), c.Name, Outcome{string(c.Type), "", c.Verdict, c.Reason, c.Within, c.Latency, ""}})
	}
	for _, c := range s.Checks {
		all = append(all, outcomeOf{"check", c.Name, Outcome{Kind: c.Kind, Verdict: c.Verdict, Reason: c.Reason}})
	}
	for _, g := range s.Guards {
		all = append(all, outcomeOf{"guard", g.Name, Outcome{Kind: g.Kind, Verdict: g.Verdict, Reason: g.Reason}})
	}
	for _, f := range s.Faults {
		all = append(all, outcomeOf{"inject", f.Name, Outcome{Kind: f.Kind, Reverted: f.Reverted}})
	}
	return all
}

func change(before, after *outcomeOf) Change {
	switch {
	case before == nil:
		return Change{Block: after.block, Name: after.name, Turn: New, After: &after.Outcome}
	case after == nil:
		return Change{Block: before.block, Name: before.name, Turn: Gone, Before: &before.Outcome}
	}
	a, b := before.Outcome, after.Outcome
	turned := turn(a.Verdict, b.Verdict)
	if after.block == "inject" {
		turned = turnOfFault(a.Reverted, b.Reverted)
	}
	return Change{after.block, after.name, turned, driftOf(a, b), &a, &b}
}

func turnOfFault(before, after experiments.Reverted) Turn {
	switch {
	case before == after:
		return Same
	case after == experiments.RevertedNo:
		return Broke
	case before == experiments.RevertedNo && after == experiments.RevertedYes:
		return Mended
	}
	return Differs
}

func turn(before, after experiments.Verdict) Turn {
	switch {
	case before == after:
		return Same
	case after == experiments.Failed:
		return Broke
	case after == experiments.Passed:
		return Mended
	}
	return Undecided
}

// driftOf compares two latencies: their intervals must not overlap, and be notably apart.
func driftOf(before, after Outcome) Drift {
	from, to := before.Latency, after.Latency
	if from == nil || to == nil || before.Kind != after.Kind || before.Asked != after.Asked {
		return ""
	}
	switch {
	case to.Min > from.Max && notable(from.Max, to.Min, before.Within):
		return Slower
	case to.Max < from.Min && notable(from.Min, to.Max, before.Within):
		return Faster
	}
	return Steady
}

// ComparisonJSON writes the comparison for programs.
func ComparisonJSON(w io.Writer, c Comparison) error { return indented(w, c) }
