package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/signals"
)

func schema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile("../../docs/schema/" + name + ".schema.json")
	require.NoError(t, err)
	return s
}

func parsed(t *testing.T, text []byte) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	return value
}

// everyEvent has every event with every attribute set.
func everyEvent() []experiments.Record {
	m := exactly(time.Minute)
	source := signals.Source{Kind: "sqs_queue", Subject: orders}
	start, plan := started(), warned()
	start.Description, start.Owner, start.Playbook, start.Profile, start.RoleARN, start.EndpointURL = "d", "o", "https://x", "p", "r", "e"
	start.Labels, start.Variables = map[string]string{"tier": "1"}, map[string]any{"flood": 5000}
	t := &tale{}
	return t.tell(0, start, plan,
		experiments.CheckDecided{Name: "calm", Verdict: experiments.Failed, Reason: experiments.Missed, Observed: "ALARM"},
		experiments.TapClosed{Source: source, Error: "denied"},
		experiments.SignalSeen{Source: source, At: signals.Moment{Latest: began}, Seen: began, Value: json.RawMessage(`{"visible":0}`)},
		experiments.SeenUntil{Source: source, Until: began},
		experiments.BlindBegan{Source: source, From: began},
		experiments.BlindEnded{Source: source, From: began, Until: began.Add(time.Second), Why: "throttled"},
		experiments.FaultFailed{Name: "flood", Error: "denied", Touched: true, Began: &m},
		experiments.FaultRevertFailed{Name: "flood", Error: "denied", Left: []string{"x"}},
		experiments.AssertionDecided{
			Name: "on_call", Chain: experiments.Escalation, Verdict: experiments.Failed, Reason: experiments.OutOfOrder, Since: &m, Moment: &m,
			Latency: &experiments.Latency{}, Observed: "o", Detail: "d",
		},
		experiments.GuardBroken{Name: "customers", Reason: experiments.Happened, Observed: "ALARM", Moment: &m},
		experiments.RunStopping{Cause: experiments.StopPanic, Detail: "d"},
		experiments.RunFinished{
			Verdict: experiments.NotReverted, ExitCode: experiments.ExitNotReverted, Error: "e", Hint: "h",
			Leftovers: []experiments.Leftover{{What: "inject.flood", Left: []string{}, Reason: "r"}}, APICalls: map[string]int{"sqs:SendMessage": 1},
		}).records
}

func TestEveryRecordIsAsItsSchemaSays(t *testing.T) {
	events := schema(t, "events")
	seen := map[string]bool{}
	all := runs()
	all["every"] = everyEvent()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, r := range all[name] {
			text, err := json.Marshal(r)
			require.NoError(t, err)
			assert.NoError(t, events.Validate(parsed(t, text)), "%s: %s", name, text)
			seen[r.Event.Type()] = true
		}
	}
	for _, kind := range eventTypes(t) {
		assert.True(t, seen[kind], "no record of %s was checked", kind)
	}
}

func TestEverySummaryIsAsItsSchemaSays(t *testing.T) {
	summary := schema(t, "summary")
	for name, records := range runs() {
		for n := 1; n <= len(records); n++ {
			var out bytes.Buffer
			require.NoError(t, Summary(&out, experiments.Summarize(records[:n])))
			assert.NoError(t, summary.Validate(parsed(t, out.Bytes())), "%s cut after %d", name, n)
		}
	}
}

// mutants are wrong versions of an object: each lacks a member, or has one too many, or one of a wrong type.
func mutants(document map[string]any) map[string]map[string]any {
	all := map[string]map[string]any{}
	with := maps.Clone(document)
	with["surprise"] = true
	all["with a surprise"] = with
	for key := range document {
		without := maps.Clone(document)
		delete(without, key)
		all["without "+key] = without
		wrong := maps.Clone(document)
		wrong[key] = []any{map[string]any{"wrong": 1}}
		all["with a wrong "+key] = wrong
	}
	return all
}

func TestAWrongSummaryIsRefused(t *testing.T) {
	summary := schema(t, "summary")
	var out bytes.Buffer
	require.NoError(t, Summary(&out, experiments.Summarize(failedRun())))
	right := parsed(t, out.Bytes()).(map[string]any)
	require.NoError(t, summary.Validate(right))
	for name, wrong := range mutants(right) {
		assert.Error(t, summary.Validate(wrong), name)
	}
	for _, list := range []string{"checks", "guards", "faults", "assertions", "chains"} {
		items := right[list].([]any)
		for name, wrong := range mutants(items[0].(map[string]any)) {
			document := maps.Clone(right)
			document[list] = []any{wrong}
			assert.Error(t, summary.Validate(document), "%s %s", list, name)
		}
	}
	for key, value := range map[string]any{"verdict": "fine", "exit_code": json.Number("7"), "format": "gameday.summary/2", "started": "yesterday", "checks": nil} {
		document := maps.Clone(right)
		document[key] = value
		assert.Error(t, summary.Validate(document), key)
	}
}

func TestAWrongRecordIsRefused(t *testing.T) {
	events := schema(t, "events")
	for _, r := range everyEvent() {
		text, err := json.Marshal(r)
		require.NoError(t, err)
		right := parsed(t, text).(map[string]any)
		shape := reflect.TypeOf(r.Event)
		for name, wrong := range mutants(right) {
			if name == "with a wrong value" {
				continue // of a signal: every kind of source has its own
			}
			key, without := strings.CutPrefix(name, "without ")
			if without && optional(shape, key) {
				assert.NoError(t, events.Validate(wrong), "%s %s", r.Event.Type(), name)
				continue
			}
			assert.Error(t, events.Validate(wrong), "%s %s", r.Event.Type(), name)
		}
	}
	for _, text := range []string{`{}`, `[]`, `{"v":1,"seq":1,"time":"2026-11-22T02:12:00Z","type":"fault.exploding","name":"x"}`} {
		assert.Error(t, events.Validate(parsed(t, []byte(text))), text)
	}
}

// optional returns whether a member of an event's JSON is left out where it is empty.
func optional(shape reflect.Type, key string) bool {
	for i := range shape.NumField() {
		if tag := shape.Field(i).Tag.Get("json"); tag == key+",omitempty" {
			return true
		}
	}
	return false
}

// eventTypes are those that the schema knows.
func eventTypes(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, value := range schema(t, "events").Properties["type"].Enum.Values {
		found = append(found, value.(string))
	}
	return found
}

func TestTheSchemaKnowsEveryMemberOfEveryEvent(t *testing.T) {
	for _, kind := range eventTypes(t) {
		var r experiments.Record
		text := fmt.Sprintf(`{"v":1,"seq":1,"time":"2026-11-22T02:12:00Z","type":%q}`, kind)
		require.NoError(t, json.Unmarshal([]byte(text), &r), "the schema knows a type that gameday does not")
		c := jsonschema.NewCompiler()
		def, err := c.Compile("../../docs/schema/events.schema.json#/$defs/" + kind)
		require.NoError(t, err)
		var want []string
		for i, shape := 0, reflect.TypeOf(r.Event); i < shape.NumField(); i++ {
			if name, _, _ := strings.Cut(shape.Field(i).Tag.Get("json"), ","); name != "" {
				want = append(want, name)
			}
		}
		want = append(want, "v", "seq", "time", "type", "sum")
		assert.ElementsMatch(t, want, slices.Collect(maps.Keys(def.Properties)), kind)
	}
}
