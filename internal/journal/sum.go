package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"gameday/experiments"
)

// A line ends with a sum over the run's id and the rest of it, so that no damage, and no line of another run's journal, is
// ever taken for what was announced:
//
//	{"v":1,"seq":7,…,"type":"fault.injecting","name":"flood","sum":"8f3b6f2d01c4a9e7"}
const (
	sumField = `,"sum":"`
	sumEnd   = `"}`
	sumBytes = 8
	sumSize  = len(sumField) + 2*sumBytes + len(sumEnd)
)

func sumOf(run string, body []byte) string {
	hash := sha256.New()
	hash.Write([]byte(run))
	hash.Write([]byte{'\n'})
	hash.Write(body)
	return hex.EncodeToString(hash.Sum(nil)[:sumBytes])
}

// withSum adds the sum to a record's JSON.
func withSum(run string, body []byte) []byte {
	sum := sumOf(run, body)
	return append(append(append(body[:len(body)-1], sumField...), sum...), sumEnd...)
}

// cutSum takes the sum off a line, without its newline, and returns the record's JSON. found is false where there is none.
func cutSum(line []byte) (body []byte, sum string, found bool) {
	at := len(line) - sumSize
	if at < 1 || !bytes.HasPrefix(line[at:], []byte(sumField)) || !bytes.HasSuffix(line, []byte(sumEnd)) {
		return line, "", false
	}
	body = append(bytes.Clone(line[:at]), '}')
	return body, string(line[at+len(sumField) : len(line)-len(sumEnd)]), true
}

// runOf returns the id of the run that a record begins, or else the one that was known.
func runOf(r experiments.Record, known string) string {
	if started, ok := r.Event.(experiments.RunStarted); ok {
		return started.Run
	}
	return known
}

// parse reads the record of a line, checks that it is the next one, and that it is as it was written. Journals of versions
// that wrote no sums have none; once there is one, every line has.
func (read *reading) parse(line []byte) (experiments.Record, error) {
	var record experiments.Record
	line = bytes.TrimSuffix(line, []byte("\n"))
	if err := json.Unmarshal(line, &record); err != nil {
		return record, err
	}
	if err := read.follows(record); err != nil {
		return record, err
	}
	read.run = runOf(record, read.run)
	body, sum, found := cutSum(line)
	switch {
	case found && sum != sumOf(read.run, body):
		return record, fmt.Errorf("record %d is damaged, or is of another run: its sum does not match", record.Seq)
	case !found && read.summed:
		return record, fmt.Errorf("record %d is damaged: it has no sum", record.Seq)
	}
	read.summed = read.summed || found
	return record, nil
}

// cutShort says that a line cannot be parsed because it was cut short.
func cutShort(err error) bool {
	var syntax *json.SyntaxError
	return errors.As(err, &syntax) && syntax.Error() == "unexpected end of JSON input"
}

// sector is what a disk writes at once, in bytes, at least.
const sector = 512

// holed says that a line has zeros where a part of it was to be written: from its beginning, up to its end, or a sector of
// them. Fewer are damage.
func holed(line []byte) bool {
	first, last := bytes.IndexByte(line, 0), bytes.LastIndexByte(line, 0)
	if first < 0 || len(bytes.Trim(line[first:last+1], "\x00")) > 0 {
		return false
	}
	return first == 0 || len(bytes.TrimSpace(line[last+1:])) == 0 || last-first >= sector-1
}
