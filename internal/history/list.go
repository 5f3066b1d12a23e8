package history

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"gameday/internal/journal"
)

// The names in the folder that List is given.
const (
	RunsFolder = "runs"
	IndexFile  = "index.db"
)

// List returns the runs in dir/runs as journal.List does, newest first, but reads only the journals that changed since it
// did so last. What one version of gameday made of a journal another version does not rely on. A dir that is not there is
// empty, and is not made.
func List(dir, version string) ([]journal.Entry, error) {
	folders, err := look(filepath.Join(dir, RunsFolder))
	if err != nil {
		return nil, err
	}
	place := filepath.Join(dir, IndexFile)
	known, err := load(place, version)
	stale := err != nil && len(folders) > 0
	rows := make([]row, len(folders))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, f := range folders {
		if remembered, is := known[f.name]; is && remembered.stamp == f.stamp {
			rows[i] = remembered.at(f)
			continue
		}
		group.Go(func() error {
			rows[i] = row{f.stamp, journal.Look(f.path)}
			return nil
		})
	}
	_ = group.Wait() // what cannot be read says so in its entry
	if stale || changed(known, rows) {
		_ = save(place, version, rows) // without it the next one reads the journals again
	}
	var entries []journal.Entry
	for _, r := range rows {
		entries = append(entries, r.entry)
	}
	slices.SortStableFunc(entries, journal.NewestFirst)
	return entries, nil
}

// folder is the folder of a run, as it is now.
type folder struct {
	name, path string
	stamp      string // of the files that tell whether anything changed
}

func look(runs string) ([]folder, error) {
	found, err := os.ReadDir(runs)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	var folders []folder
	for _, item := range found {
		if !item.IsDir() || strings.HasPrefix(item.Name(), ".") {
			continue
		}
		path := filepath.Join(runs, item.Name())
		// Taken before the journal is read: what is written in between is found the next time.
		stamp := stampOf(filepath.Join(path, journal.EventsFile)) + " " + stampOf(filepath.Join(path, journal.SummaryFile))
		folders = append(folders, folder{item.Name(), path, stamp})
	}
	return folders, nil
}

// stampOf tells versions of a file apart.
func stampOf(path string) string {
	found, err := os.Stat(path)
	if err != nil {
		return "-"
	}
	return fmt.Sprintf("%d/%d", found.ModTime().UnixNano(), found.Size())
}

// row is an entry with the stamp of what it was read from.
type row struct {
	stamp string
	entry journal.Entry
}

// at completes a row from the index with what is not in it.
func (r row) at(f folder) row {
	r.entry.Run, r.entry.Path = f.name, f.path
	r.entry.When = journal.When(f.path, r.entry.Summary)
	return r
}

// changed returns whether the rows are not those that the index holds. Journals that cannot be read are in none: why they
// cannot may pass without a trace in their stamps.
func changed(known map[string]row, rows []row) bool {
	kept := 0
	for _, r := range rows {
		if r.entry.Err != nil {
			continue
		}
		if remembered, is := known[r.entry.Run]; !is || remembered.stamp != r.stamp {
			return true
		}
		kept++
	}
	return kept != len(known)
}
