package history

import (
	"fmt"
	"strconv"
	"strings"

	"gameday/internal/journal"
)

// latest is the name of the newest run; latest~2 is the second before it.
const latest = "latest"

// NameError says why a name does not mean one run.
type NameError struct {
	text string
	hint string
}

// Error says what is wrong with the name.
func (e *NameError) Error() string { return e.text }

// Hint says what to name instead.
func (e *NameError) Hint() string { return e.hint }

// Find returns the folder of the run that is meant by a name: an id or the path of a folder, as journal.Find does; latest or
// latest~N among the entries, which are newest first; or the beginning of an id, or of its last part, if only one run has it.
func Find(entries []journal.Entry, runs, name string) (string, error) {
	if name == latest || strings.HasPrefix(name, latest+"~") {
		return back(entries, name)
	}
	place, err := journal.Find(runs, name)
	if err == nil || name == "" {
		return place, err
	}
	var found []journal.Entry
	for _, e := range entries {
		last := e.Run[strings.LastIndexByte(e.Run, '-')+1:]
		if strings.HasPrefix(e.Run, name) || strings.HasPrefix(last, name) {
			found = append(found, e)
		}
	}
	switch len(found) {
	case 0:
		return "", err
	case 1:
		return found[0].Path, nil
	}
	return "", unclear(name, found)
}

// back counts back from the newest run that can be read.
func back(entries []journal.Entry, name string) (string, error) {
	steps := 0
	if _, count, counted := strings.Cut(name, "~"); counted {
		var err error
		if steps, err = strconv.Atoi(count); err != nil || steps < 0 || count[0] == '+' {
			return "", &NameError{fmt.Sprintf("find run %q: %q is no number", name, count), "latest~1 is the run before the latest"}
		}
	}
	there := 0
	for _, e := range entries {
		if e.Err != nil {
			continue
		}
		if there == steps {
			return e.Path, nil
		}
		there++
	}
	return "", &NameError{fmt.Sprintf("find run %q: there are only %d to count back from", name, there), `"gameday runs" lists the runs`}
}

// shown is how many runs an error names.
const shown = 5

func unclear(name string, found []journal.Entry) error {
	var ids []string
	for _, e := range found[:min(len(found), shown)] {
		ids = append(ids, e.Run)
	}
	if len(found) > shown {
		ids = append(ids, "…")
	}
	return &NameError{
		fmt.Sprintf("find run %q: %d runs are called so: %s", name, len(found), strings.Join(ids, ", ")),
		"type more of the id; its last part alone does, too",
	}
}
