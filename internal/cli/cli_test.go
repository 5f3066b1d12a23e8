package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/require"

	"gameday/assertions"
	"gameday/experiments"
	"gameday/injectors"
	"gameday/internal/chance"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/journal"
	"gameday/internal/sandbox"
	"gameday/internal/signals"
	"gameday/scenarios"
)

// desk is a person, or a machine, in front of gameday, and an account behind it. The account is simulated, but gameday
// takes it for AWS: it is reached as AWS is, and time passes at once.
type desk struct {
	t      *testing.T
	dir    string
	deps   Deps
	out    *watched
	err    *watched
	stops  chan os.Signal
	exited []int
	asked  []cloud.Settings
}

// watched is an output that somebody watches.
type watched struct {
	text bytes.Buffer
	saw  func(text string)
}

// String returns what was written.
func (w *watched) String() string { return w.text.String() }

// Write keeps the text and shows it.
func (w *watched) Write(text []byte) (int, error) {
	n, err := w.text.Write(text)
	if w.saw != nil {
		w.saw(string(text))
	}
	return n, err
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, dir: t.TempDir(), out: &watched{}, err: &watched{}, stops: make(chan os.Signal)}
	d.write("small.hcl", smallScenario)
	d.write("small.sandbox.hcl", smallSandbox)
	d.deps = Deps{
		Version: "v0.0.0-test", Injectors: injectors.Standard, Signals: signals.Standard, Assertions: assertions.Standard,
		AWS:   d.account("111122223333"),
		Clock: func() *clock.Clock { return clock.Virtual(rehearsalStart(), 0) },
		Env:   func(string) (string, bool) { return "", false },
		Stdin: strings.NewReader(""), Stdout: d.out, Stderr: d.err, Stops: d.stops,
		Exit: func(code int) { d.exited = append(d.exited, code) },
	}
	return d
}

func (d *desk) account(id string) func(context.Context, cloud.Settings, *clock.Clock) (aws.Config, error) {
	return func(ctx context.Context, s cloud.Settings, c *clock.Clock) (aws.Config, error) {
		d.asked = append(d.asked, s)
		spec, err := scenarios.LoadSandbox(d.path("small.sandbox.hcl"))
		require.NoError(d.t, err)
		spec.Account = id
		account, err := sandbox.New(spec, c, chance.Seed(7))
		require.NoError(d.t, err)
		account.Start(ctx)
		return account.Config(), nil
	}
}

func (d *desk) path(name string) string { return filepath.Join(d.dir, name) }

func (d *desk) write(name, text string) {
	require.NoError(d.t, os.MkdirAll(filepath.Dir(d.path(name)), 0o755))
	require.NoError(d.t, os.WriteFile(d.path(name), []byte(text), 0o644))
}

// types runs a command line, from the desk's folder.
func (d *desk) types(args ...string) experiments.ExitCode {
	d.t.Helper()
	d.t.Chdir(d.dir)
	return Execute(context.Background(), d.deps, args)
}

// runs returns the folders of the runs that are kept.
func (d *desk) runs() []string {
	found, err := filepath.Glob(d.path(".gameday/runs/*"))
	require.NoError(d.t, err)
	return found
}

// records returns the journal of the only run.
func (d *desk) records() []experiments.Record {
	d.t.Helper()
	require.Len(d.t, d.runs(), 1)
	records, err := journal.Read("", d.runs()[0])
	require.NoError(d.t, err)
	return records
}

const smallScenario = `
scenario "small" {
  timeout = "30m"
}

aws {
  region   = "eu-west-1"
  accounts = ["111122223333"]
  profile  = "gameday"
}

check "cloudwatch_alarm" "calm" {
  alarm_name = "backlog"
  state      = "OK"
}

inject "sqs_backlog" "flood" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 2000
}

assert "cloudwatch_alarm" "fires" {
  alarm_name = "backlog"
  state      = "ALARM"
  within     = "5m"
}

assert "sns_message" "paged" {
  topic_arn = "arn:aws:sns:eu-west-1:111122223333:page"
  since     = assert.fires
  within    = "1m"
}
`

const smallSandbox = `
sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

sqs_queue "orders" {
  arrives_per_second  = 1
  consumes_per_second = 2
}

sns_topic "page" {}

cloudwatch_alarm "backlog" {
  watch         = sqs_queue.orders.visible
  above         = 1000
  period        = "60s"
  alarm_actions = [sns_topic.page]
}
`
