package history

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"gameday/experiments"
	"gameday/internal/journal"
)

const version = "v1.2.3"

var began = time.Date(2026, 11, 22, 2, 12, 0, 0, time.UTC)

// tell returns the journal of a run whose only assertion took so long, started so many days after the first.
func tell(run string, mode experiments.Mode, day int, took time.Duration) []experiments.Record {
	within := experiments.Millis(time.Minute)
	verdict, code := experiments.Passed, experiments.ExitPassed
	var reason experiments.Reason
	if experiments.Millis(took) > within {
		verdict, code, reason = experiments.Failed, experiments.ExitFailed, experiments.Late
	}
	latency := experiments.Latency{Min: experiments.Millis(took), Max: experiments.Millis(took)}
	events := []experiments.Event{
		experiments.RunStarted{Format: "gameday.events/1", Run: run, Mode: mode, Scenario: "checkout", SHA256: fmt.Sprint("text of ", day)},
		experiments.PlanMade{Assertions: []experiments.Block{
			{Name: "backlog_alarm", Kind: "cloudwatch_alarm", Since: "inject.flood", Within: within},
		}},
		experiments.AssertionDecided{Name: "backlog_alarm", Verdict: verdict, Reason: reason, Latency: &latency, Observed: "ALARM"},
		experiments.RunFinished{Verdict: verdict, ExitCode: code, APICalls: map[string]int{"cloudwatch:DescribeAlarms": 12}},
	}
	var records []experiments.Record
	for i, e := range events {
		at := began.AddDate(0, 0, day).Add(time.Duration(i)*time.Second + time.Duration(i)*time.Microsecond)
		records = append(records, experiments.Record{Seq: i + 1, Time: at, Event: e})
	}
	return records
}

// keep writes the folder of a run, with its files as old as the run.
func keep(t testing.TB, dir, run string, mode experiments.Mode, day int, took time.Duration) string {
	t.Helper()
	folder, err := journal.Rehearsal(filepath.Join(dir, RunsFolder), run)
	require.NoError(t, err)
	for _, r := range tell(run, mode, day, took) {
		require.NoError(t, folder.Append(r))
	}
	require.NoError(t, folder.Commit())
	require.NoError(t, folder.Close())
	age(t, folder.Path(), day)
	return folder.Path()
}

func age(t testing.TB, place string, day int) {
	t.Helper()
	at := began.AddDate(0, 0, day)
	require.NoError(t, os.Chtimes(filepath.Join(place, journal.EventsFile), at, at))
}

// week keeps seven runs, from the oldest to the newest, and returns the folder that --dir names.
func week(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "it's 100% #1?")
	for day := range 7 {
		mode := []experiments.Mode{experiments.ModeRun, experiments.ModeRehearse}[day%2]
		keep(t, dir, fmt.Sprintf("run-%d", day), mode, day, time.Duration(day+55)*time.Second)
	}
	return dir
}

// truth is what the journals say.
func truth(t testing.TB, dir string) []journal.Entry {
	t.Helper()
	entries, err := journal.List(filepath.Join(dir, RunsFolder))
	require.NoError(t, err)
	return entries
}

func list(t testing.TB, dir string) []journal.Entry {
	t.Helper()
	entries, err := List(dir, version)
	require.NoError(t, err)
	return entries
}

// forge changes the index so that an answer from it can be told from one from the journals.
func forge(t testing.TB, dir string) {
	t.Helper()
	place := filepath.Join(dir, IndexFile)
	known, err := load(place, version)
	require.NoError(t, err)
	var rows []row
	for _, r := range known {
		r.entry.Summary.Scenario = "from the index"
		rows = append(rows, r)
	}
	require.NoError(t, save(place, version, rows))
}

// remembered are the runs that are answered for by a forged index.
func remembered(entries []journal.Entry) []string {
	runs := []string{}
	for _, e := range entries {
		if e.Summary.Scenario == "from the index" {
			runs = append(runs, e.Run)
		}
	}
	return runs
}

func TestTheIndexSaysWhatTheJournalsSay(t *testing.T) {
	dir := week(t)
	want := truth(t, dir)
	require.Len(t, want, 7)
	require.Equal(t, want, list(t, dir), "without an index")
	require.Equal(t, want, list(t, dir), "from the index")

	forge(t, dir)
	assert.Len(t, remembered(list(t, dir)), 7, "nothing changed, so no journal is read")
}

func TestTheIndexIsForItsOwnerOnly(t *testing.T) {
	dir := week(t)
	list(t, dir)
	found, err := os.Stat(filepath.Join(dir, IndexFile))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), found.Mode().Perm())
	names, err := filepath.Glob(filepath.Join(dir, ".*"))
	require.NoError(t, err)
	assert.Empty(t, names, "nothing is left beside it")
}

func TestOnlyWhatChangedIsReadAgain(t *testing.T) {
	all := []string{"run-6", "run-5", "run-4", "run-3", "run-2", "run-1", "run-0"}
	without := func(gone string) []string {
		var rest []string
		for _, run := range all {
			if run != gone {
				rest = append(rest, run)
			}
		}
		return rest
	}
	for name, c := range map[string]struct {
		change func(t *testing.T, dir string)
		want   []string // answered for by the index
	}{
		"a run is added":   {func(t *testing.T, dir string) { keep(t, dir, "run-7", experiments.ModeRun, 7, time.Second) }, all},
		"a run is removed": {func(t *testing.T, dir string) { require.NoError(t, os.RemoveAll(filepath.Join(dir, "runs/run-3"))) }, without("run-3")},
		"a journal grows": {func(t *testing.T, dir string) {
			folder, records, err := journal.Open(filepath.Join(dir, RunsFolder), "run-2")
			require.NoError(t, err)
			require.NoError(t, folder.Append(experiments.Record{Seq: len(records) + 1, Time: began, Event: experiments.RunFinished{Verdict: experiments.Failed}}))
			require.NoError(t, folder.Close())
			age(t, folder.Path(), 2)
		}, without("run-2")},
		"a rehearsal is replaced": {func(t *testing.T, dir string) {
			keep(t, dir, "run-5", experiments.ModeRehearse, 8, 12*time.Second)
		}, without("run-5")},
		"a file is touched": {func(t *testing.T, dir string) { age(t, filepath.Join(dir, "runs/run-1"), 1000) }, without("run-1")},
		"a summary appears": {func(t *testing.T, dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "runs/run-4", journal.SummaryFile), []byte("{}"), 0o600))
		}, without("run-4")},
	} {
		t.Run(name, func(t *testing.T) {
			dir := week(t)
			list(t, dir)
			forge(t, dir)
			c.change(t, dir)
			first := list(t, dir)
			assert.Equal(t, c.want, remembered(first))
			assert.Len(t, first, len(truth(t, dir)))
			assert.Equal(t, c.want, remembered(list(t, dir)), "and the index is up to date")
			assert.False(t, changed(mustLoad(t, dir), rowsOf(t, dir)))
		})
	}
}

func mustLoad(t *testing.T, dir string) map[string]row {
	known, err := load(filepath.Join(dir, IndexFile), version)
	require.NoError(t, err)
	return known
}

func rowsOf(t *testing.T, dir string) []row {
	folders, err := look(filepath.Join(dir, RunsFolder))
	require.NoError(t, err)
	var rows []row
	for _, f := range folders {
		rows = append(rows, row{f.stamp, journal.Look(f.path)})
	}
	return rows
}

func TestAnIndexThatCannotBeReliedOnIsMadeAnew(t *testing.T) {
	change := func(statement string) func(*testing.T, string) {
		return func(t *testing.T, place string) {
			db, err := open(place, nil)
			require.NoError(t, err)
			_, err = db.Exec(statement)
			require.NoError(t, err)
			require.NoError(t, db.Close())
		}
	}
	whole := func(edit func([]byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, place string) {
			text, err := os.ReadFile(place)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(place, edit(text), 0o600))
		}
	}
	for name, spoil := range map[string]func(t *testing.T, place string){
		"it is gone":             func(t *testing.T, place string) { require.NoError(t, os.Remove(place)) },
		"it is empty":            whole(func([]byte) []byte { return nil }),
		"it is no database":      whole(func([]byte) []byte { return []byte(strings.Repeat("all work and no play ", 500)) }),
		"it is cut short":        whole(func(text []byte) []byte { return text[:len(text)/2] }),
		"it is cut after a page": whole(func(text []byte) []byte { return text[:4096] }),
		"a summary was changed":  whole(func(text []byte) []byte { return []byte(strings.ReplaceAll(string(text), `"checkout"`, `"CHECKOUT"`)) }),
		"the middle is zeros": whole(func(text []byte) []byte {
			return append(append(text[:4096:4096], make([]byte, 4096)...), text[8192:]...)
		}),
		"its format is another":   change("UPDATE written SET format = 0"),
		"its version is another":  change("UPDATE written SET gameday = 'v0.0.1'"),
		"it says of no version":   change("DELETE FROM written"),
		"a table is missing":      change("DROP TABLE runs"),
		"a row lies":              change(`UPDATE runs SET stamp = '1/1 -'`),
		"a row is no summary":     change(`UPDATE runs SET summary = 'nonsense'`),
		"a run has another's row": change(`UPDATE runs SET run = 'run-9' WHERE run = 'run-1'`),
	} {
		t.Run(name, func(t *testing.T) {
			dir := week(t)
			list(t, dir)
			place := filepath.Join(dir, IndexFile)
			spoil(t, place)
			assert.Equal(t, truth(t, dir), list(t, dir))
			known, err := load(place, version)
			require.NoError(t, err, "it is whole again")
			assert.Len(t, known, 7)
		})
	}
}

func TestWhereNoIndexCanBeWrittenTheJournalsAnswer(t *testing.T) {
	for name, block := range map[string]func(t *testing.T, dir string){
		"a folder is in its place": func(t *testing.T, dir string) {
			require.NoError(t, os.MkdirAll(filepath.Join(dir, IndexFile, "full"), 0o700))
		},
		"the folder is read-only": func(t *testing.T, dir string) {
			if os.Geteuid() == 0 {
				t.Skip("root may write everywhere")
			}
			require.NoError(t, os.Chmod(dir, 0o500))
			t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := week(t)
			block(t, dir)
			for range 2 {
				assert.Equal(t, truth(t, dir), list(t, dir))
			}
			left, err := filepath.Glob(filepath.Join(dir, hidden+"*"))
			require.NoError(t, err)
			assert.Empty(t, left)
		})
	}
}

func TestJournalsThatCannotBeReadAreListedAndNotRemembered(t *testing.T) {
	dir := week(t)
	broken := filepath.Join(dir, "runs/run-3", journal.EventsFile)
	require.NoError(t, os.WriteFile(broken, []byte("nonsense\n"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "runs/empty"), 0o700))
	for range 2 {
		entries := list(t, dir)
		assert.Equal(t, truth(t, dir), entries)
		assert.Len(t, entries, 8)
	}
	assert.Len(t, mustLoad(t, dir), 6)
}

func TestListingMakesNothingWhereThereIsNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "no", "such")
	assert.Empty(t, list(t, dir))
	assert.NoDirExists(t, dir)

	dir = t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, RunsFolder), 0o700))
	assert.Empty(t, list(t, dir))
	assert.NoFileExists(t, filepath.Join(dir, IndexFile))

	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))
	_, err := List(filepath.Join(dir, "file"), version)
	require.ErrorContains(t, err, "list runs")
}

func TestManyAtATimeSeeWholeIndexes(t *testing.T) {
	dir := week(t)
	want := truth(t, dir)
	var group errgroup.Group
	for i := range 8 {
		group.Go(func() error {
			for range 10 {
				entries, err := List(dir, fmt.Sprint("v", i%2)) // each takes the other's for another version's
				if err != nil || !assert.Equal(t, want, entries) {
					return fmt.Errorf("list: %w", err)
				}
			}
			return nil
		})
	}
	require.NoError(t, group.Wait())
	left, err := filepath.Glob(filepath.Join(dir, hidden+"*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestWhatDeadProcessesLeftIsRemoved(t *testing.T) {
	dir := week(t)
	old, young := filepath.Join(dir, hidden+"1"), filepath.Join(dir, hidden+"2")
	for _, path := range []string{old, young} {
		require.NoError(t, os.WriteFile(path, nil, 0o600))
	}
	require.NoError(t, os.Chtimes(old, began, began.Add(-1000*abandoned)))
	list(t, dir)
	assert.NoFileExists(t, old)
	assert.FileExists(t, young, "somebody may be writing it")
}
