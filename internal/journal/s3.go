package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"gameday/experiments"
	"gameday/internal/clock"
	"gameday/internal/cloud"
)

// largestBatch is how many bytes of lines one object takes, unless one line alone is longer.
const largestBatch = 8 << 20

// Remote is the journal of one run in S3, open for writing by this process alone, on strands. It is an
// experiments.Journal.
//
// Every object holds one or more lines and is named after its first record, so that whoever has read the same journal
// wants to write the same next object: S3 lets one of them.
//
//	run.started   plan.made   tap.opening   tap.opened   signal.seen   fault.planned
//	└─ 000000001 ┘└─── 000000002 ────────┘└──────────── 000000004 ─────────────────┘
type Remote struct {
	place   cloud.S3URL // of the run
	id      string      // the run's
	clock   *clock.Clock
	put     func(first int, body []byte) error
	await   func(*clock.Cond)
	seq     int      // of the last record that was appended
	next    int      // of the first one that is not in S3
	waiting [][]byte // lines that are not in S3
	tried   int      // so many of them are in an object that may have been written
	putting bool
	free    clock.Cond // notified when no object is being written any more
	err     error      // of the last object that could not be written
}

// CreateRemote begins the journal of a run in S3. Nothing is asked of S3 before the first record is appended. It must be
// used on strands of the session's clock.
func CreateRemote(ctx context.Context, p Place, run string) (*Remote, error) {
	if err := checkRun(run); err != nil {
		return nil, err
	}
	return newRemote(ctx, newShelf(p, run), 0), nil
}

// OpenRemote continues the journal of a run that is over or dead, and returns its records. S3 knows no locks: should the
// run still go on, or somebody else revert it, whoever writes second gets experiments.ErrTaken.
func OpenRemote(ctx context.Context, p Place, run string) (*Remote, []experiments.Record, error) {
	records, err := ReadRemote(ctx, p, run)
	if err != nil {
		return nil, nil, err
	}
	r := newRemote(ctx, newShelf(p, run), records[len(records)-1].Seq)
	r.id = runOf(records[0], run)
	return r, records, nil
}

func newRemote(ctx context.Context, s *shelf, last int) *Remote {
	ctx = context.WithoutCancel(ctx) // what happens is journalled after an interrupt, too
	return &Remote{
		place: s.run, clock: s.clock, seq: last, next: last + 1,
		put:   func(first int, body []byte) error { return s.put(ctx, first, body) },
		await: func(k *clock.Cond) { _ = s.clock.Wait(ctx, k, time.Time{}) }, // ctx does not end
	}
}

// Run returns where the run is: "s3://bucket/prefix/RUN".
func (r *Remote) Run() cloud.S3URL { return r.place }

// Append takes a record. One that announces something is in S3 on return, with all before it; others wait for the next
// that does, or for Flush. After an error nothing more is written before Flush, so that a run need not wait for S3 to be
// silent again and again.
func (r *Remote) Append(record experiments.Record) error {
	r.id = runOf(record, r.id)
	line, err := lineOf(record, r.seq, r.id)
	if err != nil {
		return err
	}
	r.seq = record.Seq
	r.waiting = append(r.waiting, line)
	if !experiments.Announcing(record.Event) {
		return r.err
	}
	return r.settle(record.Seq)
}

// Flush writes what waits. After an error it tries again, once.
func (r *Remote) Flush() error {
	if !errors.Is(r.err, experiments.ErrTaken) {
		r.err = nil
	}
	return r.settle(r.seq)
}

// settle returns when all up to a record is in S3. Objects are written one at a time; what strands append meanwhile goes
// into the next one together.
func (r *Remote) settle(seq int) error {
	for r.err == nil && r.next <= seq {
		if r.putting {
			r.await(&r.free)
			continue
		}
		r.write()
	}
	return r.err
}

// write puts the next object.
func (r *Remote) write() {
	r.putting = true
	defer func() {
		r.putting = false
		r.clock.Notify(&r.free)
	}()
	lines := r.batch()
	r.tried = lines // if it fails, the very same object is tried again: it may be there
	if err := r.put(r.next, bytes.Join(r.waiting[:lines], nil)); err != nil {
		r.err = fmt.Errorf("write %s: %w", r.place.Join(nameOf(r.next)), err)
		return
	}
	r.waiting, r.next, r.tried = r.waiting[lines:], r.next+lines, 0
}

// batch returns how many lines the next object takes.
func (r *Remote) batch() int {
	if r.tried > 0 {
		return r.tried
	}
	size, lines := 0, 0
	for _, line := range r.waiting {
		if size += len(line); lines > 0 && size > largestBatch {
			break
		}
		lines++
	}
	return lines
}

// Both returns a journal that keeps every record in two places, first in one, then in the other. Where one fails, the
// other still has all that follows.
func Both(first, second experiments.Journal) experiments.Journal { return both{first, second} }

type both struct{ first, second experiments.Journal }

// Append appends to both.
func (b both) Append(r experiments.Record) error {
	return errors.Join(b.first.Append(r), b.second.Append(r))
}
