package journal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"gameday/experiments"
	"gameday/internal/cloud"
)

const (
	eventsFormat = "gameday.events/1"
	maxLine      = 16 << 20 // bytes of one record
	maxFile      = 1 << 30  // bytes of a journal
)

// Read returns the records of a run, given by its id in dir, or by the path of its folder or of its events.jsonl. A torn
// last line, which a run that died may leave, is ignored; anything else that is not a whole journal is an error that
// names the line.
func Read(dir, run string) ([]experiments.Record, error) {
	place, err := Find(dir, run)
	if err != nil {
		return nil, err
	}
	return readFile(filepath.Join(place, EventsFile))
}

// Find returns the folder of a run, given as for Read.
func Find(dir, run string) (string, error) {
	if checkRun(run) == nil {
		place := filepath.Join(dir, run)
		if regular(filepath.Join(place, EventsFile)) {
			return place, nil
		}
	}
	if regular(filepath.Join(run, EventsFile)) {
		return filepath.Clean(run), nil
	}
	if filepath.Base(run) == EventsFile && regular(run) {
		return filepath.Dir(run), nil
	}
	return "", &NotFoundError{Run: run, Dir: dir}
}

// NotFoundError says that there is no run of that id or path.
type NotFoundError struct{ Run, Dir string }

// Error says what was looked for and where.
func (e *NotFoundError) Error() string {
	if cloud.IsS3URL(e.Dir) {
		return fmt.Sprintf("find run %q: there is no such run in %s", e.Run, e.Dir)
	}
	return fmt.Sprintf("find run %q: there is no such run in %s, and no folder of that name with an %s", e.Run, e.Dir, EventsFile)
}

// Hint says how to find out which runs there are.
func (e *NotFoundError) Hint() string {
	if cloud.IsS3URL(e.Dir) {
		return fmt.Sprintf("`gameday runs --journal %s` lists the runs.", e.Dir)
	}
	return "`gameday runs` lists the runs."
}

func regular(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func readFile(path string) ([]experiments.Record, error) {
	if !regular(path) {
		return nil, fmt.Errorf("read journal %s: %w", path, fs.ErrNotExist)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	defer file.Close()
	read, err := readJournal(file, path)
	return read.records, err
}

// reading is what a journal holds.
type reading struct {
	records []experiments.Record
	size    int64 // up to the end of the last whole record, with its newline
	unended bool  // the last record lacks its newline
	run     string
	summed  bool // whether lines have sums
}

// readJournal reads a journal to its end.
func readJournal(r io.Reader, path string) (reading, error) {
	var read reading
	in := bufio.NewReaderSize(io.LimitReader(r, maxFile+1), 64<<10)
	for number := 1; ; number++ {
		line, err := readLine(in)
		ended := err == nil
		if err != nil && !errors.Is(err, io.EOF) {
			return read, fmt.Errorf("read journal %s: line %d: %w", path, number, err)
		}
		if len(line) == 0 && !ended {
			break
		}
		if read.size+int64(len(line)) > maxFile {
			return read, fmt.Errorf("read journal %s: it is larger than %d GiB", path, maxFile>>30)
		}
		torn, err := read.take(line, ended, in)
		if err != nil {
			return read, fmt.Errorf("read journal %s: line %d: %w", path, number, err)
		}
		if torn || !ended {
			break
		}
	}
	if len(read.records) == 0 {
		return read, fmt.Errorf("read journal %s: it holds no record", path)
	}
	return read, nil
}

// take adds the record of a line, or says that the line is torn.
func (read *reading) take(line []byte, ended bool, in *bufio.Reader) (torn bool, err error) {
	record, err := read.parse(line)
	if err != nil {
		if !ended && cutShort(err) || holed(line) && last(in) {
			return true, nil // a crash cuts the last line short, or leaves zeros where its text was to be
		}
		return false, err
	}
	read.records = append(read.records, record)
	read.size += int64(len(line))
	if !ended {
		read.size++
		read.unended = true
	}
	return false, nil
}

// follows checks that a record is the next one.
func (read *reading) follows(record experiments.Record) error {
	n := len(read.records)
	if n == 0 {
		return checkFirst(record)
	}
	previous := read.records[n-1].Seq
	switch {
	case record.Seq == previous:
		return fmt.Errorf("record %d is there twice", record.Seq)
	case record.Seq != previous+1:
		return fmt.Errorf("record %d follows record %d", record.Seq, previous)
	case record.Event.Type() == experiments.RunStarted{}.Type():
		return errors.New("a second run begins here")
	}
	return nil
}

// checkFirst checks that a record begins a journal of gameday's.
func checkFirst(record experiments.Record) error {
	started, is := record.Event.(experiments.RunStarted)
	switch {
	case !is:
		return fmt.Errorf("a journal begins with %s, not with %s", experiments.RunStarted{}.Type(), record.Event.Type())
	case started.Format != eventsFormat:
		return fmt.Errorf("format %q is not known to this gameday", started.Format)
	case record.Seq != 1:
		return fmt.Errorf("record %d is the first: what came before is missing", record.Seq)
	}
	return nil
}

// readLine returns the next line with its newline; io.EOF says that it has none.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxLine {
			return nil, fmt.Errorf("it is longer than %d MiB", maxLine>>20)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

func last(in *bufio.Reader) bool {
	_, err := in.Peek(1)
	return errors.Is(err, io.EOF)
}

// firstRecord reads the first record only.
func firstRecord(path string) (experiments.RunStarted, error) {
	if !regular(path) {
		return experiments.RunStarted{}, fmt.Errorf("there is no %s in it", EventsFile)
	}
	file, err := os.Open(path)
	if err != nil {
		return experiments.RunStarted{}, err
	}
	defer file.Close()
	line, err := readLine(bufio.NewReader(file))
	if err != nil && !errors.Is(err, io.EOF) {
		return experiments.RunStarted{}, err
	}
	record, err := new(reading).parse(line)
	if err != nil {
		return experiments.RunStarted{}, err
	}
	return record.Event.(experiments.RunStarted), nil
}
