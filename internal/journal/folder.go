package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"gameday/experiments"
)

// DefaultDir is where runs are kept unless the user says otherwise.
const DefaultDir = ".gameday/runs"

// The files of a run folder.
const (
	EventsFile   = "events.jsonl"
	ScenarioFile = "scenario.hcl"
	SummaryFile  = "summary.json"
	JUnitFile    = "junit.xml"
	HTMLFile     = "report.html"
	MarkdownFile = "report.md"
)

const (
	folderMode = 0o700 // a journal names accounts, and a scenario may name more
	fileMode   = 0o600
)

// Folder is a run folder that is open for writing, by this process alone. It is an experiments.Journal.
type Folder struct {
	run     string
	place   string // where the folder belongs
	current string // where it is: elsewhere only until a rehearsal is committed
	events  *appender
	durable bool
}

// Create begins the folder of a run in dir, which is made where it is missing. Every record is durable when Append
// returns. It fails where the run exists or the folder cannot be written.
func Create(dir, run string) (*Folder, error) {
	if err := checkRun(run); err != nil {
		return nil, err
	}
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	place := filepath.Join(dir, run)
	if err := os.Mkdir(place, folderMode); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("create run folder: %s exists already", place)
		}
		return nil, fmt.Errorf("create run folder: %w", err)
	}
	f, err := begin(run, place, place, true)
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(place)) // nothing was journalled yet
	}
	return f, nil
}

// Rehearsal begins the folder of a rehearsal beside its place. Commit puts it there, at once in place of an older
// rehearsal of the same id. Nothing is fsynced before: a rehearsal leaves nothing behind that would have to be reverted.
func Rehearsal(dir, run string) (*Folder, error) {
	if err := checkRun(run); err != nil {
		return nil, err
	}
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	place := filepath.Join(dir, run)
	if err := replaceable(place); err != nil {
		return nil, err
	}
	current, err := os.MkdirTemp(dir, hiddenPrefix+run+"-*")
	if err != nil {
		return nil, fmt.Errorf("create run folder: %w", err)
	}
	f, err := begin(run, place, current, false)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(current))
	}
	return f, nil
}

// begin makes the events file of a new folder.
func begin(run, place, current string, durable bool) (*Folder, error) {
	path := filepath.Join(current, EventsFile)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, fileMode)
	if err != nil {
		return nil, fmt.Errorf("create journal: %w", err)
	}
	if err := lock(file); err != nil {
		return nil, errors.Join(fmt.Errorf("lock journal %s: %w", path, err), file.Close())
	}
	if durable {
		if err := syncDir(current); err != nil {
			return nil, errors.Join(err, file.Close())
		}
	}
	f := &Folder{run: run, place: place, current: current, durable: durable}
	f.events = newAppender(file, 0, 0, durable)
	return f, nil
}

// Open continues the journal of a run that is over or dead, given as for Read, and returns its records. A torn last line
// is removed first. It fails while another process writes to the journal.
func Open(dir, run string) (*Folder, []experiments.Record, error) {
	place, err := Find(dir, run)
	if err != nil {
		return nil, nil, err
	}
	path := filepath.Join(place, EventsFile)
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("open journal: %w", err)
	}
	f, records, err := resume(file, place)
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return f, records, nil
}

func resume(file *os.File, place string) (*Folder, []experiments.Record, error) {
	if err := lock(file); err != nil {
		return nil, nil, fmt.Errorf("%s is in use: is the run still going on, or is another revert? (%w)", file.Name(), err)
	}
	read, err := readJournal(file, file.Name())
	if err != nil {
		return nil, nil, err
	}
	if err := mend(file, read); err != nil {
		return nil, nil, fmt.Errorf("mend journal %s: %w", file.Name(), err)
	}
	last := read.records[len(read.records)-1].Seq
	started := read.records[0].Event.(experiments.RunStarted)
	f := &Folder{run: started.Run, place: place, current: place, durable: true}
	f.events = newAppender(file, read.size, last, true)
	f.events.run = started.Run
	return f, read.records, nil
}

// mend removes a torn last line, or ends a whole one that lacks its newline, and makes that durable.
func mend(file *os.File, read reading) error {
	var err error
	if read.unended {
		_, err = file.WriteAt([]byte("\n"), read.size-1)
	} else {
		err = file.Truncate(read.size)
	}
	if err != nil {
		return err
	}
	return file.Sync()
}

// Append writes a record. In the folder of a run it is durable on return. After an error the file ends with the last
// record that was appended.
func (f *Folder) Append(r experiments.Record) error { return f.events.append(r) }

// Path returns where the folder is, or for a rehearsal that was not committed, will be.
func (f *Folder) Path() string { return f.place }

// Run returns the run's id.
func (f *Folder) Run() string { return f.run }

// Write writes one of the other files, ScenarioFile, SummaryFile or the like, atomically: a reader sees the old content or the new.
func (f *Folder) Write(name string, content []byte) error {
	if name == EventsFile || name != filepath.Base(name) || strings.HasPrefix(name, ".") {
		return fmt.Errorf("write run folder: %q is not the name of a file of its", name)
	}
	if err := replaceFile(f.current, name, content, f.durable); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Join(f.place, name), err)
	}
	return nil
}

// Commit puts the folder of a rehearsal in its place. For others it does nothing.
func (f *Folder) Commit() error {
	if f.current == f.place {
		return nil
	}
	if err := f.events.flush(); err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	if err := replaceable(f.place); err != nil {
		return err
	}
	if err := putInPlace(f.current, f.place); err != nil {
		return fmt.Errorf("put run folder in place: %w", err)
	}
	f.current = f.place
	return nil
}

// Close releases the folder. A rehearsal that was not committed is removed.
func (f *Folder) Close() error {
	err := f.events.close()
	if f.current != f.place {
		err = errors.Join(err, os.RemoveAll(f.current))
	}
	return err
}

// checkRun refuses ids that are not plain names, so that no id leads out of the folder of runs.
func checkRun(run string) error {
	if !runPattern().MatchString(run) {
		return fmt.Errorf("run id %q is not valid: letters, digits, '-', '_' and '.', not first a '.', 128 at most", run)
	}
	return nil
}

func runPattern() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$`) }

// replaceable refuses to replace what is not the folder of a rehearsal: a run's journal is not to be lost.
func replaceable(place string) error {
	if _, err := os.Lstat(place); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	started, err := firstRecord(filepath.Join(place, EventsFile))
	if err != nil {
		return fmt.Errorf("replace %s: it is not the folder of a rehearsal: %w", place, err)
	}
	if started.Mode != experiments.ModeRehearse {
		return fmt.Errorf("replace %s: it is the folder of a run, not of a rehearsal", place)
	}
	return nil
}
