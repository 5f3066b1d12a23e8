package history

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/journal"
)

func TestRunsAreFoundByWhatPeopleType(t *testing.T) {
	dir := t.TempDir()
	ids := []string{"20261120-021200-4f9a", "20261121-021200-77c1", "20261122-021200-77d2"}
	for day, id := range ids {
		keep(t, dir, id, experiments.ModeRun, day, time.Second)
	}
	elsewhere := keep(t, t.TempDir(), "20250101-000000-aaaa", experiments.ModeRun, -600, time.Second)
	require.NoError(t, os.Mkdir(filepath.Join(dir, RunsFolder, "zz-broken"), 0o700))
	entries := list(t, dir)
	runs := filepath.Join(dir, RunsFolder)

	for name, want := range map[string]string{
		"latest": ids[2], "latest~0": ids[2], "latest~1": ids[1], "latest~2": ids[0],
		ids[0]: ids[0], "20261121": ids[1], "4f9a": ids[0], "77d": ids[2], "4": ids[0],
		filepath.Join(runs, ids[1]): ids[1], filepath.Join(runs, ids[1], journal.EventsFile): ids[1],
	} {
		place, err := Find(entries, runs, name)
		if assert.NoError(t, err, name) {
			assert.Equal(t, filepath.Join(runs, want), place, name)
		}
	}
	place, err := Find(entries, runs, elsewhere)
	require.NoError(t, err)
	assert.Equal(t, elsewhere, place, "a folder need not be among those that are kept")

	for name, want := range map[string]string{
		"77":        `find run "77": 2 runs are called so: 20261122-021200-77d2, 20261121-021200-77c1`,
		"latest~3":  `find run "latest~3": there are only 3 to count back from`,
		"latest~x":  `find run "latest~x": "x" is no number`,
		"latest~":   `find run "latest~": "" is no number`,
		"latest~-1": `find run "latest~-1": "-1" is no number`,
		"latest~+1": `find run "latest~+1": "+1" is no number`,
	} {
		_, err := Find(entries, runs, name)
		var unclear *NameError
		if assert.ErrorAs(t, err, &unclear, name) {
			assert.Equal(t, want, unclear.Error())
			assert.NotEmpty(t, unclear.Hint())
		}
	}
	for _, name := range []string{"", "nobody", "0212", "../runs"} {
		_, err := Find(entries, runs, name)
		var unknown *journal.NotFoundError
		assert.ErrorAs(t, err, &unknown, name)
	}
}

func TestErrorsNameAFewRunsOnly(t *testing.T) {
	var entries []journal.Entry
	for _, id := range []string{"a-1", "a-2", "a-3", "a-4", "a-5", "a-6"} {
		entries = append(entries, journal.Entry{Run: id})
	}
	_, err := Find(entries, t.TempDir(), "a-")
	require.EqualError(t, err, `find run "a-": 6 runs are called so: a-1, a-2, a-3, a-4, a-5, …`)
}
