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
	SHA256  string // of the scenario's text
	Err     error  // why it cannot be read
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
			entries = append(entries, Look(filepath.Join(dir, item.Name())))
		}
	}
	slices.SortStableFunc(entries, NewestFirst)
	return entries, nil
}

// NewestFirst compares entries in the order in which they are listed.
func NewestFirst(a, b Entry) int {
	return cmp.Or(b.When.Compare(a.When), cmp.Compare(b.Run, a.Run))
}

// Look returns the entry of a run folder.
func Look(place string) Entry {
	e := Entry{Run: filepath.Base(place), Path: place}
	records, err := readFile(filepath.Join(place, EventsFile))
	if err != nil {
		e.When, e.Err = When(place, experiments.Summary{}), err
		return e
	}
	e.SHA256 = records[0].Event.(experiments.RunStarted).SHA256
	e.Summary = experiments.Summarize(records)
	e.When = When(place, e.Summary)
	return e
}

// When returns the time of a run in a list; zero where there is no journal.
func When(place string, s experiments.Summary) time.Time {
	if s.Mode == experiments.ModeRun {
		return s.Started
	}
	info, err := os.Stat(filepath.Join(place, EventsFile))
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// Memory is an experiments.Journal that keeps records in memory only.
type Memory struct{ Records []experiments.Record }

// Append keeps the record.
func (m *Memory) Append(r experiments.Record) error {
	m.Records = append(m.Records, r)
	return nil
}
