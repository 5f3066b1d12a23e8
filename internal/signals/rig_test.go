package signals_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/require"

	"gameday/internal/chance"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/sandbox"
	"gameday/internal/signals"
)

var morning = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

const tick = 5 * time.Second

// rig is a watcher in a sandbox, and what it said.
type rig struct {
	t       *testing.T
	clock   *clock.Clock
	account *sandbox.Account
	session *cloud.Session
	client  aws.Config // of those who act in the account: neither paced nor counted
	taps    map[string]string

	emitted []signals.Signal
	saws    []saw
	blind   []blindness
	allowed []string // IAM actions
	watched error    // what Watch returned
	ended   bool
}

type saw struct {
	source signals.Source
	until  time.Time
	at     time.Time // by gameday's clock
}

type blindness struct {
	source signals.Source
	during signals.Moment
	why    string
}

// inSandbox runs a story on a strand of a virtual clock, in an account that lives until it ends.
func inSandbox(t *testing.T, spec sandbox.Spec, story func(ctx context.Context, r *rig)) *rig {
	t.Helper()
	spec.Account, spec.Region = "111122223333", "eu-west-1"
	c := clock.Virtual(morning, 0)
	account, err := sandbox.New(spec, c, 7)
	require.NoError(t, err)
	r := &rig{
		t: t, clock: c, account: account, client: account.Config(), taps: map[string]string{},
		session: cloud.NewSession(account.Config(), c, chance.Seed(7), "test-run"),
	}
	c.Run(func() {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		account.Start(ctx)
		story(ctx, r)
	})
	require.Subset(t, r.allowed, r.session.Actions(), "a watcher makes calls that its kind does not declare")
	return r
}

// watch starts a watcher of the sources, until ctx is done.
func (r *rig) watch(ctx context.Context, kind string, subjects ...string) {
	row, known := signals.Standard().Find(kind)
	require.True(r.t, known)
	r.allowed = append(r.allowed, row.Permissions...)
	var sources []signals.Source
	for _, subject := range subjects {
		sources = append(sources, signals.Source{Kind: kind, Subject: subject})
	}
	watcher := row.New(r.env())
	r.clock.Go(func() {
		r.watched = watcher.Watch(ctx, sources, r)
		r.ended = true
	})
}

func (r *rig) env() signals.Env {
	toAWS := func(sent, answered time.Time) signals.Moment {
		earliest, latest := r.session.ToAWS(sent, answered)
		return signals.Moment{Earliest: earliest, Latest: latest}
	}
	return signals.Env{
		AWS: r.session.Config(), Clock: r.clock, ToAWS: toAWS, Tick: tick, Since: r.clock.Now().Add(-time.Second),
		Pause: func(ctx context.Context) error { return r.clock.Sleep(ctx, tick) }, Taps: r.taps,
	}
}

// Emit files a signal. What certainly happened before the watermark must have come before it.
func (r *rig) Emit(signal signals.Signal) {
	require.False(r.t, signal.At.Latest.Before(r.until(signal.Source)), "%v came after its watermark %s", signal, r.until(signal.Source))
	require.False(r.t, signal.At.Latest.Before(signal.At.Earliest), "a moment that ends before it begins: %v", signal)
	require.Equal(r.t, r.clock.Now(), signal.Seen, "a signal is told when it is learned")
	r.emitted = append(r.emitted, signal)
}

// Saw files a watermark, which must not run ahead of AWS's clock.
func (r *rig) Saw(source signals.Source, until time.Time) {
	require.False(r.t, until.After(r.awsNow()), "a watermark in the future")
	r.saws = append(r.saws, saw{source, until, r.clock.Now()})
}

// Blind files a gap.
func (r *rig) Blind(source signals.Source, during signals.Moment, why string) {
	r.blind = append(r.blind, blindness{source, during, why})
}

func (r *rig) awsNow() time.Time { return r.clock.Now().Add(r.account.Skew) }

// until is the watermark of a source.
func (r *rig) until(source signals.Source) time.Time {
	var latest time.Time
	for _, s := range r.saws {
		if s.source == source && s.until.After(latest) {
			latest = s.until
		}
	}
	return latest
}

func (r *rig) sleep(ctx context.Context, d time.Duration) {
	require.NoError(r.t, r.clock.Sleep(ctx, d))
}

// payloads are the values of a source's signals, in order.
func payloads[V any](r *rig, subject string) []V {
	var values []V
	for _, signal := range r.emitted {
		if signal.Source.Subject == subject {
			values = append(values, signal.Value.(V))
		}
	}
	return values
}

// requireWithin requires that the moment contains the time.
func requireWithin(t *testing.T, at signals.Moment, when time.Time, about string) {
	t.Helper()
	require.False(t, when.Before(at.Earliest) || when.After(at.Latest), "%s: %s is not in [%s, %s]", about, when, at.Earliest, at.Latest)
}

// weathers are what every watcher has to outlive.
func weathers() map[string]sandbox.Weather {
	return map[string]sandbox.Weather{
		"fair":       {},
		"throttling": {Throttle: 0.4},
		"5xx":        {Error: 0.4},
		"lost":       {Lose: 0.4},
		"doubled":    {Double: 0.5},
		"reordered":  {Reorder: 0.5},
		"slow":       {Latency: sandbox.Span{Min: 100 * time.Millisecond, Max: 3 * time.Second}},
		"all":        {Throttle: 0.2, Error: 0.2, Lose: 0.2, Double: 0.2, Reorder: 0.2},
	}
}

func named(format string, n int) []string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf(format, i))
	}
	return names
}
