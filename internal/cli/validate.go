package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"gameday/experiments"
	"gameday/internal/report"
	"gameday/scenarios"
)

func (a *app) validateVerb() *cobra.Command {
	f := &common{}
	verb := &cobra.Command{
		Use:   "validate PATH...",
		Short: "Find the mistakes in scenarios, without credentials or network",
		Long: `Check scenarios, and the sandbox files beside them, as far as that is possible without AWS: names, types, references,
cycles, impossible combinations. Every mistake is shown with the line that it is on.`,
		Example:           "  gameday validate game-days\n  gameday validate checkout.hcl --var flood=100\n  gameday validate game-days --json",
		Args:              atLeastOne("a scenario, or a folder of scenarios"),
		ValidArgsFunction: completeScenarios,
		RunE: func(_ *cobra.Command, paths []string) error {
			found, err := a.validate(paths, f.vars)
			if f.json {
				a.ci.diagnosed(everything(found, err))
				return a.validateJSON(found, err)
			}
			return a.validateText(found, err, f)
		},
	}
	f.registerVars(verb)
	a.registerCI(verb, f)
	registerOutput(verb, f)
	return verb
}

// validation is what became of one scenario and the sandbox beside it.
type validation struct {
	file     string
	name     string
	sandbox  string // empty: none
	err      error
	warnings error
}

func (a *app) validate(paths []string, vars []scenarios.VarSource) ([]validation, error) {
	files, err := scenarios.Find(paths)
	if err != nil {
		return nil, err
	}
	options := a.options(vars)
	options.Folders = &scenarios.Folders{}
	all := make([]validation, len(files))
	var each errgroup.Group
	each.SetLimit(runtime.GOMAXPROCS(0))
	for i, file := range files {
		each.Go(func() error {
			all[i] = validateOne(file, options)
			return nil
		})
	}
	return all, each.Wait()
}

func validateOne(file string, options scenarios.Options) validation {
	v := validation{file: file}
	loaded, err := scenarios.Load(file, options)
	stage, stageErr := loadStage(scenarios.SandboxFor(file))
	if stage != nil {
		v.sandbox = stage.path
	}
	if err == nil {
		v.name = loaded.Experiment.Name
		v.warnings = errors.Join(loaded.Warnings, loaded.Review(stage.account()))
	}
	v.err = errors.Join(err, stageErr)
	return v
}

// everything is what is wrong, or to be warned of, in all that was validated.
func everything(found []validation, err error) error {
	all := []error{err}
	for _, v := range found {
		all = append(all, v.err, v.warnings)
	}
	return errors.Join(all...)
}

func (a *app) validateText(found []validation, err error, f *common) error {
	if err != nil {
		return a.diagnosed(err)
	}
	var wrong []error
	for _, v := range found {
		a.warn(v.warnings)
		wrong = append(wrong, v.err)
		if v.err != nil || f.quiet {
			continue
		}
		beside := ""
		if v.sandbox != "" {
			beside = " with " + v.sandbox
		}
		fmt.Fprintf(a.Stdout, "%s%s is valid: %s\n", v.file, beside, report.Plain(v.name))
	}
	return a.diagnosed(errors.Join(wrong...))
}

// validateJSON prints one object, whatever is wrong.
func (a *app) validateJSON(found []validation, err error) error {
	out := struct {
		Format      string                 `json:"format"`
		Valid       bool                   `json:"valid"`
		Files       []string               `json:"files"`
		Diagnostics []scenarios.Diagnostic `json:"diagnostics"`
	}{"gameday.validation/1", err == nil, []string{}, []scenarios.Diagnostic{}}
	add := func(err error) {
		diagnostics := scenarios.Diagnose(err)
		if err != nil && len(diagnostics) == 0 {
			diagnostics = []scenarios.Diagnostic{{Severity: "error", Summary: err.Error()}}
		}
		out.Diagnostics = append(out.Diagnostics, diagnostics...)
	}
	add(err)
	for _, v := range found {
		out.Files = append(out.Files, v.file)
		out.Valid = out.Valid && v.err == nil
		add(v.err)
		add(v.warnings)
	}
	encoder := json.NewEncoder(a.Stdout)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(out); err != nil || out.Valid {
		return err
	}
	return ended(experiments.ExitUsage)
}
