package experiments_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/injectors"
)

// flood is a story in which all goes well: a backlog, an alarm, a page.
const flood = `
inject "sqs_backlog" "flood" {
  queue_url = local.orders
  messages  = 300
}
assert "cloudwatch_alarm" "alarm" {
  alarm_name = "backlog"
  state      = "ALARM"
  within     = "3m"
}
assert "sns_message" "page" {
  topic_arn = local.pages
  jq        = ".NewStateValue == \"ALARM\""
  since     = assert.alarm
  within    = "30s"
}
escalation "on_call" {
  since  = inject.flood
  within = "4m"
  steps  = [assert.alarm, assert.page]
}
`

func TestAResponseThatComesInTimePasses(t *testing.T) {
	journal := &memory{}
	finished, err := build(t, story(flood), town).play(t, journal, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.Passed, finished.Verdict, finished.Error)
	assert.Equal(t, experiments.ExitPassed, finished.ExitCode)
	assert.Empty(t, finished.Leftovers)
	assert.Equal(t, experiments.Passed, decided(t, journal, "on_call").Verdict)
	reverted := events[experiments.FaultReverted](journal)
	require.Len(t, reverted, 1)
	assert.Contains(t, reverted[0].Note, "300")
}

func TestTheSameSeedWritesTheSameBytesAtEverySpeed(t *testing.T) {
	var first []byte
	s := build(t, story(flood), town)
	for _, speed := range []float64{0, 0, 100_000} {
		s.speed = speed
		journal := &memory{}
		_, err := s.play(t, journal, nil)
		require.NoError(t, err)
		if first == nil {
			first = journal.lines(t)
		}
		require.Equal(t, string(first), string(journal.lines(t)))
	}
}

func TestACheckThatDoesNotHoldKeepsEverythingUntouched(t *testing.T) {
	journal := &memory{}
	finished, err := build(t, story(flood+`
check "cloudwatch_alarm" "burning" {
  alarm_name = "errors"
  state      = "ALARM"
  within     = "1m"
}`), town).play(t, journal, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.Inconclusive, finished.Verdict)
	assert.Equal(t, experiments.ExitInconclusive, finished.ExitCode)
	assert.Empty(t, events[experiments.FaultInjecting](journal))
	assert.Equal(t, experiments.Skipped, decided(t, journal, "alarm").Reason)
	assert.Equal(t, experiments.Skipped, decided(t, journal, "on_call").Reason)
}

const uneasyTown = town + `
metric "mood" {
  value = 0
  at    = { "1m" = 5 }
}
cloudwatch_alarm "mood" {
  watch  = metric.mood
  above  = 1
  period = "60s"
}
`

const lateFlood = `
inject "ec2_stop" "stop" {
  instance_ids = target.web.ids
}
inject "sqs_backlog" "flood" {
  queue_url = local.orders
  messages  = 300
  delay     = "10m"
}
target "ec2_instances" "web" {
  tags = { app = "web" }
}
assert "cloudwatch_alarm" "alarm" {
  alarm_name = "backlog"
  state      = "ALARM"
  since      = inject.flood
  within     = "3m"
}
`

func TestAGuardThatBreaksStopsAndReverts(t *testing.T) {
	journal := &memory{}
	finished, err := build(t, story(lateFlood+`
guard "cloudwatch_alarm" "mood" {
  alarm_name = "mood"
  state      = "OK"
}`), uneasyTown).play(t, journal, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.Stopped, finished.Verdict)
	assert.Equal(t, experiments.ExitStopped, finished.ExitCode)
	require.Len(t, events[experiments.GuardBroken](journal), 1)
	assert.Equal(t, "ALARM", events[experiments.GuardBroken](journal)[0].Observed)
	assert.Len(t, events[experiments.FaultInjecting](journal), 1, "the second fault must not begin")
	assert.Len(t, events[experiments.FaultReverted](journal), 1)
}

func TestAGuardThatDoesNotHoldBeforeKeepsEverythingUntouched(t *testing.T) {
	journal := &memory{}
	finished, err := build(t, story(lateFlood+`
guard "cloudwatch_alarm" "burning" {
  alarm_name = "errors"
  state      = "ALARM"
}`), town).play(t, journal, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.ExitStopped, finished.ExitCode)
	assert.Empty(t, events[experiments.FaultInjecting](journal))
}

func TestTheTimeoutEndsARunAndRevertsIt(t *testing.T) {
	s := build(t, story(lateFlood), town)
	s.experiment.Timeout = 5 * time.Minute
	journal := &memory{}
	finished, err := s.play(t, journal, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.Stopped, finished.Verdict)
	assert.Equal(t, experiments.Halted, decided(t, journal, "alarm").Reason)
	assert.Len(t, events[experiments.FaultReverted](journal), 1)
}

func TestAFaultThatShowsNoEffectIsInconclusive(t *testing.T) {
	journal := &memory{}
	finished, err := build(t, story(`
inject "sqs_backlog" "flood" {
  queue_url = local.orders
  messages  = 10
}
assert "cloudwatch_alarm" "calm_again" {
  alarm_name = "backlog"
  state      = "OK"
  within     = "3m"
}`), town).play(t, journal, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.Inconclusive, finished.Verdict)
	assert.Equal(t, experiments.Vacuous, decided(t, journal, "calm_again").Reason)
}

func TestAScenarioThatAsksNothingDoesNotPass(t *testing.T) {
	finished, err := build(t, story(`
inject "sqs_backlog" "flood" {
  queue_url = local.orders
  messages  = 10
}`), town).play(t, &memory{}, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.Inconclusive, finished.Verdict)
}

func TestRecoveryHasSLOsToo(t *testing.T) {
	for name, duration := range map[string]string{"at the end": "", "after its duration": `duration = "2m"`} {
		t.Run(name, func(t *testing.T) {
			journal := &memory{}
			finished, err := build(t, story(`
target "ec2_instances" "web" {
  tags = { app = "web" }
}
inject "ec2_stop" "stop" {
  instance_ids = target.web.ids
  `+duration+`
}
assert "ec2_instances" "down" {
  instance_ids = inject.stop.instance_ids
  state        = "stopped"
  since        = inject.stop
  within       = "2m"
}
assert "ec2_instances" "back" {
  instance_ids = inject.stop.instance_ids
  state        = "running"
  since        = inject.stop.reverted
  within       = "2m"
}`), town).play(t, journal, nil)
			require.NoError(t, err)
			assert.Equal(t, experiments.Passed, finished.Verdict, finished.Error)
			assert.Equal(t, experiments.Passed, decided(t, journal, "back").Verdict)
			assert.Len(t, events[experiments.FaultReverted](journal), 1)
		})
	}
}

func TestFaultsComeAfterWhatTheyWaitFor(t *testing.T) {
	journal := &memory{}
	finished, err := build(t, story(replace(flood, "within     = \"3m\"", "since = inject.flood\nwithin = \"3m\"")+`
target "ec2_instances" "web" {
  tags = { app = "web" }
}
inject "ec2_stop" "stop" {
  instance_ids = target.web.ids
  after        = [inject.flood, assert.page]
  delay        = "30s"
}
`), town).play(t, journal, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.Passed, finished.Verdict, finished.Error)
	page := decided(t, journal, "page")
	injected := events[experiments.FaultInjected](journal)
	require.Len(t, injected, 2)
	assert.Equal(t, "stop", injected[1].Name)
	assert.GreaterOrEqual(t, injected[1].Began.Earliest.Sub(page.Moment.Latest), 30*time.Second)
	reverted := events[experiments.FaultReverted](journal)
	require.Len(t, reverted, 2)
	assert.Equal(t, "stop", reverted[0].Name, "the newest is reverted first")
}

func TestAnAccountThatIsNotAllowedIsRefused(t *testing.T) {
	s := build(t, story(flood), town)
	s.experiment.Place.Accounts = []string{"999999999999"}
	journal := &memory{}
	_, err := s.play(t, journal, nil)
	require.ErrorContains(t, err, "111122223333")
	hint := &experiments.HintError{}
	require.ErrorAs(t, err, &hint)
	require.Contains(t, hint.Hint(), "999999999999")
	require.Empty(t, journal.records)
}

func TestATargetThatMatchesNothingIsRefusedUnlessOptional(t *testing.T) {
	body := `
target "ec2_instances" "none" {
  tags = { app = "nothing" }
  optional = OPTIONAL
}
` + flood
	for optional, refused := range map[string]bool{"false": true, "true": false} {
		s := build(t, story(replace(body, "OPTIONAL", optional)), town)
		_, err := s.play(t, &memory{}, nil)
		if refused {
			require.ErrorContains(t, err, "matches nothing")
		} else {
			require.NoError(t, err)
		}
	}
}

// bug is a fault whose code is broken.
type bug struct{ injectors.Injector }

func (bug) Inject(context.Context, injectors.Plan) error { panic("off by one") }

func TestABugInAFaultStillRevertsTheOthers(t *testing.T) {
	s := build(t, story(lateFlood), town)
	for i := range s.experiment.Faults {
		fault := &s.experiment.Faults[i]
		if build := fault.Build; fault.Name == "flood" {
			fault.Build = func(k experiments.Known, env injectors.Env) (injectors.Injector, error) {
				injector, err := build(k, env)
				return bug{injector}, err
			}
		}
	}
	journal := &memory{}
	finished, err := s.play(t, journal, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.ExitInconclusive, finished.ExitCode)
	assert.Contains(t, finished.Error, "off by one")
	assert.Len(t, events[experiments.FaultReverted](journal), 2)
}

func TestChecksOnlyTouchNothingAndCloseTheirTaps(t *testing.T) {
	s := build(t, story(flood+`
check "cloudwatch_alarm" "calm" {
  alarm_name = "backlog"
  state      = "OK"
}`), town)
	s.checksOnly = true
	journal := &memory{}
	finished, err := s.play(t, journal, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.Passed, finished.Verdict)
	assert.Empty(t, events[experiments.FaultInjecting](journal))
	assert.Len(t, events[experiments.TapClosed](journal), 1)
}

var errFull = errors.New("no space left on device")
