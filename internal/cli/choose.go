package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gameday/experiments"
	"gameday/internal/journal"
	"gameday/internal/report"
	"gameday/internal/tui"
	"gameday/scenarios"
)

// choose is gameday without a command: on a terminal, a person chooses a scenario and what to do with it.
func (a *app) choose(root *cobra.Command) error {
	in, out, ok := a.window()
	if !ok {
		return root.Help()
	}
	items := a.items((&common{dir: defaultDir}).runsFolder())
	choice, err := tui.Choose(root.Context(), tui.Options{In: in, Out: out, Style: a.style(false)}, items, a.preview)
	if err != nil || choice.Verb == tui.Nothing {
		return err
	}
	args := []string{string(choice.Verb), choice.Path}
	fmt.Fprintf(a.Stdout, "gameday %s\n", strings.Join(args, " "))
	if choice.Verb == tui.Run {
		args = append(args, "--yes") // the digits of the account were the answer
	}
	again := a.root()
	again.SetArgs(args)
	again.SetContext(root.Context())
	return again.Execute()
}

// items are the scenarios in this folder and below, and those of the library, with their last verdicts.
func (a *app) items(runs string) []tui.Item {
	entries, _ := journal.List(runs)
	last := map[string]journal.Entry{}
	for _, e := range entries { // newest first
		if _, known := last[e.Summary.Scenario]; !known && e.Err == nil {
			last[e.Summary.Scenario] = e
		}
	}
	var items []tui.Item
	for _, path := range scenariosBelow(".") {
		text, _ := os.ReadFile(path)
		items = append(items, item(path, text, last))
	}
	for _, entry := range scenarios.Library() {
		text, _, _ := entry.Texts()
		found := item(strings.TrimSuffix(entry.Path, ".hcl"), text, last)
		found.Library = true
		items = append(items, found)
	}
	return items
}

func item(path string, text []byte, last map[string]journal.Entry) tui.Item {
	found := tui.Item{Path: path, Name: path}
	if name := scenarioName.FindSubmatch(text); name != nil {
		found.Name = string(name[1])
	}
	if e, known := last[found.Name]; known {
		found.Verdict, found.When = e.Summary.Verdict, e.When.Local().Format("2006-01-02 15:04")
	}
	return found
}

// scenarioName finds what a scenario calls itself without reading all of it.
var scenarioName = regexp.MustCompile(`(?m)^\s*scenario\s+"([^"]+)"\s*\{`)

// mostScenarios is how many scenarios a person may choose from.
const mostScenarios = 2000

// scenariosBelow are the scenario files in a folder and its folders, but for hidden ones, sorted.
func scenariosBelow(folder string) []string {
	var found []string
	_ = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		switch {
		case err != nil:
			return nil // what cannot be read is not offered
		case entry.IsDir() && path != folder && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata"):
			return filepath.SkipDir
		case !entry.IsDir() && strings.HasSuffix(name, ".hcl") && !strings.HasSuffix(name, ".sandbox.hcl") && isScenario(path):
			found = append(found, path)
		}
		if len(found) == mostScenarios {
			return filepath.SkipAll
		}
		return nil
	})
	return found
}

// isScenario tells scenarios from other people's HCL.
func isScenario(path string) bool {
	text, err := os.ReadFile(path)
	return err == nil && scenarioName.Match(text)
}

// preview reads a scenario for a person who chooses. It touches nothing.
func (a *app) preview(path string) tui.Preview {
	files, err := scenarios.Find([]string{path})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s is gone", path)
	}
	if err != nil {
		return tui.Preview{Problem: firstMistake(err)}
	}
	loaded, err := scenarios.Load(files[0], a.options(nil))
	if err != nil {
		return tui.Preview{Problem: firstMistake(err)}
	}
	x := loaded.Experiment
	p := tui.Preview{Description: x.Description, Hypothesis: x.Hypothesis, Accounts: x.Place.Accounts, Region: x.Place.Region}
	stage, err := loadStage(scenarios.SandboxFor(files[0]))
	p.Sandbox = stage != nil && err == nil
	for _, f := range x.Faults {
		p.Faults = append(p.Faults, faultLine(f))
	}
	for _, c := range x.Asserts {
		p.SLOs = append(p.SLOs, fmt.Sprintf("%s within %s of %s", c.Name, report.Duration(c.Within), c.Since))
	}
	for _, c := range x.Chains {
		p.SLOs = append(p.SLOs, fmt.Sprintf("%s %s: %d steps within %s of %s", c.Type, c.Name, len(c.Steps), report.Duration(c.Within), c.Since))
	}
	return p
}

func faultLine(f experiments.Fault) string {
	text := f.Name + " (" + f.Kind.Name + ")"
	var after []string
	for _, ref := range f.After {
		after = append(after, ref.String())
	}
	if len(after) > 0 {
		text += " after " + strings.Join(after, ", ")
	}
	for _, d := range []struct {
		word string
		time time.Duration
	}{{"delay", f.Delay}, {"for", f.Duration}} {
		if d.time > 0 {
			text += ", " + d.word + " " + report.Duration(d.time)
		}
	}
	if f.Kind.Irreversible {
		text += ", cannot be reverted"
	}
	return text
}

// firstMistake says in a line what is wrong.
func firstMistake(err error) string {
	if all := scenarios.Diagnose(err); len(all) > 0 {
		return fmt.Sprintf("%s:%d: %s: %s", all[0].File, all[0].Line, all[0].Summary, all[0].Detail)
	}
	return err.Error()
}
