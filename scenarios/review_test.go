package scenarios_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/scenarios"
)

const stageText = `sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}

sqs_queue "orders" {}

sns_topic "page-primary" {}

cloudwatch_alarm "orders-backlog" {
  watch = sqs_queue.orders.visible
  above = 1000
}

autoscaling_group "web" { desired = 2 }

ssm_automation "Drain-Orders" {}
`

// reviewed returns what Review says of a scenario with that text, beside stageText.
func reviewed(t *testing.T, text string, vars ...scenarios.VarSource) string {
	t.Helper()
	loaded := load(t, write(t, "x.hcl", text), vars...)
	path := write(t, "x.sandbox.hcl", stageText)
	spec, err := scenarios.LoadSandbox(path)
	require.NoError(t, err, shown(err))
	text = shown(loaded.Review(&scenarios.Account{Path: "x.sandbox.hcl", Spec: spec}))
	assert.Equal(t, strings.Count(text, "Not in the sandbox"), strings.Count(shown(loaded.Missing(&scenarios.Account{Path: "x.sandbox.hcl", Spec: spec})), "Not in the sandbox"))
	return text
}

const place = "scenario \"x\" {}\n\naws {\n  region   = \"eu-west-1\"\n  accounts = [\"111122223333\"]\n}\n\n"

func claims(pairs ...string) string {
	text := place + "inject \"cloudwatch_alarm_state\" \"ring\" {\n  alarm_name = \"orders-backlog\"\n}\n"
	for i := 0; i < len(pairs); i += 3 {
		text += "assert \"" + pairs[i] + "\" \"a" + string(rune('a'+i)) + "\" {\n  " + pairs[i+1] + " = " + pairs[i+2] + "\n  within = \"1m\"\n}\n"
	}
	return text
}

func TestAScenarioThatItsSandboxFitsIsReviewedWithoutAWord(t *testing.T) {
	assert.Empty(t, reviewed(t, claims(
		"sns_message", "topic_arn", `"arn:aws:sns:eu-west-1:111122223333:page-primary"`,
		"autoscaling_group", "group_name", `"web"`,
		"ssm_automation", "document_name", `"Drain-Orders"`,
		"sqs_queue", "visible_at_most = 1\n  queue_url", `"https://sqs.eu-west-1.amazonaws.com/111122223333/orders"`,
		"cloudwatch_alarm", "state = \"OK\"\n  alarm_name", `inject.ring.alarm_name`,
		"cloudwatch_alarm", "state = \"OK\"\n  alarm_name", `"orders-${run.id}"`,
		"ssm_automation", "document_name", `"arn:aws:ssm:eu-west-1:111122223333:document/Drain"`,
	)))
	for _, entry := range scenarios.Library() {
		loaded := load(t, entry.Path)
		spec, err := scenarios.LoadSandbox(entry.Sandbox)
		require.NoError(t, err)
		assert.NoError(t, loaded.Review(&scenarios.Account{Path: entry.Sandbox, Spec: spec}), entry.Name)
	}
}

func TestWhatTheSandboxLacksIsToldWithWhatToAdd(t *testing.T) {
	for name, c := range map[string]struct{ kind, attribute, value, want string }{
		"a topic":           {"sns_message", "topic_arn", `"arn:aws:sns:eu-west-1:111122223333:media-boss"`, `The sandbox x.sandbox.hcl has no sns_topic "media-boss". Add to it: sns_topic "media-boss" {}`},
		"a misspelt topic":  {"sns_message", "topic_arn", `"arn:aws:sns:eu-west-1:111122223333:page-primry"`, `Did you mean "page-primary"?`},
		"another account":   {"sns_message", "topic_arn", `"arn:aws:sns:eu-west-1:999922223333:page-primary"`, "is of account 999922223333, and the sandbox x.sandbox.hcl is account 111122223333"},
		"another region":    {"sns_message", "topic_arn", `"arn:aws:sns:us-east-1:111122223333:page-primary"`, "is in us-east-1, and the sandbox x.sandbox.hcl is in eu-west-1"},
		"a queue":           {"sqs_queue", "visible_at_most = 1\n  queue_url", `"https://sqs.eu-west-1.amazonaws.com/111122223333/media"`, `Add to it: sqs_queue "media" {}`},
		"a queue elsewhere": {"sqs_queue", "visible_at_most = 1\n  queue_url", `"https://sqs.us-east-1.amazonaws.com/111122223333/orders"`, "is in us-east-1"},
		"a group":           {"autoscaling_group", "group_name", `"media"`, `Add to it: autoscaling_group "media" { desired = 2 }`},
		"a document":        {"ssm_automation", "document_name", `"Restart"`, `Add to it: ssm_automation "Restart" {}`},
		"an alarm":          {"cloudwatch_alarm", "state = \"OK\"\n  alarm_name", `"latency"`, `Add such a block; "gameday kinds cloudwatch_alarm" has an example.`},
	} {
		text := reviewed(t, claims(c.kind, c.attribute, c.value))
		assert.Contains(t, text, c.want, name)
		assert.Contains(t, text, "Warning: ", name)
		assert.Regexp(t, `x\.hcl line 1[23],`, text, name)
		if _, add, hinted := strings.Cut(text, "Add to it: "); hinted {
			_, err := scenarios.LoadSandbox(write(t, "x.sandbox.hcl", stageText+add))
			assert.NoError(t, err, name)
		}
	}
}

func TestEachMissingThingIsToldOnce(t *testing.T) {
	topic := `"arn:aws:sns:eu-west-1:111122223333:boss"`
	text := reviewed(t, claims("sns_message", "topic_arn", topic, "sns_message", "topic_arn", topic))
	assert.Equal(t, 1, strings.Count(text, "Not in the sandbox"))
}

func TestAnAccountOrRegionThatIsNotTheSandboxsIsToldOf(t *testing.T) {
	check := "check \"autoscaling_group\" \"web\" { group_name = \"web\" }\n"
	text := reviewed(t, "scenario \"x\" {}\naws {\n  region = \"us-east-1\"\n  accounts = [\"999922223333\"]\n}\n"+check)
	assert.Contains(t, text, "x.sandbox.hcl is account 111122223333, which is not listed here: a rehearsal will be refused.")
	assert.Contains(t, text, "The sandbox x.sandbox.hcl is in eu-west-1.")
	for _, c := range []struct{ aws, want string }{
		{"", "There is no aws block."},
		{"aws { region = \"eu-west-1\" }\n", "aws.accounts is missing."},
		{"aws { accounts = [] }\n", "aws.accounts is empty."},
	} {
		text := reviewed(t, "scenario \"x\" {}\n"+c.aws+check)
		assert.Contains(t, text, c.want+" gameday rehearse works without it; gameday run will refuse.")
	}
	assert.Contains(t, shown(load(t, write(t, "x.hcl", "scenario \"x\" {}\n"+check)).Review(nil)), "No accounts")
}

func TestSensitiveNamesAreNotComparedWithTheSandbox(t *testing.T) {
	text := "variable \"name\" {\n  default = \"canary\"\n  sensitive = true\n}\n" + claims("ssm_automation", "document_name", "var.name")
	assert.Empty(t, reviewed(t, text))
}
