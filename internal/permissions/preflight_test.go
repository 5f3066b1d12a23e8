package permissions_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/permissions"
	"gameday/internal/sandbox"
)

// ask asks the IAM of an account that prepare prepared.
func ask(t testing.TB, caller string, needs experiments.Needs, prepare func(*sandbox.Account)) (found permissions.Findings, calls map[string]int) {
	t.Helper()
	c := clock.Virtual(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), 0)
	there, err := sandbox.New(sandbox.Spec{Account: account, Region: region}, c, 1)
	require.NoError(t, err)
	prepare(there)
	c.Run(func() {
		session := cloud.NewSession(there.Config(), c, 1, "test")
		found, err = permissions.Preflight(context.Background(), iam.NewFromConfig(session.Config()), caller, region, permissions.Grants(needs))
		calls = session.Calls()
	})
	require.NoError(t, err)
	return found, calls
}

const user = "arn:aws:iam::111122223333:user/gameday"

func TestWhoeverMayDoEverythingIsDeniedNothing(t *testing.T) {
	found, calls := ask(t, user, rehearse(t, "library/checkout", 1).needs, func(*sandbox.Account) {})
	assert.Equal(t, permissions.Findings{}, found)
	assert.Positive(t, calls["iam:SimulatePrincipalPolicy"])
	assert.Len(t, calls, 1)
}

func TestWhatIsDeniedIsNamedWithItsResource(t *testing.T) {
	needs := rehearse(t, "library/checkout", 1).needs
	found, _ := ask(t, user, needs, func(a *sandbox.Account) {
		a.LimitPages(1)
		a.Deny("sqs:SendMessage", "*:orders")
		a.Deny("ec2:DescribeInstances", "*")
		a.Deny("ec2:TerminateInstances", needs.Faults[0].Plan.Targets[1])
		a.Deny("ssm:GetAutomationExecution", "*")
	})
	assert.Empty(t, found.Note)
	assert.Equal(t, []permissions.Denial{
		{permissions.Plan, "ec2:DescribeInstances", "*", "no policy allows it"},
		{permissions.Inject, "ec2:TerminateInstances", needs.Faults[0].Plan.Targets[1], "no policy allows it"},
		{permissions.Inject, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:orders", "no policy allows it"},
		{
			permissions.Observe, "ssm:GetAutomationExecution",
			"arn:aws:ssm:eu-west-1:111122223333:automation-execution/00000000-0000-4000-8000-000000000000", "no policy allows it",
		},
	}, found.Denied)
}

func TestASessionIsAskedAboutAsItsRole(t *testing.T) {
	needs := rehearse(t, "library/alarm-paging", 1).needs
	session := "arn:aws:sts::111122223333:assumed-role/Ops/me@example.com"
	deny := func(role string, more ...string) func(*sandbox.Account) {
		return func(a *sandbox.Account) {
			a.SetCaller(session, role)
			a.Deny("cloudwatch:SetAlarmState", "*")
			for _, action := range more {
				a.Deny(action, "*")
			}
		}
	}
	for _, role := range []string{"arn:aws:iam::111122223333:role/Ops", "arn:aws:iam::111122223333:role/teams/payments/Ops"} {
		found, _ := ask(t, session, needs, deny(role))
		require.Len(t, found.Denied, 1, role)
		assert.Equal(t, "cloudwatch:SetAlarmState", found.Denied[0].Action)
		assert.Empty(t, found.Note)
	}
	found, _ := ask(t, session, needs, deny("arn:aws:iam::111122223333:role/teams/payments/Ops", "iam:GetRole"))
	assert.Equal(t, "the caller may not iam:GetRole", found.Note)
	assert.Empty(t, found.Denied)
}

func TestWhoCannotBeAskedAboutIsNoted(t *testing.T) {
	needs := rehearse(t, "library/alarm-paging", 1).needs
	for caller, want := range map[string]string{
		"arn:aws:iam::111122223333:root":              "the caller is the account's root user",
		"arn:aws:sts::111122223333:federated-user/me": "the caller is a federated user",
		"arn:aws:iam::111122223333:saml-provider/me":  "the caller is arn:aws:iam::111122223333:saml-provider/me",
		"somebody": "STS names the caller somebody",
		"arn:aws:iam::111122223333:user/somebody/who/is/gone": "NoSuchEntity",
	} {
		found, calls := ask(t, caller, needs, func(*sandbox.Account) {})
		assert.Contains(t, found.Note, want)
		assert.Empty(t, found.Denied)
		assert.LessOrEqual(t, len(calls), 1)
	}
	found, _ := ask(t, user, needs, func(a *sandbox.Account) { a.Deny("iam:SimulatePrincipalPolicy", "*") })
	assert.Equal(t, permissions.Findings{Note: "the caller may not iam:SimulatePrincipalPolicy"}, found)
}

// answers is an IAM that answers with what it has.
type answers struct {
	permissions.IAM
	result types.EvaluationResult
	err    error
	asked  []*iam.SimulatePrincipalPolicyInput
}

func (a *answers) SimulatePrincipalPolicy(_ context.Context, in *iam.SimulatePrincipalPolicyInput, _ ...func(*iam.Options)) (
	*iam.SimulatePrincipalPolicyOutput, error,
) {
	copied := *in
	a.asked = append(a.asked, &copied)
	a.result.EvalActionName = aws.String(in.ActionNames[0])
	return &iam.SimulatePrincipalPolicyOutput{EvaluationResults: []types.EvaluationResult{a.result}}, a.err
}

func TestWhoDeniesIsSaid(t *testing.T) {
	grants := []permissions.Grant{{Purpose: permissions.Inject, Actions: []string{"sqs:SendMessage"}, Resources: []string{"*"}}}
	deny := types.EvaluationResult{EvalDecision: types.PolicyEvaluationDecisionTypeExplicitDeny}
	organised, bounded, unknown := deny, deny, deny
	organised.OrganizationsDecisionDetail = &types.OrganizationsDecisionDetail{}
	bounded.PermissionsBoundaryDecisionDetail = &types.PermissionsBoundaryDecisionDetail{}
	unknown.MissingContextValues = []string{"aws:MultiFactorAuthAge"}
	for why, result := range map[string]types.EvaluationResult{
		"a policy denies it": deny, "the organisation does not allow it": organised, "the permissions boundary does not allow it": bounded,
	} {
		found, err := permissions.Preflight(context.Background(), &answers{result: result}, user, region, grants)
		require.NoError(t, err)
		assert.Equal(t, []permissions.Denial{{permissions.Inject, "sqs:SendMessage", "*", why}}, found.Denied)
	}
	found, err := permissions.Preflight(context.Background(), &answers{result: unknown}, user, region, grants)
	require.NoError(t, err)
	assert.Empty(t, found.Denied, "nobody knows")
	assert.Contains(t, found.Note, "aws:MultiFactorAuthAge")
}

func TestIAMIsToldWhatTheCallsWouldComeWith(t *testing.T) {
	api := &answers{result: types.EvaluationResult{EvalDecision: types.PolicyEvaluationDecisionTypeAllowed}}
	p := rehearse(t, "library/checkout", 1)
	allowed := policyOf(t, p.needs)
	_, err := permissions.Preflight(context.Background(), api, user, region, permissions.Grants(p.needs))
	require.NoError(t, err)
	require.NotEmpty(t, api.asked)
	var actions []string
	for _, in := range api.asked {
		facts := map[string]string{}
		for _, entry := range in.ContextEntries {
			facts[*entry.ContextKeyName] = entry.ContextKeyValues[0]
		}
		resources := in.ResourceArns
		if len(resources) == 0 {
			resources = []string{"*"}
		}
		for _, action := range in.ActionNames {
			actions = append(actions, action)
			for _, resource := range resources {
				assert.NotEmpty(t, allowed.allows(call{action, resource, facts}), "%s on %s", action, resource)
				assert.NotContains(t, resource, "gameday-*")
			}
		}
	}
	for _, action := range p.actions {
		assert.True(t, slices.Contains(actions, action), "%s is not asked about", action)
	}
}

func TestAnInterruptEndsTheAsking(t *testing.T) {
	ctx, stop := context.WithCancelCause(context.Background())
	why := errors.New("stopped")
	stop(why)
	grants := []permissions.Grant{{Purpose: permissions.Inject, Actions: []string{"sqs:SendMessage"}, Resources: []string{"*"}}}
	_, err := permissions.Preflight(ctx, &answers{err: ctx.Err()}, user, region, grants)
	assert.ErrorIs(t, err, why)
}
