package journal

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"gameday/experiments"
)

// file is what an appender needs of *os.File.
type file interface {
	io.WriterAt
	Sync() error
	Truncate(size int64) error
	Close() error
}

// appender writes records to the end of a file.
type appender struct {
	file    file
	size    int64 // up to the end of the last record
	seq     int   // of the last record
	run     string
	durable bool
	buffer  *bufio.Writer // where durable is false
	broken  error         // the file could not be brought back to the end of the last record
}

func newAppender(f file, size int64, seq int, durable bool) *appender {
	a := &appender{file: f, size: size, seq: seq, durable: durable}
	if !durable {
		a.buffer = bufio.NewWriter(&tail{a})
	}
	return a
}

// tail writes behind what was written.
type tail struct{ a *appender }

func (t *tail) Write(p []byte) (int, error) {
	n, err := t.a.file.WriteAt(p, t.a.size)
	t.a.size += int64(n)
	return n, err
}

// append writes a record as one line. After an error the file ends where it did before.
func (a *appender) append(r experiments.Record) error {
	if a.broken != nil {
		return a.broken
	}
	run := runOf(r, a.run)
	line, err := lineOf(r, a.seq, run)
	if err != nil {
		return err
	}
	if err := a.write(line); err != nil {
		return fmt.Errorf("append to journal: %w", err)
	}
	a.seq, a.run = r.Seq, run
	return nil
}

// lineOf returns the record of a run as one line, if it follows the last one and can be read back.
func lineOf(r experiments.Record, last int, run string) ([]byte, error) {
	if r.Seq != last+1 {
		return nil, fmt.Errorf("append to journal: record %d does not follow record %d", r.Seq, last)
	}
	line, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("append to journal: %w", err)
	}
	if len(line)+sumSize >= maxLine {
		return nil, fmt.Errorf("append to journal: event %s is larger than %d MiB", r.Event.Type(), maxLine>>20)
	}
	return append(withSum(run, line), '\n'), nil
}

func (a *appender) write(line []byte) error {
	if !a.durable {
		_, err := a.buffer.Write(line)
		return err
	}
	_, err := a.file.WriteAt(line, a.size)
	if err == nil {
		err = a.file.Sync()
	}
	if err != nil {
		return errors.Join(err, a.back())
	}
	a.size += int64(len(line))
	return nil
}

// back removes what was written of a record that failed.
func (a *appender) back() error {
	err := a.file.Truncate(a.size)
	if err != nil {
		a.broken = fmt.Errorf("append to journal: it ends in a part of a record: %w", err)
	}
	return err
}

func (a *appender) flush() error {
	if a.durable {
		return nil
	}
	if err := a.buffer.Flush(); err != nil {
		return err
	}
	return a.file.Sync()
}

func (a *appender) close() error { return a.file.Close() }
