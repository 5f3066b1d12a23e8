package experiments_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/cloud"
	"gameday/internal/sandbox"
)

func replace(text, old, new string) string { return strings.ReplaceAll(text, old, new) }

// everything uses every reversible kind and a tap.
const everything = `
target "ec2_instances" "web" {
  tags = { app = "web" }
}
inject "ec2_stop" "stop" {
  instance_ids = target.web.ids
}
inject "sqs_backlog" "flood" {
  queue_url = local.orders
  messages  = 60
}
inject "cloudwatch_alarm_state" "cry" {
  alarm_name = "errors"
  after      = [inject.stop]
}
assert "sns_message" "page" {
  topic_arn = local.pages
  since     = inject.flood
  within    = "3m"
}
`

// calm is how long an account is left alone before it is compared: alarms go back, instances stop and start.
const calm = 30 * time.Minute

// untouched is the account as it is when nobody does anything to it.
func (s *stage) untouched(t *testing.T) any {
	t.Helper()
	var snapshot any
	s.perform(t, func(on troupe) {
		require.NoError(t, on.clock.Sleep(on.ctx, calm))
		snapshot = on.account.Snapshot()
	})
	return snapshot
}

func TestAnInterruptAtAnyMomentRevertsEverything(t *testing.T) {
	s := build(t, story(everything), town)
	before := s.untouched(t)
	whole := &memory{}
	finished, err := s.play(t, whole, nil)
	require.NoError(t, err)
	require.Empty(t, finished.Leftovers)
	for n := range whole.records {
		journal := &memory{}
		s.perform(t, func(on troupe) {
			ready, err := on.engine.Plan(on.ctx, s.experiment)
			require.NoError(t, err)
			journal.full = func(experiments.Record) error {
				if len(journal.records) == n {
					on.stop(&experiments.StopError{Cause: experiments.StopInterrupt, Detail: "interrupted"})
				}
				return nil
			}
			finished := ready.Do(on.ctx, experiments.Options{Journal: journal})
			assert.Empty(t, finished.Leftovers, "stopped at record %d", n)
			assert.Empty(t, experiments.Unfinished(journal.records), "stopped at record %d", n)
			assert.Equal(t, finished.Verdict, experiments.Summarize(journal.records).Verdict, "stopped at record %d", n)
			require.NoError(t, on.clock.Sleep(context.WithoutCancel(on.ctx), calm))
			require.Equal(t, before, on.account.Snapshot(), "stopped at record %d, %s", n, whole.records[n].Event.Type())
			if len(events[experiments.RunStopping](journal)) > 0 {
				assert.Equal(t, experiments.ExitInterrupted, finished.ExitCode)
			}
		})
	}
}

func TestAJournalThatRunsFullStopsAndRevertsEverything(t *testing.T) {
	s := build(t, story(everything), town)
	before := s.untouched(t)
	whole := &memory{}
	_, err := s.play(t, whole, nil)
	require.NoError(t, err)
	for n := range whole.records {
		journal := &memory{}
		s.perform(t, func(on troupe) {
			ready, err := on.engine.Plan(on.ctx, s.experiment)
			require.NoError(t, err)
			journal.full = func(experiments.Record) error {
				if len(journal.records) >= n {
					return errFull
				}
				return nil
			}
			finished := ready.Do(on.ctx, experiments.Options{Journal: journal})
			assert.Empty(t, finished.Leftovers)
			assert.NotEqual(t, experiments.ExitPassed, finished.ExitCode, "full at record %d", n)
			require.NoError(t, on.clock.Sleep(on.ctx, calm))
			require.Equal(t, before, on.account.Snapshot(), "full at record %d, %s", n, whole.records[n].Event.Type())
		})
	}
}

// unplug makes a process dead to the outside: from now on it writes nothing and no call of it arrives.
type unplug struct{ dead bool }

func (u *unplug) between(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("unplug", func(ctx context.Context, in middleware.InitializeInput,
		next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		if u.dead {
			return middleware.InitializeOutput{}, middleware.Metadata{}, &smithy.GenericAPIError{Code: "Dead", Message: "no such process"}
		}
		return next.HandleInitialize(ctx, in)
	}), middleware.After)
}

// crash plays the stage until its process dies at the nth journal write, right before or right after it.
func (s *stage) crash(t *testing.T, on troupe, n int, after bool) *memory {
	t.Helper()
	plug := &unplug{}
	journal := &memory{}
	config := on.account.Config()
	config.APIOptions = append(config.APIOptions, plug.between)
	on.engine.Cloud = cloud.NewSession(config, on.clock, s.seed, on.engine.Run)
	ready, err := on.engine.Plan(on.ctx, s.experiment)
	require.NoError(t, err)
	written := 0
	journal.full = func(r experiments.Record) error {
		if written == n {
			if after && !plug.dead {
				journal.records = append(journal.records, r)
			}
			plug.dead = true
		}
		if plug.dead {
			return errFull
		}
		written++
		return nil
	}
	ready.Do(on.ctx, experiments.Options{Journal: journal})
	return journal
}

// resume reverts what a dead process left, as a new one would.
func (s *stage) resume(t *testing.T, on troupe, account *sandbox.Account, journal *memory) []experiments.Leftover {
	t.Helper()
	next := s.enter(on.ctx, on.clock, account, on.stop)
	journal.full = nil
	left, err := next.engine.Revert(on.ctx, journal.records, experiments.Options{Journal: journal})
	require.NoError(t, err)
	return left
}

func TestARunThatDiesAtAnyJournalWriteIsRevertedByAnotherProcess(t *testing.T) {
	s := build(t, story(everything), town)
	before := s.untouched(t)
	whole := &memory{}
	_, err := s.play(t, whole, nil)
	require.NoError(t, err)
	tried := 0
	for n := 1; n < len(whole.records); n++ { // before the first write there is nothing to revert
		for _, after := range []bool{false, true} {
			tried++
			s.perform(t, func(on troupe) {
				journal := s.crash(t, on, n, after)
				where := fmt.Sprintf("died at record %d, %s, after = %t", n, whole.records[n].Event.Type(), after)
				require.Empty(t, s.resume(t, on, on.account, journal), where)
				require.Empty(t, experiments.Unfinished(journal.records), where)
				require.NoError(t, on.clock.Sleep(on.ctx, calm))
				require.Equal(t, before, on.account.Snapshot(), where)
				require.Empty(t, s.resume(t, on, on.account, journal), "a second time")
			})
		}
	}
	t.Logf("%d crash points tried", tried)
}

func TestRevertRefusesAnotherAccount(t *testing.T) {
	s := build(t, story(everything), town)
	journal := &memory{}
	_, err := s.play(t, journal, nil)
	require.NoError(t, err)
	s.spec.Account = "999999999999"
	s.perform(t, func(on troupe) {
		_, err := on.engine.Revert(on.ctx, journal.records, experiments.Options{})
		require.ErrorContains(t, err, "999999999999")
	})
}
