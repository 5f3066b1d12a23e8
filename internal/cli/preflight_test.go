package cli

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/chance"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/sandbox"
	"gameday/scenarios"
)

// governed has the desk's AWS be an account that somebody prepared.
func (d *desk) governed(prepare func(*sandbox.Account), change ...func(*aws.Config)) {
	d.deps.AWS = func(ctx context.Context, _ cloud.Settings, c *clock.Clock) (aws.Config, error) {
		spec, err := scenarios.LoadSandbox(d.path("small.sandbox.hcl"))
		require.NoError(d.t, err)
		account, err := sandbox.New(spec, c, chance.Seed(7))
		require.NoError(d.t, err)
		account.Start(ctx)
		prepare(account)
		config := account.Config()
		for _, f := range change {
			f(&config)
		}
		return config, nil
	}
}

func TestARunThatIsNotAllowedTouchesNothingAndSaysWhatIsMissing(t *testing.T) {
	d := newDesk(t)
	d.governed(func(a *sandbox.Account) {
		a.Deny("sqs:SendMessage", "*:orders")
		a.Deny("sns:Subscribe", "*")
	})
	require.Equal(t, experiments.ExitInconclusive, d.types("run", "small.hcl", "--yes"))
	text := d.err.String()
	assert.Contains(t, text, "user/gameday may not do what the run needs, and nothing was touched")
	assert.Contains(t, text, "sqs:SendMessage on arn:aws:sqs:eu-west-1:111122223333:orders, to inject the faults (no policy allows it)")
	assert.Contains(t, text, "sns:Subscribe on arn:aws:sns:eu-west-1:111122223333:page")
	assert.Contains(t, text, "Hint: gameday iam small.hcl prints the policy that is needed")
	assert.NotContains(t, text, "sqs:DeleteMessage")
	assert.Empty(t, d.runs())

	d.err.text.Reset()
	require.Equal(t, experiments.ExitPassed, d.types("run", "small.hcl", "--yes", "--no-preflight"), d.err)
	assert.Empty(t, d.err.String())
}

func TestAPlanThatIsNotAllowedWarns(t *testing.T) {
	d := newDesk(t)
	d.governed(func(a *sandbox.Account) { a.Deny("sqs:SendMessage", "*:orders") })
	require.Equal(t, experiments.ExitPassed, d.types("plan", "small.hcl"), d.err)
	assert.Contains(t, d.out.String(), "! the caller may not sqs:SendMessage on")
	assert.Empty(t, d.err.String())

	d.out.text.Reset()
	require.Equal(t, experiments.ExitPassed, d.types("plan", "small.hcl", "--json"), d.err)
	var plan experiments.PlanMade
	require.NoError(t, json.Unmarshal([]byte(d.out.String()), &plan))
	require.Len(t, plan.Warnings, 1)
	assert.Contains(t, plan.Warnings[0].Detail, "gameday iam small.hcl")
}

func TestWhereIAMCannotBeAskedOneLineSaysSoAndTheRunGoesOn(t *testing.T) {
	d := newDesk(t)
	d.governed(func(a *sandbox.Account) { a.Deny("iam:SimulatePrincipalPolicy", "*") })
	want := "Note: it could not be checked whether the caller may do all of this: the caller may not iam:SimulatePrincipalPolicy.\n"
	require.Equal(t, experiments.ExitPassed, d.types("run", "small.hcl", "--yes"), d.err)
	assert.Equal(t, want, d.err.String())

	d.err.text.Reset()
	require.Equal(t, experiments.ExitPassed, d.types("plan", "small.hcl"), d.err)
	assert.Equal(t, want, d.err.String())
}

func TestIAMThatDoesNotAnswerIsNotWaitedForLong(t *testing.T) {
	d := newDesk(t)
	d.governed(func(a *sandbox.Account) { a.SetWeather(sandbox.Weather{Services: []string{"IAM"}, Error: 1}) })
	require.Equal(t, experiments.ExitPassed, d.types("run", "small.hcl", "--yes"), d.err)
	assert.Contains(t, d.err.String(), "Note: it could not be checked whether the caller may do all of this: ")
}

func TestEmulatorsAreNotAsked(t *testing.T) {
	d := newDesk(t)
	d.governed(func(a *sandbox.Account) { a.Deny("*", "*") }, func(c *aws.Config) { c.BaseEndpoint = aws.String("http://127.0.0.1:1") })
	require.Equal(t, experiments.ExitPassed, d.types("plan", "small.hcl"), d.err)
	assert.NotContains(t, d.out.String(), "may not sqs")
	assert.Empty(t, d.err.String())
}

func TestAPolicyIsPlannedInAWSWhereThereIsNoSandbox(t *testing.T) {
	d := newDesk(t)
	d.write("alone.hcl", smallScenario)
	require.Equal(t, experiments.ExitPassed, d.types("iam", "alone.hcl"), d.err)
	assert.Len(t, d.asked, 1)
	assert.NotContains(t, d.err.String(), "simulated")

	fromAWS := d.out.String()
	d.out.text.Reset()
	require.Equal(t, experiments.ExitPassed, d.types("iam", "small.hcl"), d.err)
	assert.Len(t, d.asked, 1, "the sandbox beside it is enough")
	assert.Contains(t, d.err.String(), "Note: planned in the simulated account of small.sandbox.hcl.")
	assert.Equal(t, fromAWS, d.out.String())

	require.Equal(t, experiments.ExitPassed, d.types("iam", "small.hcl", "--aws"), d.err)
	assert.Len(t, d.asked, 2)
}
