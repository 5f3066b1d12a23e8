package scenarios_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/injectors"
	"gameday/internal/sandbox"
	"gameday/scenarios"
)

// write puts a file into a fresh folder.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func load(t testing.TB, path string, vars ...scenarios.VarSource) *scenarios.Scenario {
	t.Helper()
	loaded, err := scenarios.Load(path, options(vars...))
	require.NoError(t, err, shown(err))
	return loaded
}

// shown is an error as a user sees it.
func shown(err error) string {
	var text bytes.Buffer
	scenarios.WriteDiagnostics(&text, err, 0, false)
	return text.String()
}

// refusal loads what cannot be loaded, and returns what the user sees.
func refusal(t testing.TB, path string, vars ...scenarios.VarSource) string {
	t.Helper()
	_, err := scenarios.Load(path, options(vars...))
	require.Error(t, err)
	for _, d := range scenarios.Diagnose(err) {
		assert.NotEmpty(t, d.File)
		assert.Equal(t, d.Line > 0, d.Column > 0, "a mistake has a whole place, or none")
	}
	return shown(err)
}

func TestTheExampleIsReadAsItStands(t *testing.T) {
	x := load(t, "library/checkout").Experiment
	assert.Equal(t, "checkout-loses-half-its-fleet", x.Name)
	assert.Equal(t, 45*time.Minute, x.Timeout)
	assert.Equal(t, []string{"111122223333"}, x.Place.Accounts)
	assert.Equal(t, "eu-west-1", x.Place.Region)
	assert.Equal(t, map[string]any{"flood": 5000.0}, x.Variables)
	assert.Equal(t, experiments.Pick{Percent: 50}, x.Targets[0].Pick)
	assert.Equal(t, []experiments.Ref{{Type: "target", Name: "half_the_fleet"}, {Type: "inject", Name: "kill"}, {Type: "inject", Name: "flood"}}, x.Sequence)
	assert.Equal(t, []experiments.Ref{{Type: "inject", Name: "kill"}}, x.Faults[1].After)
	assert.Equal(t, 10*time.Second, x.Faults[1].Delay)
	assert.Equal(t, 2*time.Minute, x.Checks[0].Within)
	assert.Zero(t, x.Checks[1].Within)
	paged := x.Asserts[3]
	assert.Equal(t, "secondary_paged", paged.Name)
	assert.Equal(t, experiments.Ref{Type: "assert", Name: "primary_paged"}, paged.Since)
	assert.Equal(t, 4*time.Minute, paged.NotBefore)
	assert.Nil(t, paged.Patience)
	assert.Equal(t, experiments.Happens, paged.Expect)
	assert.Equal(t, []string{"backlog_alarm", "drain_started", "drain_finished", "worked_off"}, x.Chains[0].Steps)
	assert.Contains(t, x.Text, `inject "ec2_terminate" "kill" {`)
}

func TestABlocksPlaceGoesFromItsFirstWordToItsBrace(t *testing.T) {
	x := load(t, write(t, "x.hcl", `scenario "x" {}

inject "cloudwatch_alarm_state" "ring" {
  alarm_name = "a"
}
assert "cloudwatch_alarm" "rings" {
  alarm_name = "a"
  state      = "ALARM"
  within     = "1m"
  patience   = "0s"
}
`)).Experiment
	assert.Equal(t, 3, x.Faults[0].Where.Line)
	assert.Equal(t, 1, x.Faults[0].Where.Column)
	assert.Equal(t, 5, x.Faults[0].Where.EndLine)
	assert.Equal(t, time.Hour, x.Timeout)
	require.NotNil(t, x.Asserts[0].Patience)
	assert.Zero(t, *x.Asserts[0].Patience)
	assert.Equal(t, experiments.Ref{Type: "inject", Name: "ring"}, x.Asserts[0].Since)
}

func TestBodiesAreBuiltFromWhatIsKnownByThen(t *testing.T) {
	x := load(t, "testdata/valid/faults_in_sequence.hcl").Experiment
	require.Equal(t, []experiments.Ref{{Type: "target", Name: "fleet"}, {Type: "inject", Name: "first"}, {Type: "inject", Name: "second"}}, x.Sequence)
	second, first := x.Faults[0], x.Faults[1]
	known := experiments.Known{
		Run:     experiments.RunFacts{ID: "r", Seed: 1},
		Targets: map[string][]injectors.Resource{"fleet": {{ID: "i-0a"}, {ID: "i-0b"}}},
	}
	_, err := second.Build(known, injectors.Env{})
	assert.Contains(t, shown(err), "Not known yet")
	injector, err := first.Build(known, injectors.Env{})
	require.NoError(t, err, shown(err))
	assert.Contains(t, fmt.Sprintf("%+v", injector), "InstanceIDs:[i-0a]")
	known.Outputs = map[string]any{"first": injectors.InstancesTouched{InstanceIDs: []string{"i-0a"}}}
	injector, err = second.Build(known, injectors.Env{})
	require.NoError(t, err, shown(err))
	assert.Contains(t, fmt.Sprintf("%+v", injector), "InstanceIDs:[i-0a]")
}

func TestWhatIsWrongOnlyOnceItIsKnownIsBlamedOnItsLineToo(t *testing.T) {
	x := load(t, "testdata/valid/faults_in_sequence.hcl").Experiment
	_, err := x.Faults[1].Build(experiments.Known{Targets: map[string][]injectors.Resource{"fleet": {}}}, injectors.Env{})
	require.Error(t, err)
	assert.Contains(t, shown(err), "testdata/valid/faults_in_sequence.hcl line 10")
}

func TestAScenarioInJSONIsTheSame(t *testing.T) {
	path := write(t, "x.hcl.json", `{
  "scenario": {"x": {"timeout": "30m"}},
  "locals": {"queue": "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"},
  "variable": {"n": {"type": "number", "default": 3}},
  "target": {"ec2_instances": {"fleet": {"tags": {"app": "web"}, "pick": {"count": 1}}}},
  "inject": {
    "ec2_stop": {"stop": {"instance_ids": "${target.fleet.ids}"}},
    "sqs_backlog": {"flood": {"queue_url": "${local.queue}", "messages": "${var.n}", "after": ["inject.stop"]}}
  },
  "assert": {"sqs_queue": {"full": {"queue_url": "${local.queue}", "visible_at_least": 1, "since": "inject.flood.done", "within": "5m"}}},
  "playbook": {"p": {"since": "inject.stop", "within": "5m", "steps": ["assert.full"]}}
}`)
	x := load(t, path).Experiment
	assert.Equal(t, 30*time.Minute, x.Timeout)
	assert.Equal(t, []experiments.Ref{{Type: "inject", Name: "stop"}}, x.Faults[1].After)
	assert.Equal(t, experiments.EdgeDone, x.Asserts[0].Since.Edge)
	assert.Equal(t, []string{"full"}, x.Chains[0].Steps)
	assert.Equal(t, 3.0, x.Variables["n"])
	text := refusal(t, write(t, "y.hcl.json", "{\n\"scenario\": {\"x\": {}},\n\"dynamic\": {}\n}"))
	assert.Contains(t, text, "Not supported yet")
}

func TestASandboxFileIsReadWithItsDefaults(t *testing.T) {
	spec, err := scenarios.LoadSandbox("testdata/valid/everything.sandbox.hcl")
	require.NoError(t, err, shown(err))
	assert.Equal(t, "111122223333", spec.Account)
	assert.Equal(t, sandbox.Span{Never: true}, spec.Groups[0].NoticesAfter)
	assert.Equal(t, sandbox.Span{Min: time.Minute, Max: time.Minute}, spec.Groups[0].ReplacesAfter)
	assert.Equal(t, sandbox.QueueSpec{
		Name: "orders.fifo", DepthLag: 5 * time.Second, VisibilityTimeout: time.Minute, DeadLetterQueue: "dead", MaxReceiveCount: 3,
	}, spec.Queues[0])
	assert.Equal(t, sandbox.Ref{Kind: "metric", Name: "errors"}, spec.Alarms[0].Watch)
	assert.False(t, spec.Alarms[0].ActionsEnabled)
	assert.True(t, spec.Alarms[1].ActionsEnabled)
	assert.Equal(t, time.Minute, spec.Alarms[1].Period)
	assert.Equal(t, 1, spec.Alarms[1].Periods)
	assert.Equal(t, sandbox.Ref{Kind: "autoscaling_group", Name: "g", Attribute: "healthy"}, spec.Alarms[1].Watch)
	assert.Equal(t, &sandbox.Ref{Kind: "cloudwatch_alarm", Name: "High errors"}, spec.Automations[0].StartedBy)
	assert.Equal(t, "Success", spec.Automations[0].Status)
	assert.Equal(t, map[string]float64{"sqs_queue.orders.fifo.arrives_per_second": 0}, spec.Automations[0].Then)
	assert.True(t, spec.OnCalls[0].EscalatesAfter.Never)
	assert.Equal(t, map[time.Duration]float64{10 * time.Minute: 5, 20 * time.Minute: 0}, spec.Metrics[0].At)
}

func TestTheSandboxStandsBesideItsScenario(t *testing.T) {
	for scenario, want := range map[string]string{
		"a/b.hcl": "a/b.sandbox.hcl", "b.hcl.json": "b.sandbox.hcl", "library/checkout": "library/checkout.sandbox.hcl",
		"library/checkout.hcl": "library/checkout.sandbox.hcl",
	} {
		assert.Equal(t, want, scenarios.SandboxFor(scenario))
	}
}

func TestTheLibraryLoadsAndTeaches(t *testing.T) {
	entries := scenarios.Library()
	require.Len(t, entries, 8)
	for _, e := range entries {
		loaded := load(t, "library/"+e.Name)
		assert.NoError(t, loaded.Warnings, e.Name)
		_, err := scenarios.LoadSandbox(e.Sandbox)
		require.NoError(t, err, shown(err))
		assert.Contains(t, []string{"passed", "failed", "inconclusive"}, e.Verdict, e.Name)
		assert.True(t, strings.HasSuffix(e.Description, "."), "%s: %q", e.Name, e.Description)
		for _, path := range []string{e.Path, e.Sandbox} {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			formatted, err := scenarios.Format(text, path)
			require.NoError(t, err)
			assert.Equal(t, string(formatted), string(text), "%s is not formatted", path)
		}
	}
}

func TestManyScenariosShareNothing(t *testing.T) {
	one, other := load(t, "library/checkout"), load(t, "library/checkout")
	one.Experiment.Faults[0].Name = "changed"
	assert.Equal(t, "kill", other.Experiment.Faults[0].Name)
}

func BenchmarkValidateAThousandFiles(b *testing.B) {
	folder := b.TempDir()
	text, err := os.ReadFile("library/checkout.hcl")
	require.NoError(b, err)
	for i := range 1000 {
		require.NoError(b, os.WriteFile(filepath.Join(folder, fmt.Sprintf("s%04d.hcl", i)), text, 0o600))
	}
	for b.Loop() {
		files, err := scenarios.Find([]string{folder})
		require.NoError(b, err)
		for _, path := range files {
			_, err := scenarios.Load(path, options())
			require.NoError(b, err)
		}
	}
}
