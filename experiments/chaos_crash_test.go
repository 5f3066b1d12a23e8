package experiments_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/injectors"
)

// alone is a scenario for every reversible kind of fault, and for the tap, each for itself, and one for all together.
func alone() map[string]string {
	return map[string]string{
		"ec2_stop": stopped(webIsDown),
		"sqs_backlog": story(`
inject "sqs_backlog" "flood" {
  queue_url = local.orders
  messages  = 60
}
assert "cloudwatch_alarm" "calm" {
  alarm_name = "errors"
  state      = "OK"
  expect     = "stays"
  within     = "1m"
}`),
		"cloudwatch_alarm_state": story(`
inject "cloudwatch_alarm_state" "cry" {
  alarm_name = "errors"
}
assert "cloudwatch_alarm" "cried" {
  alarm_name = "errors"
  state      = "ALARM"
  within     = "1m"
}`),
		"a tap": story(`
inject "cloudwatch_alarm_state" "cry" {
  alarm_name = "backlog"
}
assert "sns_message" "page" {
  topic_arn = local.pages
  within    = "1m"
}`),
		"everything": story(everything),
	}
}

func TestEveryReversibleKindIsAmongThoseThatCrash(t *testing.T) {
	for _, kind := range injectors.Standard().Kinds {
		if !kind.Irreversible {
			require.Contains(t, alone(), kind.Name, "a new kind needs a scenario here")
			require.Contains(t, everything, `"`+kind.Name+`"`)
		}
	}
}

// whole plays the stage to its end and returns how many steps, and how many mutating calls among them, that were.
func (s *stage) whole(t *testing.T) (steps, calls int) {
	t.Helper()
	s.perform(t, func(on troupe) {
		d := &doomed{}
		records := s.runs(t, on, d)
		require.Empty(t, experiments.Unfinished(records))
		steps, calls = d.step, d.calls
	})
	return steps, calls
}

// mends reverts what a dead process left, as a new one does, and proves that the account is as before.
func (s *stage) mends(t *testing.T, on troupe, records []experiments.Record, before any, where string) {
	t.Helper()
	if len(records) == 0 { // it died before it wrote anything, so it touched nothing
		require.NoError(t, on.clock.Sleep(on.ctx, calm), where)
		require.Equal(t, before, on.account.Snapshot(), where)
		return
	}
	records, left, err := s.reverts(on, &doomed{}, records)
	require.NoError(t, err, where)
	require.Empty(t, left, where)
	require.Empty(t, experiments.Unfinished(records), where)
	require.NoError(t, on.clock.Sleep(on.ctx, calm), where)
	require.Equal(t, before, on.account.Snapshot(), where)
	again, left, err := s.reverts(on, &doomed{}, records)
	require.NoError(t, err, where)
	require.Empty(t, left, where)
	require.Equal(t, records, again, "%s: a second revert finds nothing to do", where)
}

func TestARunThatDiesAtAnyWriteOrCallIsRevertedByAnotherProcess(t *testing.T) {
	total := 0
	for _, name := range slices.Sorted(maps.Keys(alone())) {
		t.Run(name, func(t *testing.T) {
			s := build(t, alone()[name], town)
			before := s.untouched(t)
			steps, calls := s.whole(t)
			tried := 0
			for n := 1; n <= steps; n += stride(steps, 12) {
				for _, after := range []bool{false, true} {
					s.perform(t, func(on troupe) {
						d := &doomed{at: n, after: after}
						records := s.runs(t, on, d)
						require.True(t, d.dead)
						s.mends(t, on, records, before, fmt.Sprintf("died at step %d, %s, after = %t", n, d.where, after))
					})
					tried++
				}
			}
			total += tried
			t.Logf("%d crash points tried, at %d journal writes and %d mutating calls", tried, steps-calls, calls)
		})
	}
	t.Logf("%d crash points tried in all", total)
}

func TestARevertThatDiesAtAnyWriteOrCallIsResumedByAnotherProcess(t *testing.T) {
	s := build(t, story(everything), town)
	before := s.untouched(t)
	steps, _ := s.whole(t)
	tried := 0
	every := stride(steps, 4)
	if thorough() {
		every = 3
	}
	for n := steps / 8; n < steps; n += every {
		toRevert := 0
		s.perform(t, func(on troupe) {
			d := &doomed{}
			_, _, err := s.reverts(on, d, s.runs(t, on, &doomed{at: n, after: true}))
			require.NoError(t, err)
			toRevert = d.step
		})
		for m := 1; m <= toRevert; m += stride(toRevert, 4) {
			for _, after := range []bool{false, true} {
				s.perform(t, func(on troupe) {
					first, second := &doomed{at: n, after: true}, &doomed{at: m, after: after}
					records, _, _ := s.reverts(on, second, s.runs(t, on, first))
					s.mends(t, on, records, before, fmt.Sprintf("died at step %d, %s; its revert at step %d, %s, after = %t", n, first.where, m, second.where, after))
				})
				tried++
			}
		}
	}
	t.Logf("%d crash points of reverts tried", tried)
}
