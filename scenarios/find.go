package scenarios

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Find returns the scenario files that paths mean, sorted, each once: a path is a file, a folder whose scenarios are all
// meant (those in its own folders are not), or library/NAME. Its error is a *Diagnostics.
func Find(paths []string) ([]string, error) {
	found := &findings{}
	var all []string
	for _, path := range paths {
		all = append(all, find(path, found)...)
	}
	if failure, _ := found.report(map[string]*hcl.File{}); failure != nil {
		return nil, failure
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

func find(path string, found *findings) []string {
	if isLibrary(path) {
		return libraryFind(path, found)
	}
	file, err := os.Stat(path)
	if err != nil {
		found.add(unreachable(path, err))
		return nil
	}
	if file.IsDir() {
		return findIn(path, found)
	}
	if problem := notAScenario(path); problem != nil {
		found.add(problem)
		return nil
	}
	return []string{filepath.Clean(path)}
}

// findIn returns the scenarios in a folder, links that lead nowhere included.
func findIn(folder string, found *findings) []string {
	entries, err := os.ReadDir(folder)
	if err != nil {
		found.add(unreachable(folder, err))
		return nil
	}
	var all []string
	for _, entry := range entries {
		path := filepath.Join(folder, entry.Name())
		if strings.HasPrefix(entry.Name(), ".") || notAScenario(path) != nil {
			continue
		}
		file, err := os.Stat(path) // what a link leads to
		if err != nil || !file.IsDir() {
			all = append(all, path) // Load says what is wrong with a link, after it has read the others
		}
	}
	if len(all) == 0 && !found.list.HasErrors() {
		found.add(invalid(nowhere(folder), "No scenarios", "There is no NAME.hcl in %q. Folders within a folder are given by themselves.", folder))
	}
	return all
}
