package scenarios

import (
	"embed"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// library is the folder of ready-made scenarios, each beside its sandbox.
//
//go:embed library/*.hcl
var library embed.FS

const (
	libraryPrefix = "library/"
	verdictLine   = "Expected verdict:"
)

// Entry is one ready-made scenario.
type Entry struct {
	Name        string // what follows library/
	Description string // the first sentence of its header
	Verdict     string // the verdict of rehearsing it with its own sandbox
	Path        string // library/NAME.hcl, which Load takes
	Sandbox     string // library/NAME.sandbox.hcl, which LoadSandbox takes
}

// Library returns the ready-made scenarios, sorted by name.
func Library() []Entry {
	var all []Entry
	for _, name := range libraryNames() {
		file := libraryPrefix + name + ".hcl"
		text, err := library.ReadFile(file)
		if err != nil {
			continue // it was listed a moment ago, and is part of the program
		}
		entry := Entry{Name: name, Path: file, Sandbox: SandboxFor(file)}
		entry.Description, entry.Verdict = introduction(string(text))
		all = append(all, entry)
	}
	return all
}

// Texts returns the text of the scenario and of its sandbox.
func (e Entry) Texts() (scenario, sandbox []byte, err error) {
	if scenario, err = library.ReadFile(e.Path); err != nil {
		return nil, nil, err
	}
	sandbox, err = library.ReadFile(e.Sandbox)
	return scenario, sandbox, err
}

// introduction reads the comment with which a scenario begins: its first paragraph, and the verdict that it says to expect.
func introduction(text string) (description, verdict string) {
	var first []string
	open := true
	for line := range strings.Lines(text) {
		comment, its := strings.CutPrefix(strings.TrimSpace(line), "#")
		if !its {
			break
		}
		comment = strings.TrimSpace(comment)
		if found, its := strings.CutPrefix(comment, verdictLine); its {
			verdict = strings.TrimSpace(found)
			continue
		}
		open = open && comment != ""
		if open {
			first = append(first, comment)
		}
	}
	return strings.Join(first, " "), verdict
}

func libraryNames() []string {
	entries, err := fs.ReadDir(library, "library")
	if err != nil {
		return nil
	}
	var names []string
	for _, entry := range entries {
		name, its := strings.CutSuffix(entry.Name(), ".hcl")
		if its && !strings.HasSuffix(name, ".sandbox") {
			names = append(names, name)
		}
	}
	return names
}

// isLibrary says whether a path means the library: it looks so, and the disk has no such path.
func isLibrary(name string) bool {
	clean := filepath.ToSlash(filepath.Clean(name))
	if clean != "library" && !strings.HasPrefix(clean, libraryPrefix) {
		return false
	}
	_, err := os.Lstat(name)
	return err != nil
}

// libraryPath completes library/NAME to library/NAME.hcl. Other paths stay as they are.
func libraryPath(name string) string {
	if !isLibrary(name) || strings.HasSuffix(name, ".hcl") || path.Clean(name) == "library" {
		return name
	}
	return path.Clean(filepath.ToSlash(name)) + ".hcl"
}

// libraryFile returns the embedded file that a path means.
func libraryFile(name string) (string, bool) {
	if !isLibrary(name) {
		return "", false
	}
	return path.Clean(filepath.ToSlash(libraryPath(name))), true
}

func libraryFind(name string, found *findings) []string {
	if path.Clean(name) == "library" {
		var all []string
		for _, entry := range Library() {
			all = append(all, entry.Path)
		}
		return all
	}
	file := libraryPath(name)
	if problem := notAScenario(file); problem != nil {
		found.add(problem)
		return nil
	}
	if _, problem := read(file); problem != nil {
		found.add(problem)
		return nil
	}
	return []string{path.Clean(file)}
}
