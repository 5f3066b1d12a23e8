package journal

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gameday/experiments"
)

// rehearse writes the folder of a rehearsal of n records, with a summary.
func rehearse(t *testing.T, dir string, n int) *Folder {
	t.Helper()
	f, err := Rehearsal(dir, runID)
	require.NoError(t, err)
	fill(t, f, someRecords(experiments.ModeRehearse, n))
	require.NoError(t, f.Write(SummaryFile, []byte("{}\n")))
	return f
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	found, err := os.ReadDir(dir)
	require.NoError(t, err)
	all := []string{}
	for _, f := range found {
		all = append(all, f.Name())
	}
	return all
}

func TestARehearsalIsThereOnceItIsCommitted(t *testing.T) {
	dir := t.TempDir()
	f := rehearse(t, dir, 5)
	require.Equal(t, filepath.Join(dir, runID), f.Path())
	require.NoDirExists(t, f.Path())
	require.NoError(t, f.Commit())
	require.NoError(t, f.Write(JUnitFile, []byte("<x/>")))
	require.NoError(t, f.Close())
	require.Equal(t, []string{runID}, names(t, dir))
	require.Equal(t, []string{EventsFile, JUnitFile, SummaryFile}, names(t, f.Path()))
	records, err := Read(dir, runID)
	require.NoError(t, err)
	require.Equal(t, someRecords(experiments.ModeRehearse, 5), records)
}

func TestTheSameRehearsalWritesTheSameBytesAndReplacesTheOlder(t *testing.T) {
	dir := t.TempDir()
	var bytes [2]string
	for i := range bytes {
		f := rehearse(t, dir, 5)
		require.NoError(t, f.Commit())
		require.NoError(t, f.Close())
		text, err := os.ReadFile(filepath.Join(f.Path(), EventsFile))
		require.NoError(t, err)
		bytes[i] = string(text)
		if i == 0 {
			require.NoError(t, os.WriteFile(filepath.Join(f.Path(), "stale"), nil, 0o600))
		}
	}
	require.Equal(t, bytes[0], bytes[1])
	require.Equal(t, []string{runID}, names(t, dir))
	require.Equal(t, []string{EventsFile, SummaryFile}, names(t, filepath.Join(dir, runID)))
}

func TestReplacingWithoutTheHelpOfTheSystemKeepsTheNewFolder(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	require.NoError(t, os.MkdirAll(filepath.Join(a, "new"), 0o700))
	require.NoError(t, os.MkdirAll(filepath.Join(b, "old"), 0o700))
	require.NoError(t, exchangeByRename(a, b))
	require.Equal(t, []string{"old"}, names(t, a))
	require.Equal(t, []string{"new"}, names(t, b))
	require.Equal(t, []string{"a", "b"}, names(t, dir))
}

func TestARehearsalThatIsNotCommittedLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, rehearse(t, dir, 3).Close())
	require.Empty(t, names(t, dir))
}

func TestARehearsalNeverReplacesTheJournalOfARunNorAnythingElse(t *testing.T) {
	dir, events := aRun(t, 3)
	_, err := Rehearsal(dir, runID)
	require.ErrorContains(t, err, "it is the folder of a run")
	require.FileExists(t, events)

	require.NoError(t, os.Mkdir(filepath.Join(dir, "other"), 0o700))
	_, err = Rehearsal(dir, "other")
	require.ErrorContains(t, err, "it is not the folder of a rehearsal")
}

func TestFilesAreWrittenWholeAndOnlyIntoTheFolder(t *testing.T) {
	dir := t.TempDir()
	f, err := Create(dir, runID)
	require.NoError(t, err)
	defer f.Close()
	for _, content := range []string{"one", "two, longer", ""} {
		require.NoError(t, f.Write(SummaryFile, []byte(content)))
		text, err := os.ReadFile(filepath.Join(f.Path(), SummaryFile))
		require.NoError(t, err)
		require.Equal(t, content, string(text))
	}
	info, err := os.Stat(filepath.Join(f.Path(), SummaryFile))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	for _, name := range []string{EventsFile, "", ".", "..", "../x", "a/b", ".hidden"} {
		require.Error(t, f.Write(name, nil), "%q", name)
	}
	require.Equal(t, []string{EventsFile, SummaryFile}, names(t, f.Path()))
}

func TestAListIsNewestFirstAndTellsOfBrokenFolders(t *testing.T) {
	dir := t.TempDir()
	for i, id := range []string{"20261120-000000-aaaa", "20261121-000000-bbbb"} {
		f, err := Create(dir, id)
		require.NoError(t, err)
		records := someRecords(experiments.ModeRun, 5)
		started := records[0].Event.(experiments.RunStarted)
		started.Run = id
		records[0].Event, records[0].Time = started, start.AddDate(0, 0, i-2)
		fill(t, f, records)
		require.NoError(t, f.Close())
	}
	f := rehearse(t, dir, 1)
	require.NoError(t, f.Commit())
	require.NoError(t, f.Close())
	wrote := start.AddDate(0, 0, 1)
	require.NoError(t, os.Chtimes(filepath.Join(f.Path(), EventsFile), wrote, wrote))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "broken"), 0o700))
	require.NoError(t, os.Mkdir(filepath.Join(dir, ".hidden"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))

	entries, err := List(dir)
	require.NoError(t, err)
	var runs []string
	for _, e := range entries {
		runs = append(runs, e.Run)
	}
	require.Equal(t, []string{runID, "20261121-000000-bbbb", "20261120-000000-aaaa", "broken"}, runs)
	require.Error(t, entries[3].Err)
	require.NoError(t, entries[1].Err)
	require.Equal(t, experiments.NotReverted, entries[1].Summary.Verdict)
	require.True(t, entries[1].When.Equal(start.Add(-24*time.Hour)))
}

func TestAListOfNoFolderIsEmpty(t *testing.T) {
	entries, err := List(filepath.Join(t.TempDir(), "nowhere"))
	require.NoError(t, err)
	require.Empty(t, entries)
}

func TestMemoryKeepsWhatAFolderWould(t *testing.T) {
	var m Memory
	for _, r := range someRecords(experiments.ModeRehearse, 5) {
		require.NoError(t, m.Append(r))
	}
	require.Equal(t, someRecords(experiments.ModeRehearse, 5), m.Records)
}

func FuzzReadingAJournalNeverPanicsAndCountsOnlyWholeRecords(f *testing.F) {
	var whole strings.Builder
	for _, r := range someRecords(experiments.ModeRun, 5) {
		line, err := r.MarshalJSON()
		if err != nil {
			f.Fatal(err)
		}
		whole.Write(append(line, '\n'))
	}
	f.Add(whole.String())
	var summed strings.Builder
	for n, r := range someRecords(experiments.ModeRun, 5) {
		line, err := lineOf(r, n, runID)
		require.NoError(f, err)
		summed.Write(line)
	}
	f.Add(summed.String())
	f.Add("")
	f.Add("\x00\n")
	f.Fuzz(func(t *testing.T, text string) {
		read, err := readJournal(strings.NewReader(text), "events.jsonl")
		if err != nil {
			return
		}
		for i, r := range read.records {
			require.Equal(t, i+1, r.Seq)
		}
	})
}
