package experiments

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/require"

	"gameday/assertions"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/signals"
)

// wavering claims that its source's signals are odd.
type wavering struct{ source signals.Source }

func (w wavering) Sources() []signals.Source { return []signals.Source{w.source} }

func (w wavering) Truth(seen []signals.Signal) []assertions.Change {
	var changes []assertions.Change
	for _, s := range seen {
		odd := s.Value.(int)%2 == 1
		if len(changes) == 0 || changes[len(changes)-1].Holds != odd {
			changes = append(changes, assertions.Change{At: s.At, Holds: odd})
		}
	}
	return changes
}

// crowd is a run with 10,000 assertions on 1,000 sources with 100 signals each.
func crowd(c *clock.Clock) *run {
	e := &Engine{Clock: c, Cloud: cloud.NewSession(aws.Config{}, c, 1, "crowd")}
	r := &run{Ready: &Ready{engine: e}, log: &log{clock: c}, watches: map[signals.Source]*watch{}, stopWork: func(error) {}}
	began := between(100, 100)
	r.faults = []*fault{{Fault: Fault{Name: "x"}, began: &began, state: injected}}
	for i := range 1000 {
		w := &watch{source: signals.Source{Kind: "bench", Subject: fmt.Sprint(i)}, until: at(1000)}
		for n := range 100 {
			s := 50 + float64(n)
			w.seen = append(w.seen, signals.Signal{Source: w.source, At: between(s, s), Seen: at(s), Value: n})
		}
		r.watches[w.source] = w
		r.sources = append(r.sources, w.source)
		for n := range 10 {
			question := level
			question.within = minute * 2
			r.asserts = append(r.asserts, &claim{
				Claim:     Claim{Name: fmt.Sprintf("a%d_%d", i, n), Since: Ref{Type: RefInject, Name: "x"}},
				assertion: wavering{w.source}, question: question,
			})
		}
	}
	return r
}

func BenchmarkJudgeTenThousandAssertionsOverAHundredThousandSignals(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		c := clock.Virtual(at(200), 0)
		r := crowd(c)
		b.StartTimer()
		c.Run(r.evaluate)
		require.NotNil(b, r.asserts[len(r.asserts)-1].decision)
	}
}
