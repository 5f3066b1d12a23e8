package journal

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gameday/experiments"
)

// Entry is a run folder in a list.
type Entry struct {
	Run     string
	Path    string
	When    time.Time // a run: when it started; a rehearsal, whose own time is made up: when it was written
	Summary experiments.Summary
	Err     error // why it cannot be read
}

// List returns the runs in dir, newest first. Folders that cannot be read are listed with an error. A dir that is not
// there is empty.
func List(dir string) ([]Entry, error) {
	found, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	var entries []Entry
	for _, item := range found {
		if item.IsDir() && !strings.HasPrefix(item.Name(), ".") {
			entries = append(entries, entry(filepath.Join(dir, item.Name())))
		}
	}
	slices.SortStableFunc(entries, func(a, b Entry) int {
		return cmp.Or(b.When.Compare(a.When), cmp.Compare(b.Run, a.Run))
	})
	return entries, nil
}

func entry(place string) Entry {
	e := Entry{Run: filepath.Base(place), Path: place}
	path := filepath.Join(place, EventsFile)
	if info, err := os.Stat(path); err == nil {
		e.When = info.ModTime()
	}
	records, err := readFile(path)
	if err != nil {
		e.Err = err
		return e
	}
	e.Summary = experiments.Summarize(records)
	if e.Summary.Mode == experiments.ModeRun {
		e.When = e.Summary.Started
	}
	return e
}

// Memory is an experiments.Journal that keeps records in memory only.
type Memory struct{ Records []experiments.Record }

// Append keeps the record.
func (m *Memory) Append(r experiments.Record) error {
	m.Records = append(m.Records, r)
	return nil
}
