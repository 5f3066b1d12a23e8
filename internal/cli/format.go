package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"gameday/experiments"
	"gameday/scenarios"
)

// formatting are the flags of fmt.
type formatting struct{ check, diff bool }

func (a *app) fmtVerb() *cobra.Command {
	f := &formatting{}
	verb := &cobra.Command{
		Use:   "fmt PATH... | -",
		Short: "Write scenarios in the one canonical layout",
		Long: `Rewrite scenario, sandbox and variable files in the canonical layout, and print the names of those that changed. "-" reads
stdin and writes stdout. With --check nothing is written, and the exit code is 2 if something would be.`,
		Example:           "  gameday fmt game-days\n  gameday fmt --check --diff game-days\n  gameday fmt - < checkout.hcl",
		Args:              atLeastOne("a file, a folder, or -"),
		ValidArgsFunction: completeScenarios,
		RunE: func(_ *cobra.Command, paths []string) error {
			if len(paths) == 1 && paths[0] == "-" {
				return a.formatStdin(f)
			}
			return a.formatFiles(paths, f)
		},
	}
	verb.Flags().BoolVar(&f.check, "check", false, "write nothing; exit with 2 if something would change")
	verb.Flags().BoolVar(&f.diff, "diff", false, "print what changes")
	return verb
}

func (a *app) formatStdin(f *formatting) error {
	text, err := io.ReadAll(a.Stdin)
	if err != nil {
		return fmt.Errorf("read stdin: %w", err)
	}
	formatted, err := scenarios.Format(text, "<stdin>")
	if err != nil {
		return a.diagnosed(err)
	}
	if f.check {
		return a.unformatted(bytes.Equal(text, formatted))
	}
	_, err = a.Stdout.Write(formatted)
	return err
}

func (a *app) formatFiles(paths []string, f *formatting) error {
	files, err := formattable(paths)
	if err != nil {
		return err
	}
	same := true
	var wrong []error
	for _, file := range files {
		changed, err := a.formatFile(file, f)
		if err != nil {
			wrong = append(wrong, err)
		}
		same = same && !changed
	}
	if err := errors.Join(wrong...); err != nil {
		return a.diagnosed(err)
	}
	if f.check {
		return a.unformatted(same)
	}
	return nil
}

// formatFile formats one file and returns whether it changed, or would.
func (a *app) formatFile(path string, f *formatting) (bool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return false, err
	}
	formatted, err := scenarios.Format(text, path)
	if err != nil || bytes.Equal(text, formatted) {
		return false, err
	}
	if f.diff {
		_, _ = a.Stdout.Write(diff.Diff(path, text, path+" (formatted)", formatted))
	} else {
		fmt.Fprintln(a.Stdout, path)
	}
	if f.check {
		return true, nil
	}
	mode := os.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	if err := renameio.WriteFile(path, formatted, mode); err != nil {
		return true, fmt.Errorf("write %s: %w", path, err)
	}
	return true, nil
}

func (a *app) unformatted(same bool) error {
	if same {
		return nil
	}
	return ended(experiments.ExitUsage)
}

// formattable returns the files that are meant: of a folder, every scenario, sandbox and variable file in HCL.
func formattable(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, misuse("", "%w", err)
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, misuse("", "%w", err)
		}
		before := len(files)
		for _, e := range entries {
			if ext := filepath.Ext(e.Name()); !e.IsDir() && (ext == ".hcl" || ext == ".hclvars") {
				files = append(files, filepath.Join(path, e.Name()))
			}
		}
		if len(files) == before {
			return nil, misuse("name a folder that holds .hcl files", "there is nothing to format in %s", path)
		}
	}
	return files, nil
}
