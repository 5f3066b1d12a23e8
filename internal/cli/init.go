package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"gameday/scenarios"
)

// libraryPrefix is how paths into the library begin.
const libraryPrefix = "library/"

func (a *app) initVerb() *cobra.Command {
	var force bool
	verb := &cobra.Command{
		Use:   "init [library/NAME] [FOLDER]",
		Short: "Start from a ready-made scenario with its sandbox",
		Long: `Copy a scenario of the library, and the sandbox that it is rehearsed in, into a folder; the current one by default. Without a
name, list the library. Files that are there are not overwritten.`,
		Example: `  gameday init
  gameday init library/sqs-backlog game-days
  gameday rehearse game-days`,
		Args:              atMost(2),
		ValidArgsFunction: completeInit,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.listLibrary()
			}
			folder := "."
			if len(args) == 2 {
				folder = args[1]
			}
			return a.copyFromLibrary(args[0], folder, force)
		},
	}
	verb.Flags().BoolVar(&force, "force", false, "overwrite files that are there")
	return verb
}

func (a *app) listLibrary() error {
	table := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	for _, e := range scenarios.Library() {
		fmt.Fprintf(table, "%s%s\t%s\n", libraryPrefix, e.Name, e.Description)
	}
	return table.Flush()
}

func (a *app) copyFromLibrary(name, folder string, force bool) error {
	entry, err := libraryEntry(name)
	if err != nil {
		return err
	}
	scenario, sandbox, err := entry.Texts()
	if err != nil {
		return fmt.Errorf("read the library: %w", err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return misuse("name another folder", "%w", err)
	}
	files := []struct {
		path string
		text []byte
	}{
		{filepath.Join(folder, entry.Name+".hcl"), scenario},
		{filepath.Join(folder, entry.Name+".sandbox.hcl"), sandbox},
	}
	for _, file := range files {
		if _, err := os.Lstat(file.path); err == nil && !force {
			return misuse("--force overwrites it", "%s is there already; nothing was written", file.path)
		}
	}
	for _, file := range files {
		if err := write(file.path, file.text, force); err != nil {
			return err
		}
		fmt.Fprintln(a.Stdout, file.path)
	}
	fmt.Fprintf(a.Stdout, "\nNext: gameday rehearse %s\n", quoted(files[0].path))
	return nil
}

// write makes a file, and overwrites one with force only.
func write(path string, text []byte, force bool) error {
	how := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if force {
		how = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	file, err := os.OpenFile(path, how, 0o644)
	if err != nil {
		return misuse("", "%w", err)
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}

func libraryEntry(name string) (scenarios.Entry, error) {
	var names []string
	for _, e := range scenarios.Library() {
		if e.Name == strings.TrimPrefix(name, libraryPrefix) {
			return e, nil
		}
		names = append(names, libraryPrefix+e.Name)
	}
	hint := `"gameday init" lists the library`
	if near := nearest(libraryPrefix+strings.TrimPrefix(name, libraryPrefix), names); near != "" {
		hint = fmt.Sprintf("did you mean %s?", near)
	}
	return scenarios.Entry{}, misuse(hint, "there is no %s in the library", name)
}

func completeInit(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return completeLibrary(typed), cobra.ShellCompDirectiveNoFileComp
	case 1:
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// completeLibrary offers the scenarios of the library, to whoever began to type one.
func completeLibrary(typed string) []string {
	var names []string
	for _, e := range scenarios.Library() {
		if name := libraryPrefix + e.Name; strings.HasPrefix(name, typed) {
			names = append(names, cobra.CompletionWithDesc(name, e.Description))
		}
	}
	return names
}
