package assertions_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/assertions"
	"gameday/assertions/assertiontest"
	"gameday/internal/signals"
)

func TestEveryKindConforms(t *testing.T) {
	assertiontest.Conform(t, assertions.Standard(), assertiontest.Cases())
}

func TestEveryExampleIsAClaimWithoutProblems(t *testing.T) {
	for _, kind := range assertions.Standard() {
		file, diagnostics := hclparse.NewParser().ParseHCL([]byte(kind.Example+"\n"), kind.Name+".hcl")
		require.False(t, diagnostics.HasErrors(), diagnostics.Error())
		claim := kind.New()
		diagnostics = gohcl.DecodeBody(file.Body, nil, claim)
		require.False(t, diagnostics.HasErrors(), diagnostics.Error())
		if checked, ok := claim.(assertions.Checked); ok {
			assert.Empty(t, checked.Problems(), kind.Name)
		}
		assert.NotEmpty(t, claim.Sources(), kind.Name)
	}
}

func TestStatusIsSuccessUnlessTheScenarioSaysOtherwise(t *testing.T) {
	file, diagnostics := hclparse.NewParser().ParseHCL([]byte(`document_name = "Drain"`), "x.hcl")
	require.False(t, diagnostics.HasErrors())
	kind, _ := assertions.Standard().Find("ssm_automation")
	claim := kind.New()
	require.False(t, gohcl.DecodeBody(file.Body, nil, claim).HasErrors())
	require.Equal(t, "Success", claim.(*assertions.SSMAutomation).Status)
}

func TestProblemsNameTheAttribute(t *testing.T) {
	minus, zero := -1, 0
	for name, c := range map[string]struct {
		claim assertions.Checked
		want  []string
	}{
		"unknown alarm state":  {&assertions.CloudwatchAlarm{AlarmName: "a", State: "Alarm"}, []string{"state"}},
		"no alarm":             {&assertions.CloudwatchAlarm{AlarmName: " ", State: "OK"}, []string{"alarm_name"}},
		"negative instances":   {&assertions.AutoscalingGroup{GroupName: "g", HealthyAtLeast: &minus}, []string{"healthy_at_least"}},
		"no instances":         {&assertions.EC2Instances{State: "running"}, []string{"instance_ids"}},
		"an empty instance id": {&assertions.EC2Instances{InstanceIDs: []string{"i-1", ""}, State: "running"}, []string{"instance_ids"}},
		"gone is no EC2 state": {&assertions.EC2Instances{InstanceIDs: []string{"i-1"}, State: "gone"}, []string{"state"}},
		"no depth":             {&assertions.SQSQueue{QueueURL: queue}, []string{"visible_at_most"}},
		"two depths":           {&assertions.SQSQueue{QueueURL: queue, VisibleAtMost: &zero, VisibleAtLeast: &zero}, []string{"visible_at_least"}},
		"a negative depth":     {&assertions.SQSQueue{QueueURL: queue, VisibleAtMost: &minus}, []string{"visible_at_most"}},
		"zero is a depth":      {&assertions.SQSQueue{QueueURL: queue, VisibleAtMost: &zero}, nil},
		"jq that does not parse": {
			&assertions.SNSMessage{TopicARN: topic, JQ: ".a =="}, []string{"jq"},
		},
		"jq that does not compile": {
			&assertions.SNSMessage{TopicARN: topic, JQ: "nosuchfunction"}, []string{"jq"},
		},
		"jq that reads other inputs": {
			&assertions.SNSMessage{TopicARN: topic, JQ: "input == 1"}, []string{"jq"},
		},
		"an automation's status": {
			&assertions.SSMAutomation{DocumentName: "d", Status: "Succeeded"}, []string{"status"},
		},
		"a topic's name": {&assertions.SNSMessage{TopicARN: "page"}, []string{"topic_arn"}},
		"an empty topic": {&assertions.SNSMessage{}, []string{"topic_arn"}},
		"an ARN of a queue": {
			&assertions.SNSMessage{TopicARN: "arn:aws:sqs:eu-west-1:111122223333:page"}, []string{"topic_arn"},
		},
		"an ARN of a subscription": {&assertions.SNSMessage{TopicARN: topic + ":6b0e71bd"}, []string{"topic_arn"}},
		"an ARN without a region":  {&assertions.SNSMessage{TopicARN: "arn:aws:sns::111122223333:page"}, []string{"topic_arn"}},
		"a topic in China":         {&assertions.SNSMessage{TopicARN: "arn:aws-cn:sns:cn-north-1:111122223333:page.fifo"}, nil},
		"a queue's name":           {&assertions.SQSQueue{QueueURL: "orders", VisibleAtMost: &zero}, []string{"queue_url"}},
		"an empty queue":           {&assertions.SQSQueue{VisibleAtMost: &zero}, []string{"queue_url"}},
		"a queue's ARN": {
			&assertions.SQSQueue{QueueURL: "arn:aws:sqs:eu-west-1:111122223333:orders", VisibleAtMost: &zero}, []string{"queue_url"},
		},
		"a host without a queue": {&assertions.SQSQueue{QueueURL: "https://sqs.eu-west-1.amazonaws.com/", VisibleAtMost: &zero}, []string{"queue_url"}},
		"another service": {
			&assertions.SQSQueue{QueueURL: "https://sns.eu-west-1.amazonaws.com/111122223333/orders", VisibleAtMost: &zero}, []string{"queue_url"},
		},
		"an emulator's queue": {&assertions.SQSQueue{QueueURL: "http://localhost:4566/000000000000/orders", VisibleAtMost: &zero}, nil},
		"an old queue's URL":  {&assertions.SQSQueue{QueueURL: "https://eu-west-1.queue.amazonaws.com/111122223333/orders", VisibleAtMost: &zero}, nil},
		"no document":         {&assertions.SSMAutomation{Status: "Success"}, []string{"document_name"}},
	} {
		var got []string
		for _, problem := range c.claim.Problems() {
			got = append(got, problem.Attribute)
			assert.NotEmpty(t, problem.Summary, name)
			assert.True(t, strings.HasSuffix(problem.Detail, "."), "%s: %q is no sentence", name, problem.Detail)
		}
		assert.Equal(t, c.want, got, name)
	}
}

const (
	topic = "arn:aws:sns:eu-west-1:111122223333:page"
	queue = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
)

func published(texts ...string) []signals.Signal {
	var seen []signals.Signal
	for i, text := range texts {
		seen = append(seen, signals.Signal{
			Source: signals.Source{Kind: "sns_message", Subject: topic},
			At:     signals.StampMillis(time.Date(2026, 1, 5, 9, 0, i, 0, time.UTC)),
			Value:  signals.Message{ID: fmt.Sprint(i), Text: text},
		})
	}
	return seen
}

func TestJQSeesTheMessageAndNothingElse(t *testing.T) {
	t.Setenv("GAMEDAY_SECRET", "x")
	for name, c := range map[string]struct {
		jq, text string
		want     bool
	}{
		"JSON is parsed":                     {`.a.b == 1`, `{"a": {"b": 1}}`, true},
		"text that is no JSON is a string":   {`startswith("page:")`, `page: 1`, true},
		"two documents are text":             {`type == "string"`, `{} {}`, true},
		"any of several results may be true": {`.records[].id == 2`, `{"records": [{"id": 1}, {"id": 2}]}`, true},
		"an error does not match":            {`.a.b == 1`, `{"a": "text"}`, false},
		"true means true, not something":     {`.a`, `{"a": "yes"}`, false},
		"null does not match":                {`.missing`, `{}`, false},
		"no result does not match":           {`empty`, `{}`, false},
		"the environment is hidden":          {`env.GAMEDAY_SECRET == "x" or $ENV.GAMEDAY_SECRET == "x"`, `{}`, false},
		"there is no clock":                  {`now > 0`, `{}`, false},
		"there is no time zone":              {`(0 | localtime | length > 0), (0 | strflocaltime("%Z") | length > 0)`, `{}`, false},
		"times can be compared":              {`.at | fromdate | . > 1000`, `{"at": "2026-01-05T09:00:00Z"}`, true},
		"a huge text is refused":             {`("x" * 1e12) | length > 0`, `{}`, false},
		"halting does not match":             {`halt_error`, `{}`, false},
		"a loop ends":                        {`def f: f; f`, `{}`, false},
		"an endless stream ends":             {`repeat(1) | . == 2`, `{}`, false},
		"an endless list ends":               {`[range(1e12)] | length > 0`, `{}`, false},
	} {
		claim := &assertions.SNSMessage{TopicARN: topic, JQ: c.jq}
		require.Empty(t, claim.Problems(), name)
		assert.Equal(t, c.want, len(claim.Truth(published(c.text))) == 1, name)
	}
}

func TestALoopInJQDoesNotHideTheMessagesAfterIt(t *testing.T) {
	claim := &assertions.SNSMessage{TopicARN: topic, JQ: `def f: f; if .loop then f else .fine end`}
	require.Len(t, claim.Truth(published(`{"loop": true}`, `{"fine": true}`)), 1)
}

func TestAHeadlineIsShortAndCannotSteerATerminal(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "empty message",
		"a\r\n\x1b]0;owned\x07":    `a\r\n\x1b]0;owned\a`,
		"right\u202eleft":          `right\u202eleft`,
		"grüße 日本 👩":               "grüße 日本 👩",
		strings.Repeat("é", 80):    strings.Repeat("é", 80),
		strings.Repeat("é", 81):    strings.Repeat("é", 80) + "…",
		"::error::not a command\n": `::error::not a command\n`,
	} {
		changes := (&assertions.SNSMessage{TopicARN: topic}).Truth(published(text))
		require.Len(t, changes, 1)
		assert.Equal(t, want, changes[0].Observed)
	}
}

func TestStepsOfOneExecutionAreToldTogether(t *testing.T) {
	began := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	claim := &assertions.SSMAutomation{DocumentName: "d", Status: "Success"}
	changes := claim.Truth([]signals.Signal{{
		Source: claim.Sources()[0], At: signals.Stamp(began.Add(time.Minute)),
		Value: signals.Execution{ID: "x", Document: "d", Status: "Success", Started: began, Ended: began.Add(time.Minute)},
	}})
	require.Equal(t, []assertions.Change{{
		At: signals.Stamp(began.Add(time.Minute)), Holds: true, Observed: "Success (x)",
		Thing: "x", Began: signals.Moment{Earliest: began, Latest: began.Add(time.Second)},
	}}, changes)
}

func BenchmarkTenThousandClaimsOverAHundredThousandSignals(b *testing.B) {
	const claims, each = 10_000, 10
	at := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	var all []assertions.Assertion
	seen := make([][]signals.Signal, claims)
	for i := range claims {
		claim := &assertions.CloudwatchAlarm{AlarmName: fmt.Sprint(i), State: "ALARM"}
		all = append(all, claim)
		for j := range each {
			seen[i] = append(seen[i], signals.Signal{
				Source: claim.Sources()[0], At: signals.Stamp(at.Add(time.Duration(j) * time.Second)),
				Value: signals.Alarm{State: []string{"OK", "ALARM"}[j%2]},
			})
		}
	}
	for b.Loop() {
		for i, claim := range all {
			if len(claim.Truth(seen[i])) != each {
				b.Fatal("changes are missing")
			}
		}
	}
}

func BenchmarkOneClaimOverAHundredThousandSignals(b *testing.B) {
	claim := &assertions.EC2Instances{State: "running"}
	for i := range 100 {
		claim.InstanceIDs = append(claim.InstanceIDs, fmt.Sprint(i))
	}
	var seen []signals.Signal
	for i := range 100_000 {
		seen = append(seen, signals.Signal{
			Source: claim.Sources()[i%100], Value: signals.Instance{State: []string{"running", "stopped"}[i/100%2]},
		})
	}
	for b.Loop() {
		claim.Truth(seen)
	}
}
