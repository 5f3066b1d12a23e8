package experiments_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/injectors"
	"gameday/internal/sandbox"
)

// actor is a fault whose inject or revert a test plays itself.
type actor struct {
	injectors.Injector
	inject func(context.Context, injectors.Plan) error
	revert func(context.Context, injectors.Plan) (string, error)
}

func (a actor) Inject(ctx context.Context, p injectors.Plan) error {
	if a.inject != nil {
		return a.inject(ctx, p)
	}
	return a.Injector.Inject(ctx, p)
}

func (a actor) Revert(ctx context.Context, p injectors.Plan) (string, error) {
	if a.revert != nil {
		return a.revert(ctx, p)
	}
	return a.Injector.Revert(ctx, p)
}

// cast replaces the injector of a fault.
func (s *stage) cast(name string, as func(injectors.Injector) injectors.Injector) {
	for i := range s.experiment.Faults {
		fault := &s.experiment.Faults[i]
		if build := fault.Build; fault.Name == name {
			fault.Build = func(k experiments.Known, env injectors.Env) (injectors.Injector, error) {
				injector, err := build(k, env)
				return as(injector), err
			}
		}
	}
}

const stopWeb = `
inject "ec2_stop" "stop" {
  instance_ids = target.web.ids
  DURATION
}
target "ec2_instances" "web" {
  tags = { app = "web" }
}
`

const webIsDown = `
assert "ec2_instances" "down" {
  instance_ids = target.web.ids
  state        = "stopped"
  since        = inject.stop
  within       = "2m"
}
`

func stopped(rest string) string { return story(replace(stopWeb, "DURATION", "") + rest) }
func stoppedFor(duration, rest string) string {
	return story(replace(stopWeb, "DURATION", `duration = "`+duration+`"`) + rest)
}

func TestAWindowMayBeginWithTheVeryChangeThatItCountsFrom(t *testing.T) {
	for name, s := range map[string]*stage{
		"a polled level": build(t, stoppedFor("2m", `
assert "ec2_instances" "back" {
  instance_ids = target.web.ids
  state        = "running"
  within       = "8m"
}
assert "ec2_instances" "stays" {
  instance_ids = target.web.ids
  state        = "running"
  since        = assert.back
  expect       = "stays"
  within       = "2m"
}`), town),
		"an alarm": build(t, story(`
inject "sqs_backlog" "flood" {
  queue_url = local.orders
  messages  = 500
  duration  = "3m"
}
assert "cloudwatch_alarm" "back" {
  alarm_name = "backlog"
  state      = "OK"
  within     = "15m"
}
assert "cloudwatch_alarm" "stays" {
  alarm_name = "backlog"
  state      = "OK"
  since      = assert.back
  expect     = "stays"
  within     = "4m"
}`), town),
	} {
		t.Run(name, func(t *testing.T) {
			journal := &memory{}
			finished, err := s.play(t, journal, nil)
			require.NoError(t, err)
			assert.Equal(t, experiments.Passed, decided(t, journal, "stays").Verdict)
			assert.Equal(t, experiments.Passed, finished.Verdict, finished.Error)
		})
	}
}

const calmGuard = `
guard "cloudwatch_alarm" "calm" {
  alarm_name = "errors"
  state      = "OK"
}
`

func TestGuardsAloneAreWatchedAsLongAsTheFaultLasts(t *testing.T) {
	journal := &memory{}
	finished, err := build(t, stoppedFor("10m", calmGuard), town).play(t, journal, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.Passed, finished.Verdict, finished.Error)
	injected, reverting := time.Time{}, time.Time{}
	seen := map[string]time.Time{}
	for _, r := range journal.records {
		switch e := r.Event.(type) {
		case experiments.FaultInjected:
			injected = r.Time
		case experiments.FaultReverting:
			reverting = r.Time
		case experiments.SeenUntil:
			seen[e.Source.Subject] = e.Until
		}
	}
	assert.GreaterOrEqual(t, reverting.Sub(injected), 10*time.Minute)
	reverted := events[experiments.FaultReverted](journal)[0].Moment
	assert.False(t, seen["errors"].Before(reverted.Latest), "the guard was seen until the fault was over")
}

func TestAGuardThatGoesDarkOnlyAfterTheLastRevertHasNoSay(t *testing.T) {
	journal := &memory{}
	finished, err := build(t, stopped(calmGuard+webIsDown+`
target "ec2_instances" "batch" {
  tags = { app = "batch" }
}
assert "ec2_instances" "others_unharmed" {
  instance_ids = target.batch.ids
  state        = "running"
  since        = inject.stop.reverted
  expect       = "stays"
  within       = "10m"
}`), town).play(t, journal, func(on troupe) {
		on.account.SetWeather(sandbox.Weather{Services: []string{"CloudWatch"}, From: 5 * time.Minute, Until: 8 * time.Minute, Error: 1})
	})
	require.NoError(t, err)
	assert.Equal(t, experiments.Passed, finished.Verdict, finished.Error)
}

func TestNothingIsTouchedWhileAGuardCannotBeSeen(t *testing.T) {
	journal := &memory{}
	finished, err := build(t, stopped(calmGuard+webIsDown+`
inject "sqs_backlog" "flood" {
  queue_url = local.orders
  messages  = 10
  delay     = "20m"
}`), town).play(t, journal, func(on troupe) {
		_ = on.clock.Sleep(on.ctx, 8*time.Second)
		on.account.SetWeather(sandbox.Weather{Services: []string{"CloudWatch"}, Error: 1})
	})
	require.NoError(t, err)
	assert.NotEqual(t, experiments.ExitPassed, finished.ExitCode)
	assert.NotEqual(t, experiments.ExitFailed, finished.ExitCode)
	for _, injected := range events[experiments.FaultInjected](journal) {
		assert.NotEqual(t, "flood", injected.Name)
	}
}

func TestAFaultThatFailedHalfWayStartsNothing(t *testing.T) {
	s := build(t, stopped(`
inject "sqs_backlog" "flood" {
  queue_url = local.orders
  messages  = 10
  after     = [inject.stop]
}`+webIsDown), town)
	s.cast("stop", func(real injectors.Injector) injectors.Injector {
		return actor{Injector: real, inject: func(ctx context.Context, p injectors.Plan) error {
			return errors.Join(real.Inject(ctx, p), errors.New("half-way"))
		}}
	})
	journal := &memory{}
	finished, err := s.play(t, journal, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.ExitInconclusive, finished.ExitCode)
	assert.Equal(t, experiments.Skipped, decided(t, journal, "down").Reason)
	assert.Len(t, events[experiments.FaultInjecting](journal), 1)
	assert.Len(t, events[experiments.FaultReverted](journal), 1)
}

func TestAnIrreversibleFaultThatFailedHalfWayIsNotSaidToBeReverted(t *testing.T) {
	s := build(t, story(replace(replace(stopWeb, "ec2_stop", "ec2_terminate"), "DURATION", "")+calmGuard), town)
	s.cast("stop", func(real injectors.Injector) injectors.Injector {
		return actor{Injector: real, inject: func(ctx context.Context, p injectors.Plan) error {
			return errors.Join(real.Inject(ctx, p), errors.New("half-way"))
		}}
	})
	journal := &memory{}
	finished, err := s.play(t, journal, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.ExitInconclusive, finished.ExitCode)
	assert.Empty(t, events[experiments.FaultReverting](journal))
}

func TestTheTimeoutWhileArmingIsATimeout(t *testing.T) {
	finished, err := build(t, stopped(webIsDown+`
check "cloudwatch_alarm" "burning" {
  alarm_name = "errors"
  state      = "ALARM"
  within     = "40m"
}`), town).play(t, &memory{}, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.ExitStopped, finished.ExitCode)
}

func TestTheTimeoutHasNoSayOnceEverythingIsDecided(t *testing.T) {
	s := build(t, stopped(webIsDown), town)
	journal := &memory{}
	_, err := s.play(t, journal, nil)
	require.NoError(t, err)
	reverting := time.Time{}
	for _, r := range journal.records {
		if r.Event.Type() == "fault.reverting" {
			reverting = r.Time
		}
	}
	s.experiment.Timeout = reverting.Sub(curtain()) + time.Second // the revert takes longer
	finished, err := s.play(t, &memory{}, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.Passed, finished.Verdict)
}

func TestWhatDoesNotComeWhileAStoppedRunIsRevertedIsNotMissed(t *testing.T) {
	journal := &memory{}
	finished, err := build(t, stopped(`
assert "cloudwatch_alarm" "fires" {
  alarm_name = "errors"
  state      = "ALARM"
  within     = "70s"
  patience   = "0s"
}`), town).play(t, journal, func(on troupe) {
		_ = on.clock.Sleep(on.ctx, time.Minute)
		on.stop(&experiments.StopError{Cause: experiments.StopInterrupt, Detail: "enough"})
	})
	require.NoError(t, err)
	assert.Equal(t, experiments.ExitInterrupted, finished.ExitCode)
	assert.Equal(t, experiments.Halted, decided(t, journal, "fires").Reason)
}

func TestAJournalThatCannotTellOfTheRevertDoesNotPass(t *testing.T) {
	journal := &memory{full: func(r experiments.Record) error {
		if r.Event.Type() == "fault.reverted" {
			return errFull
		}
		return nil
	}}
	finished, err := build(t, stopped(webIsDown), town).play(t, journal, nil)
	require.NoError(t, err)
	assert.NotEqual(t, experiments.ExitPassed, finished.ExitCode)
}

func TestABugInARevertIsALeftoverAndKeepsNothingElseFromBeingReverted(t *testing.T) {
	for name, duration := range map[string]string{"in mid-run": "2m", "at the end": "1h"} {
		t.Run(name, func(t *testing.T) {
			s := build(t, stoppedFor(duration, webIsDown+`
inject "sqs_backlog" "flood" {
  queue_url = local.orders
  messages  = 10
}
assert "sqs_queue" "short" {
  queue_url       = local.orders
  visible_at_most = 5
  since           = inject.flood
  within          = "4m"
}`), town)
			s.cast("stop", func(real injectors.Injector) injectors.Injector {
				return actor{Injector: real, revert: func(context.Context, injectors.Plan) (string, error) { panic("off by one") }}
			})
			journal := &memory{}
			finished, err := s.play(t, journal, nil)
			require.NoError(t, err)
			assert.Equal(t, experiments.ExitNotReverted, finished.ExitCode)
			require.Len(t, finished.Leftovers, 1)
			assert.Equal(t, "inject.stop", finished.Leftovers[0].What)
			require.Len(t, events[experiments.FaultReverted](journal), 1)
			assert.Equal(t, "flood", events[experiments.FaultReverted](journal)[0].Name)
		})
	}
}

func TestAFaultIsNeverRevertedTwiceAtTheSameTime(t *testing.T) {
	for seconds := range 40 {
		s := build(t, stoppedFor((time.Duration(40+seconds)*time.Second).String(), webIsDown+`
assert "ec2_instances" "back" {
  instance_ids = target.web.ids
  state        = "running"
  since        = inject.stop.reverted
  within       = "5m"
}`), town)
		journal := &memory{}
		_, err := s.play(t, journal, nil)
		require.NoError(t, err)
		require.Len(t, events[experiments.FaultReverting](journal), 1, "after %d s", 40+seconds)
	}
}

func TestStepsOnOneDocumentMeanTheExecutionThatTheFirstChose(t *testing.T) {
	journal := &memory{}
	finished, err := build(t, story(`
inject "cloudwatch_alarm_state" "a" {
  alarm_name = "errors"
}
inject "cloudwatch_alarm_state" "b" {
  alarm_name = "errors"
  delay      = "4m"
}
assert "ssm_automation" "ended" {
  document_name = "Doc"
  since         = inject.a
  within        = "20m"
}
assert "ssm_automation" "started" {
  document_name = "Doc"
  status        = "InProgress"
  since         = inject.b
  within        = "5m"
}
playbook "both" {
  since  = inject.a
  within = "25m"
  steps  = [assert.started, assert.ended]
}`), town+`
ssm_automation "Doc" {
  started_by = cloudwatch_alarm.errors
  takes      = "30s"
}`).play(t, journal, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.Passed, finished.Verdict, finished.Error)
	assert.True(t, decided(t, journal, "ended").Moment.Earliest.After(decided(t, journal, "started").Moment.Latest))
}

func TestATopicThatIsNeverQuietCanBeJudged(t *testing.T) {
	noise := ""
	for i := range 12 {
		noise += fmt.Sprintf("cloudwatch_alarm \"x%d\" {\n watch = metric.m%d\n above = 1\n period = \"10s\"\n", i, i)
		noise += " alarm_actions = [sns_topic.pages]\n ok_actions = [sns_topic.pages]\n}\n"
		noise += fmt.Sprintf("metric \"m%d\" {\n value = 0\n at = {", i)
		for k := range 60 {
			noise += fmt.Sprintf(" \"%ds\" = %d,", 10*k+i%10+1, (k+1)%2*5)
		}
		noise += "}\n}\n"
	}
	journal := &memory{}
	finished, err := build(t, stopped(`
assert "sns_message" "noise" {
  topic_arn = local.pages
  contains  = "x3"
  within    = "2m"
}
assert "sns_message" "silence" {
  topic_arn = local.pages
  contains  = "nobody says this"
  expect    = "never"
  within    = "2m"
}`), town+noise).play(t, journal, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.Passed, finished.Verdict, finished.Error)
}

// clumsy is a reporter that panics at one type of event, and counts what it was shown.
type clumsy struct {
	at    string
	shown int
}

func (c *clumsy) Report(r experiments.Record) {
	c.shown++
	if r.Event.Type() == c.at {
		panic("dropped it")
	}
}

func TestAReporterThatPanicsKeepsNothingFromBeingReverted(t *testing.T) {
	s := build(t, stopped(webIsDown), town)
	for _, at := range []string{"run.started", "fault.injecting", "fault.injected", "fault.reverting", "run.finished"} {
		journal, reporter := &memory{}, &clumsy{at: at}
		s.perform(t, func(on troupe) {
			ready, err := on.engine.Plan(on.ctx, s.experiment)
			require.NoError(t, err)
			finished := ready.Do(on.ctx, experiments.Options{Journal: journal, Reporters: []experiments.Reporter{reporter}})
			assert.Equal(t, experiments.Passed, finished.Verdict, at)
		})
		assert.Len(t, events[experiments.FaultReverted](journal), 1, at)
		assert.Positive(t, reporter.shown)
	}
}

func TestStepsOfTwoChainsInOppositeOrderDoNotWaitForEachOther(t *testing.T) {
	journal := &memory{}
	finished, err := build(t, story(flood+`
assert "sns_message" "cleared" {
  topic_arn = local.pages
  jq        = ".NewStateValue == \"OK\""
  within    = "10m"
}
playbook "there" {
  since  = inject.flood
  within = "10m"
  steps  = [assert.page, assert.cleared]
}
playbook "and_back" {
  since  = inject.flood
  within = "10m"
  steps  = [assert.cleared, assert.page]
}`), town).play(t, journal, nil)
	require.NoError(t, err)
	assert.NotEqual(t, experiments.ExitStopped, finished.ExitCode, "it must not wait until the timeout")
}
