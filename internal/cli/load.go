package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gameday/experiments"
	"gameday/internal/sandbox"
	"gameday/scenarios"
)

// piece is a scenario that was found without mistakes, and the stage that it is to be rehearsed on.
type piece struct {
	path string
	*scenarios.Scenario
	stage  *stage // nil: AWS
	vars   []scenarios.VarSource
	policy *experiments.Policy // nil: all is allowed
}

// stage is a sandbox file.
type stage struct {
	path string
	spec sandbox.Spec
}

// account is what a scenario is compared with; nil for no stage.
func (s *stage) account() *scenarios.Account {
	if s == nil {
		return nil
	}
	return &scenarios.Account{Path: s.path, Spec: s.spec}
}

// place says where a piece is to be played, and finds what is missing for that.
type place func(*piece) error

// anywhere takes AWS as it comes: for what only reads.
func anywhere(*piece) error { return nil }

// inAWS demands that the scenario says which accounts it may touch.
func inAWS(p *piece) error {
	if len(p.Experiment.Place.Accounts) > 0 {
		return nil
	}
	return misuse(`add aws { accounts = ["111122223333"] }: every other account is refused`,
		"%s does not say which accounts it may touch: aws.accounts is missing", p.path)
}

// withSandbox demands a sandbox: of that file, or the one beside the scenario.
func withSandbox(file string) place {
	return func(p *piece) error {
		path := file
		if path == "" {
			path = scenarios.SandboxFor(p.path)
		}
		stage, err := loadStage(path)
		if err == nil && stage == nil && file != "" {
			return misuse("name a sandbox file, or leave --sandbox away for "+scenarios.SandboxFor(p.path), "--sandbox: there is no file %s", file)
		}
		if err == nil && stage == nil {
			err = misuse(fmt.Sprintf("describe the account in %s, or name a file with --sandbox", path),
				"there is no sandbox for %s", p.path)
		}
		p.stage = stage
		return err
	}
}

// loadStage reads a sandbox file; nil when there is none.
func loadStage(path string) (*stage, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && !strings.HasPrefix(path, libraryPrefix) {
		return nil, nil
	}
	spec, err := scenarios.LoadSandbox(path)
	if err != nil {
		return nil, err
	}
	return &stage{path, spec}, nil
}

func (a *app) options(vars []scenarios.VarSource) scenarios.Options {
	return scenarios.Options{Catalogs: a.catalogs(), Vars: vars, Env: a.Env}
}

// load reads all the scenarios that the paths mean. With any mistake, all mistakes are printed, and nothing may run.
func (a *app) load(paths []string, vars []scenarios.VarSource, where place) ([]*piece, error) {
	files, err := inOrder(paths)
	if err != nil {
		return nil, a.diagnosed(err)
	}
	policy, err := a.policy()
	var pieces []*piece
	wrong := []error{err}
	for _, file := range files {
		loaded, err := scenarios.Load(file, a.options(vars))
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		a.warn(loaded.Warnings)
		p := &piece{path: file, Scenario: loaded, vars: vars, policy: policy}
		wrong = append(wrong, where(p))
		pieces = append(pieces, p)
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, a.diagnosed(err)
	}
	return pieces, nil
}

// inOrder returns the scenarios that the paths mean, each once, in the order of the paths. Those of a folder are sorted.
func inOrder(paths []string) ([]string, error) {
	var files []string
	var wrong []error
	for _, path := range paths {
		found, err := scenarios.Find([]string{path})
		wrong = append(wrong, err)
		for _, file := range found {
			if !slices.Contains(files, file) {
				files = append(files, file)
			}
		}
	}
	return files, errors.Join(wrong...)
}

// again reads the piece once more, for a play of its own beside others.
func (a *app) again(p *piece) (*piece, error) {
	loaded, err := scenarios.Load(p.path, a.options(p.vars))
	if err != nil {
		return nil, a.diagnosed(err)
	}
	return &piece{path: p.path, Scenario: loaded, stage: p.stage, vars: p.vars, policy: p.policy}, nil
}

func (a *app) loadOne(path string, vars []scenarios.VarSource, where place) (*piece, error) {
	pieces, err := a.load([]string{path}, vars, where)
	if err != nil {
		return nil, err
	}
	if len(pieces) != 1 {
		return nil, misuse("name one of its scenarios", "%s holds %d scenarios, one is meant", path, len(pieces))
	}
	return pieces[0], nil
}

// diagnosed prints the mistakes that an error holds, each with its line, and returns what is left to say: exit code 2.
func (a *app) diagnosed(err error) error {
	if err == nil {
		return nil
	}
	a.ci.diagnosed(err)
	a.mistakes = append(a.mistakes, err)
	for _, one := range flattened(err) {
		if !scenarios.WriteDiagnostics(a.Stderr, one, a.Width, false) {
			explain(a.Stderr, one)
		}
	}
	return ended(experiments.ExitUsage)
}

// unprepared tells mistakes that only the account could show from the world not playing along.
func (a *app) unprepared(err error) error {
	if len(scenarios.Diagnose(err)) > 0 {
		return a.diagnosed(err)
	}
	return err
}

func (a *app) warn(warnings error) {
	if warnings != nil {
		a.ci.diagnosed(warnings)
		scenarios.WriteDiagnostics(a.Stderr, warnings, a.Width, false)
	}
}

func flattened(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, flattened(one)...)
	}
	return all
}

func registerSandbox(verb *cobra.Command, file *string, usage string) {
	verb.Flags().StringVar(file, "sandbox", "", usage)
	completeFiles(verb, "sandbox", "hcl")
}

// completeScenarios offers scenario files and folders, and the names of the library.
func completeScenarios(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	if names := completeLibrary(typed); typed != "" && len(names) > 0 {
		return names, cobra.ShellCompDirectiveNoFileComp
	}
	return []string{"hcl"}, cobra.ShellCompDirectiveFilterFileExt
}
