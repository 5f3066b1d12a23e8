package journal

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
)

const runID = "20261122-021200-4f9a"

var start = time.Date(2026, 11, 22, 2, 12, 0, 0, time.UTC)

// someRecords are the first n records of a run.
func someRecords(mode experiments.Mode, n int) []experiments.Record {
	events := []experiments.Event{
		experiments.RunStarted{Format: eventsFormat, Run: runID, Mode: mode, Scenario: "checkout", Text: "scenario \"x\" {}\n"},
		experiments.FaultInjecting{Name: "flood"},
		experiments.FaultReverting{Name: "flood"},
		experiments.FaultRevertFailed{Name: "flood", Error: "no \u2028 luck\n\x1b[31m"},
		experiments.RunFinished{Verdict: experiments.Passed, Leftovers: []experiments.Leftover{}, APICalls: map[string]int{}},
	}
	var records []experiments.Record
	for i, e := range events[:n] {
		records = append(records, experiments.Record{Seq: i + 1, Time: start.Add(time.Duration(i) * time.Second), Event: e})
	}
	return records
}

func fill(t *testing.T, f *Folder, records []experiments.Record) {
	t.Helper()
	for _, r := range records {
		require.NoError(t, f.Append(r))
	}
}

// aRun makes a run of n records in a new dir and returns the dir and its events file.
func aRun(t *testing.T, n int) (dir, events string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "runs")
	f, err := Create(dir, runID)
	require.NoError(t, err)
	fill(t, f, someRecords(experiments.ModeRun, n))
	require.NoError(t, f.Close())
	return dir, filepath.Join(dir, runID, EventsFile)
}

func rewrite(t *testing.T, path string, change func(string) string) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, []byte(change(string(text))), 0o600))
}

func TestARunIsReadBackAsItWasWritten(t *testing.T) {
	dir, events := aRun(t, 5)
	for _, run := range []string{runID, filepath.Join(dir, runID), events} {
		records, err := Read(dir, run)
		require.NoError(t, err)
		require.Equal(t, someRecords(experiments.ModeRun, 5), records)
	}
}

func TestARecordIsInTheFileWhenAppendReturns(t *testing.T) {
	dir := t.TempDir()
	f, err := Create(dir, runID)
	require.NoError(t, err)
	defer f.Close()
	for n, r := range someRecords(experiments.ModeRun, 5) {
		require.NoError(t, f.Append(r))
		records, err := Read(dir, runID)
		require.NoError(t, err)
		require.Len(t, records, n+1)
	}
}

func TestOnlyTheOwnerMayReadARun(t *testing.T) {
	dir, events := aRun(t, 1)
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Dir(events): 0o700, events: 0o600} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, want, info.Mode().Perm(), path)
	}
}

func TestCreateRefusesARunThatExistsAndTouchesNothing(t *testing.T) {
	dir, events := aRun(t, 3)
	before, err := os.ReadFile(events)
	require.NoError(t, err)
	_, err = Create(dir, runID)
	require.ErrorContains(t, err, "exists already")
	after, err := os.ReadFile(events)
	require.NoError(t, err)
	require.Equal(t, before, after)
}

func TestRunIDsThatAreNoPlainNamesAreRefused(t *testing.T) {
	dir := t.TempDir()
	for _, run := range []string{"", ".", "..", "../x", "a/b", `a\b`, ".hidden", "a b", "a\x00", "é", strings.Repeat("a", 129)} {
		_, err := Create(filepath.Join(dir, "runs"), run)
		assert.ErrorContains(t, err, "run id", "%q", run)
		_, err = Rehearsal(filepath.Join(dir, "runs"), run)
		assert.ErrorContains(t, err, "run id", "%q", run)
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestCreateFailsAtOnceWhereItCannotWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for _, dir := range []string{file, filepath.Join(file, "runs")} {
		_, err := Create(dir, runID)
		require.ErrorContains(t, err, "create folder for runs")
		_, err = Rehearsal(dir, runID)
		require.ErrorContains(t, err, "create folder for runs")
	}
}

func TestATornLastLineIsIgnoredWhereverItIsTorn(t *testing.T) {
	dir, events := aRun(t, 5)
	whole, err := os.ReadFile(events)
	require.NoError(t, err)
	lines := strings.SplitAfter(string(whole), "\n")
	start := len(whole) - len(lines[4])
	for cut := start; cut < len(whole)-1; cut++ {
		require.NoError(t, os.WriteFile(events, whole[:cut], 0o600))
		records, err := Read(dir, runID)
		require.NoError(t, err, "cut at %d", cut)
		require.Len(t, records, 4, "cut at %d", cut)
	}
	require.NoError(t, os.WriteFile(events, whole[:len(whole)-1], 0o600))
	records, err := Read(dir, runID)
	require.NoError(t, err)
	require.Len(t, records, 5, "a record that lacks nothing but its newline counts")
}

func TestZerosWhereTheLastLineWasToBeAreATornLine(t *testing.T) {
	for _, zeros := range []string{"\x00\x00\x00", `{"v":1,"se` + "\x00\x00\x00\n"} {
		dir, events := aRun(t, 3)
		rewrite(t, events, func(text string) string { return text + zeros })
		records, err := Read(dir, runID)
		require.NoError(t, err)
		require.Len(t, records, 3)
	}
}

func TestABrokenJournalIsAnErrorThatNamesTheLine(t *testing.T) {
	line := func(text string, n int) string { return strings.SplitAfter(text, "\n")[n-1] }
	for name, c := range map[string]struct {
		change func(string) string
		want   string
	}{
		"garbage in the middle": {func(s string) string { return strings.Replace(s, line(s, 2), "garbage\n", 1) }, "line 2: "},
		"zeros in the middle":   {func(s string) string { return strings.Replace(s, line(s, 2), "\x00\x00\n", 1) }, "line 2: "},
		"an empty line":         {func(s string) string { return strings.Replace(s, line(s, 2), "\n", 1) }, "line 2: "},
		"garbage at the end":    {func(s string) string { return s + "garbage\n" }, "line 6: "},
		"a doubled line":        {func(s string) string { return strings.Replace(s, line(s, 3), line(s, 3)+line(s, 3), 1) }, "line 4: record 3 is there twice"},
		"a missing line":        {func(s string) string { return strings.Replace(s, line(s, 3), "", 1) }, "line 3: record 4 follows record 2"},
		"swapped lines":         {func(s string) string { return line(s, 1) + line(s, 3) + line(s, 2) }, "line 2: record 3 follows record 1"},
		"no beginning":          {func(s string) string { return strings.TrimPrefix(s, line(s, 1)) }, "line 1: a journal begins with run.started"},
		"another program's":     {func(string) string { return `{"level":"info","msg":"hello"}` + "\n" }, "line 1: journal version 0"},
		"not even JSON":         {func(string) string { return "hello\n" }, "line 1: "},
		"a newer format":        {func(s string) string { return strings.Replace(s, eventsFormat, "gameday.events/9", 1) }, "gameday.events/9"},
		"a newer version":       {func(s string) string { return strings.Replace(s, `{"v":1,"seq":3`, `{"v":2,"seq":3`, 1) }, "line 3: journal version 2"},
		"an unknown event":      {func(s string) string { return strings.Replace(s, "fault.reverting", "fault.exploding", 1) }, `line 3: event type "fault.exploding"`},
		"empty":                 {func(string) string { return "" }, "it holds no record"},
		"torn at once":          {func(s string) string { return s[:20] }, "it holds no record"},
		"an endless line":       {func(s string) string { return s + strings.Repeat("x", maxLine+1) }, "line 6: it is longer than 16 MiB"},
		"two runs":              {func(s string) string { return line(s, 1) + strings.Replace(line(s, 1), `"seq":1`, `"seq":2`, 1) }, "line 2: a second run"},
	} {
		dir, events := aRun(t, 5)
		rewrite(t, events, c.change)
		_, err := Read(dir, runID)
		assert.ErrorContains(t, err, c.want, name)
		assert.ErrorContains(t, err, events, name)
		_, _, err = Open(dir, runID)
		assert.ErrorContains(t, err, c.want, name)
	}
}

func TestARunThatIsNotThereIsSaidToBeMissing(t *testing.T) {
	dir, _ := aRun(t, 1)
	for _, run := range []string{"20200101-000000-0000", "", "..", "/nowhere", dir} {
		_, err := Read(dir, run)
		var missing *NotFoundError
		require.ErrorAs(t, err, &missing, "%q", run)
		require.NotEmpty(t, missing.Hint())
	}
}

func TestOpenContinuesADeadRunBehindItsTornLine(t *testing.T) {
	for name, tear := range map[string]func(string) string{
		"not torn":      func(s string) string { return s },
		"torn":          func(s string) string { return s + `{"v":1,"seq":4,"ti` },
		"torn to zeros": func(s string) string { return s + "\x00\x00" },
		"no newline":    func(s string) string { return strings.TrimSuffix(s, "\n") },
	} {
		dir, events := aRun(t, 3)
		rewrite(t, events, tear)
		f, records, err := Open(dir, runID)
		require.NoError(t, err, name)
		require.Len(t, records, 3, name)
		require.Equal(t, runID, f.Run())
		fill(t, f, someRecords(experiments.ModeRun, 5)[3:])
		require.NoError(t, f.Close())
		again, err := Read(dir, runID)
		require.NoError(t, err, name)
		require.Equal(t, someRecords(experiments.ModeRun, 5), again, name)
	}
}

func TestOnlyOneProcessWritesToAJournal(t *testing.T) {
	dir := t.TempDir()
	f, err := Create(dir, runID)
	require.NoError(t, err)
	fill(t, f, someRecords(experiments.ModeRun, 2))
	_, _, err = Open(dir, runID)
	require.ErrorContains(t, err, "is in use")
	require.NoError(t, f.Close())

	first, _, err := Open(dir, runID)
	require.NoError(t, err)
	_, _, err = Open(dir, runID)
	require.ErrorContains(t, err, "is in use")
	_, err = Read(dir, runID)
	require.NoError(t, err, "anybody may read meanwhile")
	require.NoError(t, first.Close())
}

func TestRecordsOutOfOrderAreRefused(t *testing.T) {
	f, err := Create(t.TempDir(), runID)
	require.NoError(t, err)
	defer f.Close()
	records := someRecords(experiments.ModeRun, 5)
	fill(t, f, records[:2])
	require.ErrorContains(t, f.Append(records[1]), "record 2 does not follow record 2")
	require.ErrorContains(t, f.Append(records[3]), "record 4 does not follow record 2")
	require.NoError(t, f.Append(records[2]))
}

func TestARecordThatCouldNotBeReadBackIsNotWritten(t *testing.T) {
	dir := t.TempDir()
	f, err := Create(dir, runID)
	require.NoError(t, err)
	defer f.Close()
	records := someRecords(experiments.ModeRun, 3)
	fill(t, f, records[:1])
	huge := experiments.Record{Seq: 2, Time: start, Event: experiments.FaultInjecting{Name: strings.Repeat("x", maxLine)}}
	require.ErrorContains(t, f.Append(huge), "larger than 16 MiB")
	bad := experiments.Record{Seq: 2, Time: start, Event: experiments.SignalSeen{Value: json.RawMessage("{")}}
	require.Error(t, f.Append(bad))
	fill(t, f, records[1:])
	read, err := Read(dir, runID)
	require.NoError(t, err)
	require.Equal(t, records, read)
}

// fullDisk is a file on a disk that takes so many bytes more.
type fullDisk struct {
	*os.File
	free          int
	syncError     error
	truncateError error
}

func (d *fullDisk) WriteAt(p []byte, at int64) (int, error) {
	n := min(len(p), d.free)
	d.free -= n
	written, err := d.File.WriteAt(p[:n], at)
	if err == nil && n < len(p) {
		err = errors.New("no space left on device")
	}
	return written, err
}

func (d *fullDisk) Sync() error { return d.syncError }

func (d *fullDisk) Truncate(size int64) error {
	if d.truncateError != nil {
		return d.truncateError
	}
	return d.File.Truncate(size)
}

func onFullDisk(t *testing.T, free int) (*appender, *fullDisk) {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), EventsFile))
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	disk := &fullDisk{File: f, free: free}
	return newAppender(disk, 0, 0, true), disk
}

func TestAFullDiskLeavesTheJournalAsItWas(t *testing.T) {
	records := someRecords(experiments.ModeRun, 5)
	line, err := lineOf(records[0], 0, runID)
	require.NoError(t, err)
	a, disk := onFullDisk(t, len(line)+10)
	require.NoError(t, a.append(records[0]))
	require.ErrorContains(t, a.append(records[1]), "no space left")
	read, err := readFile(disk.Name())
	require.NoError(t, err)
	require.Equal(t, records[:1], read)
	info, err := disk.Stat()
	require.NoError(t, err)
	require.EqualValues(t, len(line), info.Size(), "no part of a record is left")

	disk.free = 1 << 20 // somebody made room: what is reverted is journalled
	require.NoError(t, a.append(records[1]))
	read, err = readFile(disk.Name())
	require.NoError(t, err)
	require.Equal(t, records[:2], read)
}

func TestARecordThatMayNotBeDurableIsTakenBack(t *testing.T) {
	a, disk := onFullDisk(t, 1<<20)
	records := someRecords(experiments.ModeRun, 2)
	require.NoError(t, a.append(records[0]))
	disk.syncError = errors.New("input/output error")
	require.ErrorContains(t, a.append(records[1]), "input/output error")
	read, err := readFile(disk.Name())
	require.NoError(t, err)
	require.Equal(t, records[:1], read)
}

func TestAJournalThatEndsInAPartOfARecordTakesNoMore(t *testing.T) {
	a, disk := onFullDisk(t, 10)
	disk.truncateError = errors.New("read-only file system")
	records := someRecords(experiments.ModeRun, 1)
	require.ErrorContains(t, a.append(records[0]), "no space left")
	disk.free, disk.truncateError = 1<<20, nil
	require.ErrorContains(t, a.append(records[0]), "read-only file system")
}
