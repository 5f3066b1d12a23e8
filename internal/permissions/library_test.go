package permissions_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/assertions"
	"gameday/experiments"
	"gameday/injectors"
	"gameday/internal/chance"
	"gameday/internal/journal"
	"gameday/internal/killswitch"
	"gameday/internal/notify"
	"gameday/internal/permissions"
	"gameday/internal/signals"
	"gameday/scenarios"
)

// unusedOnPurpose are the permissions that no scenario of the library, and none of this test, uses, and why they are there.
func unusedOnPurpose() map[string]string {
	return map[string]string{}
}

func policyOf(t testing.TB, needs experiments.Needs) policy {
	t.Helper()
	policies, err := permissions.Policies(permissions.Grants(needs), permissions.Largest)
	require.NoError(t, err)
	require.Len(t, policies, 1)
	return read(t, policies)
}

// usedOf plays a scenario, requires that its policy allows every call of it, and returns what of the policy was used and what
// was not: by purpose and action, such as "RevertSqs sqs:DeleteMessage".
func usedOf(t testing.TB, path string, seed chance.Seed) (granted, used map[string]bool) {
	t.Helper()
	p := rehearse(t, path, seed)
	require.Empty(t, p.finished.Error)
	allowed := policyOf(t, p.needs)
	recorded := map[string]bool{}
	granted, used = map[string]bool{}, map[string]bool{}
	for _, c := range p.calls {
		recorded[c.action] = true
		ids := allowed.allows(c)
		require.NotEmpty(t, ids, "%s on %s is not allowed", c.action, c.resource)
		for _, id := range ids {
			used[id+" "+c.action] = true
		}
	}
	assert.Equal(t, p.actions, slices.Sorted(maps.Keys(recorded)), "what was written down is what the session counted")
	for _, s := range allowed.Statement {
		for _, action := range s.Action {
			granted[s.Sid+" "+action] = true
		}
	}
	for _, c := range p.planning {
		assert.True(t, slices.ContainsFunc(allowed.allows(c), isPlan), "planning does %s on %s", c.action, c.resource)
	}
	return granted, used
}

func isPlan(id string) bool { return len(id) > 4 && id[:4] == "Plan" }

func TestThePolicyOfEveryScenarioAllowsEveryCallOfItAndNothingThatIsNeverUsed(t *testing.T) {
	granted, used := map[string]bool{}, map[string]bool{}
	play := func(path string, seed chance.Seed) {
		g, u := usedOf(t, path, seed)
		maps.Copy(granted, g)
		maps.Copy(used, u)
	}
	for _, entry := range scenarios.Library() {
		for seed := range 3 {
			play(entry.Path, chance.Seed(seed+1))
		}
	}
	play(write(t, everything, town), 1)

	for _, id := range slices.Sorted(maps.Keys(granted)) {
		reason, excused := unusedOnPurpose()[id]
		assert.True(t, used[id] || excused && reason != "", "%s is granted and never used", id)
		assert.False(t, used[id] && excused, "%s is used after all", id)
	}
	for id := range unusedOnPurpose() {
		assert.True(t, granted[id], "%s is not granted by any policy", id)
	}
}

func TestEveryActionOfTheTablesIsKnownToBeNarrowedOrNot(t *testing.T) {
	var declared []string
	declared = append(declared, journal.S3Permissions()...)
	for _, k := range notify.Standard() {
		declared = append(declared, k.Permissions...)
	}
	catalog := injectors.Standard()
	for _, k := range catalog.Kinds {
		declared = append(append(declared, k.Permissions...), k.Tagging...)
		assert.Subset(t, k.Permissions, k.Reverting, k.Name)
	}
	for _, k := range catalog.Targets {
		declared = append(declared, k.Permissions...)
	}
	for _, tap := range catalog.Taps {
		declared = append(declared, tap.Permissions...)
	}
	for _, k := range signals.Standard() {
		declared = append(declared, k.Permissions...)
		assert.Subset(t, k.Permissions, k.Foretelling, k.Name)
		_, foretells := k.New(signals.Env{}).(signals.Foreteller)
		assert.Equal(t, foretells, len(k.Foretelling) > 0, k.Name)
	}
	for _, k := range assertions.Standard() {
		_, known := signals.Standard().Find(k.Source)
		assert.True(t, known, k.Name)
	}
	for _, address := range []string{"ssm:/gameday/stop", "s3://ledger/stop"} {
		action, _ := killswitch.Needs(address, region, account)
		declared = append(declared, action)
	}
	slices.Sort(declared)
	declared = slices.Compact(declared)
	for _, action := range declared {
		assert.NotContains(t, permissions.Unnarrowed(action), "does not know", action)
	}
	assert.Equal(t, declared, permissions.Known(), "the table of scopes has no row that nothing declares")
}

func TestThePolicyOfTheCheckoutAllowsNothingElse(t *testing.T) {
	allowed := policyOf(t, rehearse(t, "library/checkout", 1).needs)
	arn := func(service, resource string) string {
		return "arn:aws:" + service + ":" + region + ":" + account + ":" + resource
	}
	tagged := func(value string) map[string]string {
		facts := here()
		facts["aws:ResourceTag/app"] = value
		return facts
	}
	subscription := func(protocol, endpoint string) map[string]string {
		facts := here()
		facts["sns:Protocol"], facts["sns:Endpoint"] = protocol, endpoint
		return facts
	}
	tomorrow := call{"ec2:TerminateInstances", arn("ec2", "instance/i-born-tomorrow"), tagged("checkout")}
	assert.NotEmpty(t, allowed.allows(tomorrow), "instances are replaced, and the policy still fits")
	for _, c := range []call{
		{"ec2:TerminateInstances", arn("ec2", "instance/i-1"), tagged("billing")},
		{"ec2:TerminateInstances", arn("ec2", "instance/i-1"), here()},
		{"ec2:StopInstances", arn("ec2", "instance/i-1"), tagged("checkout")},
		{"ec2:DescribeInstances", "*", map[string]string{"aws:RequestedRegion": "us-east-1"}},
		{"sqs:SendMessage", arn("sqs", "payments"), here()},
		{"sqs:PurgeQueue", arn("sqs", "orders"), here()},
		{"sqs:DeleteQueue", arn("sqs", "orders"), here()},
		{"sqs:CreateQueue", arn("sqs", "mine"), here()},
		{"sns:Publish", arn("sns", "page-primary"), here()},
		{"sns:Subscribe", arn("sns", "page-primary"), subscription("https", "https://example.com")},
		{"sns:Subscribe", arn("sns", "page-primary"), subscription("sqs", arn("sqs", "mine"))},
		{"sns:Subscribe", arn("sns", "invoices"), subscription("sqs", arn("sqs", "gameday-1"))},
		{"cloudwatch:SetAlarmState", arn("cloudwatch", "alarm:orders-backlog"), here()},
		{"ssm:StartAutomationExecution", arn("ssm", "automation-definition/Drain-Orders"), here()},
		{"ssm:GetAutomationExecution", "arn:aws:ssm:eu-west-1:999999999999:automation-execution/1", here()},
		{"iam:CreateUser", "*", here()},
	} {
		assert.Empty(t, allowed.allows(c), "%s on %s", c.action, c.resource)
	}
}

// everything is what the library leaves out.
const everything = `
scenario "everything" {
  timeout = "30m"
}
aws {
  region   = "eu-west-1"
  accounts = ["111122223333"]
}
target "ec2_instances" "web" { tags = { app = "web" } }
inject "ec2_stop" "stop" { instance_ids = target.web.ids }
inject "sqs_backlog" "flood" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages  = 200
  after     = [inject.stop]
}
inject "cloudwatch_alarm_state" "ring" {
  alarm_name = "all"
  after      = [inject.stop]
}
assert "ec2_instances" "stopped" {
  instance_ids = target.web.ids
  state        = "stopped"
  since        = inject.stop
  within       = "5m"
}
assert "cloudwatch_alarm" "rings" {
  alarm_name = "backlog"
  state      = "ALARM"
  since      = inject.flood
  within     = "5m"
}
`

const town = `
sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}
ec2_instance "a" { tags = { app = "web" } }
ec2_instance "b" { tags = { app = "batch" } }
sqs_queue "orders" {
  dead_letter_queue = sqs_queue.orders-dlq
  max_receive_count = 5
}
sqs_queue "orders-dlq" {}
cloudwatch_alarm "backlog" {
  watch  = sqs_queue.orders.visible
  above  = 100
  period = "60s"
}
cloudwatch_alarm "all" {
  watch  = sqs_queue.orders-dlq.visible
  above  = 100
  period = "60s"
}
`
