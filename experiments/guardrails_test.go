package experiments_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/sandbox"
)

// tag has somebody tag a queue.
func tag(t testing.TB, on troupe, queue, key, value string) {
	client := sqs.NewFromConfig(on.account.Config())
	_, err := client.TagQueue(on.ctx, &sqs.TagQueueInput{
		QueueUrl: aws.String("https://sqs.eu-west-1.amazonaws.com/111122223333/" + queue), Tags: map[string]string{key: value},
	})
	assert.NoError(t, err)
}

const switched = "limits {\n  kill_switch = \"ssm:/gameday/stop\"\n}\n"

// slow is a story that takes a while.
func slow(head string) string {
	return story(head + `
inject "sqs_backlog" "flood" {
  queue_url = local.orders
  messages  = 50
}
assert "cloudwatch_alarm" "quiet" {
  alarm_name = "backlog"
  state      = "ALARM"
  expect     = "never"
  within     = "10m"
}
`)
}

func TestAnEngagedKillSwitchStopsARunningExperimentWithinTwoTicks(t *testing.T) {
	for name, engage := range map[string]string{
		"a parameter": `ssm_parameter "/gameday/stop" {
  value = "go"
  at    = { "2m" = "STOP" }
}`,
		"a parameter that was not there": "",
	} {
		t.Run(name, func(t *testing.T) {
			s, journal := build(t, slow(switched), town+engage), &memory{}
			finished, err := s.play(t, journal, func(on troupe) {
				assert.NoError(t, on.clock.Sleep(on.ctx, 2*time.Minute))
				if engage == "" {
					_, err := ssm.NewFromConfig(on.account.Config()).PutParameter(on.ctx, &ssm.PutParameterInput{
						Name: aws.String("/gameday/stop"), Value: aws.String("true"), Type: "String",
					})
					assert.NoError(t, err)
				}
			})
			require.NoError(t, err)
			assert.Equal(t, experiments.Stopped, finished.Verdict)
			assert.Equal(t, experiments.ExitStopped, finished.ExitCode)
			assert.Empty(t, finished.Leftovers)
			assert.Len(t, events[experiments.FaultReverted](journal), 1)
			for _, r := range journal.records {
				if stopping, ok := r.Event.(experiments.RunStopping); ok {
					assert.Equal(t, experiments.StopKillSwitch, stopping.Cause)
					assert.Contains(t, stopping.Detail, "the kill switch ssm:/gameday/stop is engaged (kill_switch of the scenario's limits, ")
					assert.LessOrEqual(t, r.Time.Sub(curtain().Add(2*time.Minute)), 10*time.Second)
				}
			}
		})
	}
}

func TestAnEngagedKillSwitchLetsNothingBegin(t *testing.T) {
	for value, why := range map[string]string{
		"stop": "is engaged", " True\n": "is engaged", "on": "is engaged", "ENGAGED": "is engaged",
		"go": "", "off": "", "false": "", "released": "", "sotp": "cannot be read: parameter /gameday/stop is neither",
	} {
		t.Run(value, func(t *testing.T) {
			s, journal := build(t, slow(switched), town), &memory{}
			s.spec.Parameters = []sandbox.ParameterSpec{{Name: "/gameday/stop", Value: value}}
			s.perform(t, func(on troupe) {
				ready, err := on.engine.Plan(on.ctx, s.experiment)
				require.NoError(t, err, "a plan is made though")
				err = ready.MayBegin(on.ctx, false)
				if why == "" {
					require.NoError(t, err)
					return
				}
				require.ErrorContains(t, err, why)
				finished := ready.Do(on.ctx, experiments.Options{Journal: journal})
				assert.NotEqual(t, experiments.ExitPassed, finished.ExitCode)
				assert.Empty(t, events[experiments.FaultPlanned](journal))
				assert.Empty(t, events[experiments.SignalSeen](journal), "not even armed")
			})
		})
	}
}

func TestAKillSwitchThatDoesNotExistIsNotEngaged(t *testing.T) {
	s, journal := build(t, slow(switched), town), &memory{}
	finished, err := s.play(t, journal, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.Passed, finished.Verdict)
}

func TestAKillSwitchThatCannotBeReadForThreeLooksStopsTheRun(t *testing.T) {
	s, journal := build(t, slow(switched), town), &memory{}
	finished, err := s.play(t, journal, func(on troupe) {
		assert.NoError(t, on.clock.Sleep(on.ctx, 2*time.Minute))
		on.account.SetWeather(sandbox.Weather{Error: 1, Services: []string{"SSM.GetParameter"}})
	})
	require.NoError(t, err)
	assert.Equal(t, experiments.ExitStopped, finished.ExitCode)
	stopping := events[experiments.RunStopping](journal)[0]
	assert.Equal(t, experiments.StopKillSwitch, stopping.Cause)
	assert.Contains(t, stopping.Detail, "cannot be read")
	assert.Contains(t, stopping.Detail, "at 3 looks in a row")
	assert.Empty(t, finished.Leftovers)
}

func TestAKillSwitchThatCannotBeReadForAMomentKeepsTheNextFaultWaiting(t *testing.T) {
	s, journal := build(t, slow(switched), town), &memory{}
	s.experiment.Faults[0].Delay = 16 * time.Second
	finished, err := s.play(t, journal, func(on troupe) {
		assert.NoError(t, on.clock.Sleep(on.ctx, 8*time.Second))
		on.account.SetWeather(sandbox.Weather{Error: 1, Services: []string{"SSM.GetParameter"}})
		assert.NoError(t, on.clock.Sleep(on.ctx, 11*time.Second))
		on.account.SetWeather()
	})
	require.NoError(t, err)
	assert.Equal(t, experiments.Passed, finished.Verdict)
	for _, r := range journal.records {
		if _, injecting := r.Event.(experiments.FaultInjecting); injecting {
			assert.GreaterOrEqual(t, r.Time.Sub(curtain()), 19*time.Second)
		}
	}
}

func TestAnObjectIsAKillSwitchToo(t *testing.T) {
	const head = "limits {\n  kill_switch = \"s3://switches/gameday/stop\"\n}\n"
	s, journal := build(t, slow(head), town+`s3_bucket "switches" { region = "us-east-1" }`), &memory{}
	finished, err := s.play(t, journal, func(on troupe) {
		assert.NoError(t, on.clock.Sleep(on.ctx, 2*time.Minute))
		put(t, on, "switches", "gameday/stop-not")
		assert.NoError(t, on.clock.Sleep(on.ctx, time.Minute))
		put(t, on, "switches", "gameday/stop")
	})
	require.NoError(t, err)
	assert.Equal(t, experiments.ExitStopped, finished.ExitCode)
	for _, r := range journal.records {
		if _, stopping := r.Event.(experiments.RunStopping); stopping {
			assert.WithinRange(t, r.Time, curtain().Add(3*time.Minute), curtain().Add(3*time.Minute+10*time.Second))
		}
	}
}

func TestABucketThatCannotBeSeenLetsNothingBegin(t *testing.T) {
	s, journal := build(t, slow("limits {\n  kill_switch = \"s3://switches/stop\"\n}\n"), town), &memory{}
	finished, err := s.play(t, journal, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.ExitInconclusive, finished.ExitCode)
	assert.Contains(t, finished.Error, "the kill switch s3://switches/stop cannot be read")
	assert.Empty(t, events[experiments.FaultPlanned](journal))
}

const (
	session = "arn:aws:sts::111122223333:assumed-role/gameday/"
	role    = "arn:aws:iam::111122223333:role/gameday"
	foreign = "arn:aws:iam::999999999999:user/somebody"
)

func TestCredentialsThatChangeBeforeAFaultStopTheRun(t *testing.T) {
	for caller, stops := range map[string]bool{
		session + "fresh": false, "arn:aws:sts::111122223333:assumed-role/other/first": true, foreign: true,
	} {
		t.Run(caller, func(t *testing.T) {
			s, journal := build(t, slow(""), town), &memory{}
			s.experiment.Faults[0].Delay = time.Minute
			var finished experiments.RunFinished
			s.perform(t, func(on troupe) {
				on.account.SetCaller(session+"first", role)
				ready, err := on.engine.Plan(on.ctx, s.experiment)
				require.NoError(t, err)
				on.account.SetCaller(caller, role)
				finished = ready.Do(on.ctx, experiments.Options{Journal: journal})
			})
			if !stops {
				assert.Equal(t, experiments.Passed, finished.Verdict, "another session of the same role is the same caller")
				return
			}
			assert.Equal(t, experiments.ExitStopped, finished.ExitCode)
			assert.Empty(t, events[experiments.FaultPlanned](journal))
			stopping := events[experiments.RunStopping](journal)[0]
			assert.Equal(t, experiments.StopAccount, stopping.Cause)
			assert.Contains(t, stopping.Detail, caller)
		})
	}
}

func TestNothingIsRevertedWithForeignCredentials(t *testing.T) {
	s, journal := build(t, slow(""), town), &memory{}
	finished, err := s.play(t, journal, func(on troupe) {
		assert.NoError(t, on.clock.Sleep(on.ctx, 5*time.Minute))
		on.account.SetCaller(foreign, "")
	})
	require.NoError(t, err)
	assert.Equal(t, experiments.NotReverted, finished.Verdict)
	assert.Equal(t, experiments.ExitNotReverted, finished.ExitCode)
	require.Len(t, finished.Leftovers, 1)
	assert.Equal(t, "inject.flood", finished.Leftovers[0].What)
	assert.Contains(t, finished.Leftovers[0].Reason, "the credentials changed")
	require.NotEmpty(t, experiments.Unfinished(journal.records), "and can be reverted later")

	s.perform(t, func(on troupe) {
		left, err := on.engine.Revert(context.WithoutCancel(on.ctx), journal.records, experiments.Options{})
		assert.NoError(t, err)
		assert.Empty(t, left)
	})
}

func TestARevertAsksForAWhileWhoTheCallerIs(t *testing.T) {
	s, journal := build(t, slow(""), town), &memory{}
	finished, err := s.play(t, journal, func(on troupe) {
		assert.NoError(t, on.clock.Sleep(on.ctx, 5*time.Minute))
		on.account.SetWeather(sandbox.Weather{Error: 1, Services: []string{"STS.GetCallerIdentity"}})
		assert.NoError(t, on.clock.Sleep(on.ctx, 6*time.Minute))
		on.account.SetWeather()
	})
	require.NoError(t, err)
	assert.Equal(t, experiments.Passed, finished.Verdict)
	assert.Empty(t, finished.Leftovers)
}

// put has somebody put an object.
func put(t testing.TB, on troupe, bucket, key string) {
	client := s3.NewFromConfig(on.account.Config(), func(o *s3.Options) { o.Region = "us-east-1" })
	_, err := client.PutObject(on.ctx, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), Body: strings.NewReader("")})
	assert.NoError(t, err)
}
