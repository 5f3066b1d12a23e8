package experiments_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gameday/experiments"
)

// timed is a journal that notes how long entries took to become durable, by the clock of the play.
type timed struct {
	behind  experiments.Journal
	on      troupe
	entries int
	faults  int
	waited  time.Duration // of those that announce something
	inject  time.Duration // of those without which a fault is not injected
}

func (j *timed) Append(r experiments.Record) error {
	began := j.on.clock.Now()
	err := j.behind.Append(r)
	if took := j.on.clock.Now().Sub(began); experiments.Announcing(r.Event) {
		j.entries++
		j.waited += took
		switch r.Event.(type) {
		case experiments.FaultPlanned:
			j.inject += took
		case experiments.FaultInjecting:
			j.inject += took
			j.faults++
		}
	}
	return err
}

// BenchmarkJournalInS3 plays three faults and a tap, with the journal in memory and in the sandbox's S3, whose calls take 5
// to 40 ms. What is reported is the time of the play; ns/op is what the two plays take to be computed.
func BenchmarkJournalInS3(b *testing.B) {
	s := build(b, story(everything), ledgerTown)
	var calls, entries, faults int
	var waited, inject time.Duration
	for b.Loop() {
		local := &memory{}
		_, err := s.play(b, local, nil)
		require.NoError(b, err)
		s.perform(b, func(on troupe) {
			ready, err := on.engine.Plan(on.ctx, s.experiment)
			require.NoError(b, err)
			journal := &timed{behind: on.ledger(b), on: on}
			ready.Do(on.ctx, experiments.Options{Journal: journal})
			calls += on.engine.Cloud.Calls()["s3:PutObject"]
			entries += journal.entries
			faults += journal.faults
			waited += journal.waited
			inject += journal.inject
		})
	}
	n := float64(b.N)
	b.ReportMetric(float64(entries)/n, "announcing-entries/run")
	b.ReportMetric(float64(calls)/n, "puts/run")
	b.ReportMetric(float64(waited.Milliseconds())/float64(entries), "ms/announcing-entry")
	b.ReportMetric(float64(inject.Milliseconds())/float64(faults), "ms-before-injection/fault")
}
