package permissions_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/injectors"
	"gameday/internal/permissions"
	"gameday/internal/signals"
)

func TestAPolicyThatIsTooLongIsSplitAndAllowsTheSame(t *testing.T) {
	p := rehearse(t, "library/checkout", 1)
	policies, err := permissions.Policies(permissions.Grants(p.needs), 1000)
	require.NoError(t, err)
	assert.Greater(t, len(policies), 2)
	ids := map[string]bool{}
	for _, one := range policies {
		text, err := json.Marshal(one)
		require.NoError(t, err)
		assert.LessOrEqual(t, len(text), 1000)
		assert.NotEmpty(t, one.Statement)
		for _, s := range one.Statement {
			assert.False(t, ids[s.Sid], "%s is there twice", s.Sid)
			ids[s.Sid] = true
		}
	}
	all := read(t, policies)
	for _, c := range p.calls {
		assert.NotEmpty(t, all.allows(c), "%s on %s", c.action, c.resource)
	}
}

func TestAStatementThatIsTooLongIsSplitByItsResources(t *testing.T) {
	kind, _ := injectors.Standard().Find("ec2_stop")
	var arns []string
	for n := range 400 {
		arns = append(arns, fmt.Sprintf("arn:aws:ec2:%s:%s:instance/i-%017d", region, account, n))
	}
	needs := experiments.Needs{Account: account, Region: region, Faults: []experiments.NeededFault{{
		Kind: kind, Plan: injectors.Plan{Targets: arns},
	}}}
	policies, err := permissions.Policies(permissions.Grants(needs), permissions.Largest)
	require.NoError(t, err)
	assert.Greater(t, len(policies), 4)
	all := read(t, policies)
	for _, arn := range arns {
		assert.Len(t, all.allows(call{"ec2:StopInstances", arn, here()}), 1, arn)
	}
	assert.Empty(t, all.allows(call{"ec2:StopInstances", arns[0] + "0", here()}))

	_, err = permissions.Policies(permissions.Grants(needs), 100)
	assert.ErrorContains(t, err, "alone takes more than 100 characters")
}

func TestNamesAreTakenToTheLetter(t *testing.T) {
	kind, _ := injectors.Standard().Find("cloudwatch_alarm_state")
	alarm := "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:any * of ${aws:username}?"
	allowed := policyOf(t, experiments.Needs{Account: account, Region: region, Faults: []experiments.NeededFault{{
		Kind: kind, Plan: injectors.Plan{Targets: []string{alarm}},
	}}})
	assert.NotEmpty(t, allowed.allows(call{"cloudwatch:SetAlarmState", alarm, here()}))
	other := strings.Replace(alarm, "*", "one", 1)
	assert.Empty(t, allowed.allows(call{"cloudwatch:SetAlarmState", other, here()}))
}

func TestWhatATargetNamesByItsTagsIsAllowedByTagsAndTheRestByItself(t *testing.T) {
	kind, _ := injectors.Standard().Find("ec2_terminate")
	arn := func(id string) string { return "arn:aws-cn:ec2:cn-north-1:111122223333:instance/" + id }
	allowed := policyOf(t, experiments.Needs{
		Account: account, Region: "cn-north-1",
		Targets: []experiments.NeededTarget{
			{ARNs: []string{arn("i-1")}, Tags: map[string]string{"app": "web", "env": "*"}}, {ARNs: []string{arn("i-2")}},
		},
		Faults: []experiments.NeededFault{{Kind: kind, Plan: injectors.Plan{Targets: []string{arn("i-1"), arn("i-2")}}}},
	})
	terminate := func(id string, facts map[string]string) []string {
		return allowed.allows(call{"ec2:TerminateInstances", arn(id), facts})
	}
	both := map[string]string{"aws:ResourceTag/app": "web", "aws:ResourceTag/env": "*"}
	assert.Len(t, terminate("i-1", both), 1)
	assert.Len(t, terminate("i-3", both), 1)
	assert.Len(t, terminate("i-2", nil), 1)
	assert.Empty(t, terminate("i-1", map[string]string{"aws:ResourceTag/app": "web"}))
	assert.Empty(t, terminate("i-1", map[string]string{"aws:ResourceTag/app": "web", "aws:ResourceTag/env": "prod"}))
	assert.Empty(t, terminate("i-3", nil))
}

func TestATopicOfAnotherRegionIsAllowedThere(t *testing.T) {
	kind, _ := signals.Standard().Find("sns_message")
	tap, _ := injectors.Standard().FindTap("sns_message")
	topic := "arn:aws:sns:us-east-1:111122223333:pages"
	allowed := policyOf(t, experiments.Needs{Account: account, Region: region, Sources: []experiments.NeededSource{{
		Source: signals.Source{Kind: "sns_message", Subject: topic}, Kind: kind, Tap: &tap,
	}}})
	there := map[string]string{"aws:RequestedRegion": "us-east-1"}
	assert.NotEmpty(t, allowed.allows(call{"sns:Unsubscribe", "*", there}))
	assert.Empty(t, allowed.allows(call{"sns:Unsubscribe", "*", here()}))
	assert.NotEmpty(t, allowed.allows(call{"sqs:CreateQueue", "arn:aws:sqs:eu-west-1:111122223333:gameday-1", here()}))
	assert.NotEmpty(t, allowed.allows(call{"sns:ListSubscriptionsByTopic", topic, there}))
}

func TestQueuesAreKnownByTheirURLs(t *testing.T) {
	kind, _ := signals.Standard().Find("sqs_queue")
	for url, want := range map[string]string{
		"https://sqs.us-east-2.amazonaws.com/111122223333/orders.fifo": "arn:aws:sqs:us-east-2:111122223333:orders.fifo",
		"https://sqs.cn-north-1.amazonaws.com.cn/111122223333/orders":  "arn:aws-cn:sqs:cn-north-1:111122223333:orders",
		"http://localhost:4566/111122223333/orders":                    "arn:aws:sqs:eu-west-1:111122223333:orders",
		"https://eu-west-1.queue.amazonaws.com/111122223333/orders":    "arn:aws:sqs:eu-west-1:111122223333:orders",
		"https://queue.localhost/queue/eu-west-1/111122223333/orders":  "arn:aws:sqs:eu-west-1:111122223333:orders",
		"orders": "arn:aws:sqs:eu-west-1:111122223333:*",
	} {
		grants := permissions.Grants(experiments.Needs{Account: account, Region: region, Sources: []experiments.NeededSource{{
			Source: signals.Source{Kind: "sqs_queue", Subject: url}, Kind: kind,
		}}})
		require.Len(t, grants, 1, url)
		assert.Equal(t, []string{want}, grants[0].Resources, url)
	}
}

func TestAnActionThatIsNotInTheTableIsNotNarrowedAndSaysSo(t *testing.T) {
	kind := signals.Kind{Name: "new", Permissions: []string{"new:Describe"}}
	grants := permissions.Grants(experiments.Needs{Account: account, Region: region, Sources: []experiments.NeededSource{{
		Source: signals.Source{Kind: "new", Subject: "x"}, Kind: kind,
	}}})
	require.Len(t, grants, 1)
	assert.Equal(t, []string{"*"}, grants[0].Resources)
	assert.Equal(t, []string{"new:Describe: gameday does not know what AWS can narrow it to"}, permissions.Notes(grants))
}

func TestIdsAreWhatIAMTakes(t *testing.T) {
	for _, s := range policyOf(t, rehearse(t, "library/checkout", 1).needs).Statement {
		assert.Regexp(t, regexp.MustCompile(`^[A-Za-z0-9]+$`), s.Sid)
	}
}
