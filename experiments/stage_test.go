package experiments_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gameday/assertions"
	"gameday/experiments"
	"gameday/injectors"
	"gameday/internal/chance"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/sandbox"
	"gameday/internal/signals"
	"gameday/scenarios"
)

// curtain is when every play begins.
func curtain() time.Time { return time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC) }

// stage is a scenario with its sandbox, ready to be played as often as one likes.
type stage struct {
	experiment *experiments.Experiment
	spec       sandbox.Spec
	seed       chance.Seed
	speed      float64
	tick       time.Duration
	checksOnly bool
	mode       experiments.Mode
	policy     *experiments.Policy
}

// build writes a scenario and its sandbox to files and loads them as a user's.
func build(t testing.TB, scenario, account string) *stage {
	t.Helper()
	folder := t.TempDir()
	path := filepath.Join(folder, "play.hcl")
	require.NoError(t, os.WriteFile(path, []byte(scenario), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "play.sandbox.hcl"), []byte(account), 0o600))
	s := open(t, path)
	s.experiment.File = "play.hcl"
	return s
}

func open(t testing.TB, path string) *stage {
	t.Helper()
	loaded, err := scenarios.Load(path, scenarios.Options{
		Catalogs: scenarios.Catalogs{Injectors: injectors.Standard(), Assertions: assertions.Standard()},
	})
	require.NoError(t, err)
	spec, err := scenarios.LoadSandbox(scenarios.SandboxFor(path))
	require.NoError(t, err)
	return &stage{experiment: loaded.Experiment, spec: spec, seed: 1, mode: experiments.ModeRehearse}
}

// memory is a journal that may run full, and a reporter.
type memory struct {
	records []experiments.Record
	full    func(experiments.Record) error
}

func (m *memory) Append(r experiments.Record) error {
	if m.full != nil {
		if err := m.full(r); err != nil {
			return err
		}
	}
	m.records = append(m.records, r)
	return nil
}

// lines are the records as a journal file has them.
func (m *memory) lines(t testing.TB) []byte {
	t.Helper()
	var text []byte
	for _, r := range m.records {
		line, err := json.Marshal(r)
		require.NoError(t, err)
		text = append(append(text, line...), '\n')
	}
	return text
}

// events returns the records' events of one type.
func events[E experiments.Event](m *memory) []E {
	var found []E
	for _, r := range m.records {
		if e, ok := r.Event.(E); ok {
			found = append(found, e)
		}
	}
	return found
}

// troupe is what a play is performed with.
type troupe struct {
	ctx     context.Context
	clock   *clock.Clock
	account *sandbox.Account
	engine  *experiments.Engine
	stop    context.CancelCauseFunc
}

func (s *stage) enter(ctx context.Context, c *clock.Clock, account *sandbox.Account, stop context.CancelCauseFunc) troupe {
	return troupe{ctx, c, account, &experiments.Engine{
		Clock: c, Cloud: cloud.NewSession(account.Config(), c, s.seed, "20260105-090000-test"), Injectors: injectors.Standard(),
		Signals: signals.Standard(), Run: "20260105-090000-test", Mode: s.mode, Seed: s.seed, Version: "test", Tick: s.tick,
		Policy: s.policy,
	}, stop}
}

// perform runs f on a strand of a fresh account.
func (s *stage) perform(t testing.TB, f func(troupe)) {
	t.Helper()
	c := clock.Virtual(curtain(), s.speed)
	account, err := sandbox.New(s.spec, c, s.seed)
	require.NoError(t, err)
	c.Run(func() {
		living, end := context.WithCancel(context.Background())
		defer end()
		account.Start(living)
		ctx, stop := context.WithCancelCause(context.Background())
		defer stop(nil)
		f(s.enter(ctx, c, account, stop))
	})
}

// play performs the whole scenario and returns its journal and its end. act, if any, is what happens meanwhile.
func (s *stage) play(t testing.TB, journal *memory, act func(troupe)) (finished experiments.RunFinished, err error) {
	t.Helper()
	s.perform(t, func(on troupe) {
		var ready *experiments.Ready
		if ready, err = on.engine.Plan(on.ctx, s.experiment); err != nil {
			return
		}
		if act != nil {
			on.clock.Go(func() { act(on) })
		}
		finished = ready.Do(on.ctx, experiments.Options{Journal: journal, ChecksOnly: s.checksOnly})
	})
	return finished, err
}

// decided returns the verdict of an assert or a chain.
func decided(t testing.TB, m *memory, name string) experiments.AssertionDecided {
	t.Helper()
	for _, d := range events[experiments.AssertionDecided](m) {
		if d.Name == name {
			return d
		}
	}
	require.Fail(t, "undecided", name)
	return experiments.AssertionDecided{}
}

// story is a scenario without its head, which every story shares.
func story(body string) string {
	return `scenario "story" {
  timeout = "30m"
}
locals {
  orders = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  dead   = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders-dlq"
  pages  = "arn:aws:sns:eu-west-1:111122223333:pages"
}
aws {
  region   = "eu-west-1"
  accounts = ["111122223333"]
}
` + strings.TrimSpace(body) + "\n"
}

// town is the account of most stories.
const town = `
sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}
ec2_instance "a" { tags = { app = "web" } }
ec2_instance "b" { tags = { app = "web" } }
ec2_instance "c" { tags = { app = "batch" } }
sqs_queue "orders" {
  dead_letter_queue = sqs_queue.orders-dlq
  max_receive_count = 5
}
sqs_queue "orders-dlq" {}
sns_topic "pages" {}
cloudwatch_alarm "backlog" {
  watch         = sqs_queue.orders.visible
  above         = 100
  period        = "60s"
  alarm_actions = [sns_topic.pages]
  ok_actions    = [sns_topic.pages]
}
cloudwatch_alarm "errors" {
  watch  = metric.errors
  above  = 1
  period = "60s"
}
metric "errors" { value = 0.1 }
`
