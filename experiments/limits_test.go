package experiments_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/injectors"
	"gameday/scenarios"
)

// webs is a story in which so many of the instances of an account stop.
func webs(limits, pick string) string {
	return story(`
limits {
  ` + limits + `
}
target "ec2_instances" "web" {
  tags = { app = "web" }
  ` + pick + `
}
inject "ec2_stop" "stop" {
  instance_ids = target.web.ids
}
assert "ec2_instances" "stopped" {
  instance_ids = inject.stop.instance_ids
  state        = "stopped"
  within       = "5m"
}
`)
}

// fleet is an account with ten web servers, one of them critical.
func fleet() string {
	var text strings.Builder
	text.WriteString(town[:strings.Index(town, "ec2_instance")])
	for _, name := range []string{"0", "1", "2", "3", "4", "5", "6", "7", "8"} {
		text.WriteString(`ec2_instance "` + name + `" { tags = { app = "web", tier = "2" } }` + "\n")
	}
	text.WriteString(`ec2_instance "9" { tags = { app = "web", tier = "critical" } }` + "\n")
	return text.String()
}

// policy reads a policy from a text.
func policy(t testing.TB, text string) *experiments.Policy {
	t.Helper()
	path := filepath.Join(t.TempDir(), "org.hcl")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	read, err := scenarios.LoadPolicy(path, injectors.Standard())
	require.NoError(t, err)
	return read
}

// prepared says why a scenario may not be played; "": it may.
func (s *stage) prepared(t testing.TB) (why string) {
	t.Helper()
	s.perform(t, func(on troupe) {
		_, err := on.engine.Plan(on.ctx, s.experiment)
		if err != nil {
			limit := &experiments.LimitError{}
			require.ErrorAs(t, err, &limit)
			require.NotEmpty(t, limit.Hint())
			why = err.Error()
		}
	})
	return why
}

func TestTheLimitsOfAScenarioAreJudgedOnTheResolvedPlan(t *testing.T) {
	for _, c := range []struct{ name, limits, pick, why string }{
		{"few enough", "max_targets = 10", "", ""},
		{"too many", "max_targets = 9", "", "the faults would touch 10 resources, at most 9 are allowed (max_targets of the scenario's limits, "},
		{"a small share", "max_percent = 30", "pick { count = 3 }", ""},
		{"too large a share", "max_percent = 29", "pick { count = 3 }", "target.web: 3 of 10 resources would be touched, which is 30 %; at most 29 % are allowed (max_percent"},
		{"a percentage that rounds up", "max_percent = 34", "pick { percent = 34 }", "4 of 10 resources would be touched, which is 40 %"},
		{"no protected tag", `never_tags = { tier = "1" }`, "", ""},
		{"a protected tag", `never_tags = { tier = "critical" }`, "", `is tagged tier = "critical" (never_tags of the scenario's limits`},
		{"any value of a tag", `never_tags = { tier = "*" }`, "pick { count = 1 }", `is tagged tier = "2"`},
		{"reversible", "irreversible = false", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			why := build(t, webs(c.limits, c.pick), fleet()).prepared(t)
			if c.why == "" {
				assert.Empty(t, why)
				return
			}
			assert.Contains(t, why, c.why)
			assert.Contains(t, why, "play.hcl:14", "the line of the rule")
			assert.Contains(t, why, "nothing was touched")
		})
	}
}

func TestAPolicyNarrowsWhatTheScenarioAllows(t *testing.T) {
	for _, c := range []struct{ name, policy, why string }{
		{"all of it", `accounts = ["111122223333"]` + "\n" + `regions = ["eu-west-1"]` + "\n" + `kinds = ["ec2_stop"]`, ""},
		{"accounts", `accounts = ["999999999999"]`, "account 111122223333 is none of 999999999999 (accounts of the policy"},
		{"regions", `regions = ["eu-central-1"]`, "region eu-west-1 is none of eu-central-1 (regions of the policy"},
		{"kinds", `kinds = ["sqs_backlog"]`, "inject.stop: ec2_stop is none of sqs_backlog (kinds of the policy"},
		{"tags", `protected_tags = { app = "web" }`, `is tagged app = "web" (protected_tags of the policy`},
		{"count", "max_targets = 2", "at most 2 are allowed (max_targets of the policy"},
		{"count that is wider", "max_targets = 100", ""},
		{"percent", "max_percent = 20", "at most 20 % are allowed (max_percent of the policy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := build(t, webs("max_targets = 3", "pick { count = 3 }"), fleet())
			s.policy = policy(t, c.policy)
			why := s.prepared(t)
			if c.why == "" {
				assert.Empty(t, why)
				return
			}
			assert.Contains(t, why, c.why)
			assert.Contains(t, why, "org.hcl:1)")
		})
	}
}

func TestAPolicyDoesNotWidenTheScenariosLimits(t *testing.T) {
	s := build(t, webs("max_targets = 3", ""), fleet())
	s.policy = policy(t, "max_targets = 100")
	assert.Contains(t, s.prepared(t), "at most 3 are allowed (max_targets of the scenario's limits")
}

func TestWhatCannotBeRevertedIsRefusedWhereOnlyTheReversibleIsAllowed(t *testing.T) {
	text := strings.Replace(webs("irreversible = false", ""), "ec2_stop", "ec2_terminate", 1)
	text = strings.Replace(text, `"stopped"
  within`, `"terminated"
  within`, 1)
	assert.Contains(t, build(t, text, fleet()).prepared(t), "inject.stop: ec2_terminate cannot be reverted (irreversible")
}

// flooding is a story in which a queue gets messages.
func flooding(head string) string {
	return story(head + `
inject "sqs_backlog" "flood" {
  queue_url = local.orders
  messages  = 500
}
assert "cloudwatch_alarm" "fires" {
  alarm_name = "backlog"
  state      = "ALARM"
  since      = inject.flood
  within     = "5m"
}
`)
}

func TestAShareOfWhatNoTargetBlockNamesCannotBeJudged(t *testing.T) {
	why := build(t, flooding("limits {\n  max_percent = 50\n}\n"), town).prepared(t)
	assert.Contains(t, why, "inject.flood: a share of what cannot be judged: arn:aws:sqs:eu-west-1:111122223333:orders comes from no target block")
}

func TestTheTagsOfTheDeadLetterQueueCountToo(t *testing.T) {
	critical := strings.Replace(town, `sqs_queue "orders-dlq" {}`, `sqs_queue "orders-dlq" { tags = { tier = "critical" } }`, 1)
	why := build(t, flooding("limits {\n  never_tags = { tier = \"critical\" }\n}\n"), critical).prepared(t)
	assert.Contains(t, why, `inject.flood: arn:aws:sqs:eu-west-1:111122223333:orders-dlq is tagged tier = "critical"`)
}

// muted is a catalog whose faults cannot tell tags.
type muted struct{ injectors.Injector }

func TestTagsThatCannotBeKnownAreNotAllowed(t *testing.T) {
	s := build(t, flooding("limits {\n  never_tags = { tier = \"critical\" }\n}\n"), town)
	inner := s.experiment.Faults[0].Build
	s.experiment.Faults[0].Build = func(k experiments.Known, e injectors.Env) (injectors.Injector, error) {
		injector, err := inner(k, e)
		return muted{injector}, err
	}
	assert.Contains(t, s.prepared(t), "inject.flood: how its targets are tagged cannot be known: sqs_backlog cannot tell how its targets are tagged")
}

// The curtain is on a Monday at 09:00 UTC, which is 10:00 in Berlin and 20:00 in Sydney.
func TestWindowsAndFreezesAreOfTheirTimeZones(t *testing.T) {
	for text, why := range map[string]string{
		"window {\n days = [\"mon\"]\n}":                                                            "",
		"window {\n days = [\"Tuesday\"]\n}":                                                        "no window is open on Mon 2026-01-05 at 09:00 UTC (window",
		"window {\n from = \"09:00\"\n to = \"10:00\"\n}":                                           "",
		"window {\n from = \"08:00\"\n to = \"09:00\"\n}":                                           "no window is open",
		"window {\n from = \"09:30\"\n time_zone = \"Europe/Berlin\"\n}":                            "",
		"window {\n to = \"10:00\"\n time_zone = \"Europe/Berlin\"\n}":                              "no window is open on Mon 2026-01-05 at 10:00 CET",
		"window {\n days = [\"sun\"]\n from = \"22:00\"\n to = \"09:30\"\n}":                        "",
		"window {\n days = [\"mon\"]\n from = \"22:00\"\n to = \"09:30\"\n}":                        "no window is open",
		"window {\n days = [\"tue\"]\n}\nwindow {\n days = [\"mon\"]\n}":                            "",
		"freeze {\n from = \"2026-01-05\"\n to = \"2026-01-05\"\n reason = \"sales\"\n}":            "no faults from 2026-01-05 to 2026-01-05: sales (freeze of the policy",
		"freeze {\n from = \"2026-01-06\"\n to = \"2026-01-07\"\n}":                                 "",
		"freeze {\n from = \"2026-01-04\"\n to = \"2026-01-04\"\n time_zone = \"Etc/GMT+12\"\n}":    "no faults from 2026-01-04",
		"freeze {\n from = \"2026-01-01\"\n to = \"2026-01-04\"\n time_zone = \"Europe/Berlin\"\n}": "",
	} {
		t.Run(text, func(t *testing.T) {
			s := build(t, flooding(""), town)
			s.policy, s.mode = policy(t, text), experiments.ModeRun
			s.perform(t, func(on troupe) {
				ready, err := on.engine.Plan(on.ctx, s.experiment)
				require.NoError(t, err, "a plan is made whenever one likes")
				require.NoError(t, ready.MayBegin(on.ctx, true), "checks are made whenever one likes")
				err = ready.MayBegin(on.ctx, false)
				if why == "" {
					require.NoError(t, err)
					assert.Empty(t, ready.Plan.Warnings)
					return
				}
				require.ErrorContains(t, err, why)
				require.Len(t, ready.Plan.Warnings, 1)
				assert.Contains(t, ready.Plan.Warnings[0].Detail, why)
			})
		})
	}
}

func TestAWindowThatIsClosedSaysWhenItOpens(t *testing.T) {
	s := build(t, flooding(""), town)
	s.policy, s.mode = policy(t, "window {\n days = [\"wed\", \"thu\"]\n from = \"09:30\"\n time_zone = \"Europe/Berlin\"\n}"), experiments.ModeRun
	s.perform(t, func(on troupe) {
		ready, err := on.engine.Plan(on.ctx, s.experiment)
		require.NoError(t, err)
		limit := &experiments.LimitError{}
		require.ErrorAs(t, ready.MayBegin(on.ctx, false), &limit)
		assert.Equal(t, "wait until Wed 2026-01-07 09:30 CET, when a window opens", limit.Hint())
	})
}

func TestARehearsalIsWarnedOfAClosedWindowAndPlays(t *testing.T) {
	s, journal := build(t, flooding(""), town), &memory{}
	s.policy = policy(t, "window {\n days = [\"tue\"]\n}")
	finished, err := s.play(t, journal, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.Passed, finished.Verdict)
	started := events[experiments.RunStarted](journal)[0]
	assert.Equal(t, &experiments.PolicyUsed{Path: s.policy.Path, SHA256: s.policy.SHA256}, started.Policy)
}

func TestARunStopsAndRevertsWhenAWindowClosesBeforeTheNextFault(t *testing.T) {
	s, journal := build(t, flooding(`
inject "cloudwatch_alarm_state" "errors" {
  alarm_name = "errors"
  delay      = "2m"
}
`), town), &memory{}
	s.policy, s.mode = policy(t, "window {\n to = \"09:01\"\n}"), experiments.ModeRun
	finished, err := s.play(t, journal, nil)
	require.NoError(t, err)
	assert.Equal(t, experiments.ExitInconclusive, finished.ExitCode)
	assert.Equal(t, experiments.StopLimits, events[experiments.RunStopping](journal)[0].Cause)
	assert.Empty(t, finished.Leftovers)
	assert.Len(t, events[experiments.FaultInjected](journal), 1, "the second fault never came")
	assert.Len(t, events[experiments.FaultReverted](journal), 1)
}

func TestTagsAreReadAgainRightBeforeAFault(t *testing.T) {
	s, journal := build(t, flooding("limits {\n  never_tags = { tier = \"critical\" }\n}\n"), town), &memory{}
	s.experiment.Faults[0].Delay = time.Minute
	finished, err := s.play(t, journal, func(on troupe) {
		assert.NoError(t, on.clock.Sleep(on.ctx, 30*time.Second))
		tag(t, on, "orders", "tier", "critical")
	})
	require.NoError(t, err)
	assert.Equal(t, experiments.ExitInconclusive, finished.ExitCode)
	assert.Empty(t, events[experiments.FaultInjecting](journal), "nothing was touched")
	assert.Contains(t, events[experiments.RunStopping](journal)[0].Detail, `is tagged tier = "critical"`)
}

func TestASecondFaultIsNotBlamedForTheFleetThatTheFirstOneShrank(t *testing.T) {
	text := story(`
limits {
  max_percent = 30
}
target "ec2_instances" "web" {
  tags = { app = "web" }
  pick {
    count = 3
  }
}
inject "ec2_stop" "stop" {
  instance_ids = target.web.ids
}
inject "ec2_stop" "later" {
  instance_ids = target.web.ids
  delay        = "0s"
  after        = [inject.stop]
}
assert "ec2_instances" "stopped" {
  instance_ids = inject.stop.instance_ids
  state        = "stopped"
  since        = inject.stop
  within       = "5m"
}
`)
	s, journal := build(t, text, fleet()), &memory{}
	finished, err := s.play(t, journal, nil)
	require.NoError(t, err)
	for _, stopping := range events[experiments.RunStopping](journal) {
		assert.NotEqual(t, experiments.StopLimits, stopping.Cause, stopping.Detail)
	}
	assert.Empty(t, finished.Leftovers)
}
