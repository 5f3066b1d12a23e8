package experiments_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/clock"
)

const heldStory = `
inject "sqs_backlog" "flood" {
  queue_url = local.orders
  messages  = 300
}

assert "cloudwatch_alarm" "fires" {
  alarm_name = "backlog"
  state      = "ALARM"
  within     = "5m"
}
`

func TestAHeldFaultIsNotAnnouncedBeforeItIsLetGo(t *testing.T) {
	journal := &memory{}
	var held time.Time
	build(t, story(heldStory), town).perform(t, func(on troupe) {
		ready, err := on.engine.Plan(on.ctx, build(t, story(heldStory), town).experiment)
		require.NoError(t, err)
		ready.Do(on.ctx, experiments.Options{Journal: journal, Hold: func(ctx context.Context, fault string) error {
			assert.Equal(t, "flood", fault)
			assert.Empty(t, events[experiments.FaultPlanned](journal))
			held = on.clock.Now().UTC()
			return on.clock.Sleep(ctx, 10*time.Minute)
		}})
	})
	for _, r := range journal.records {
		if _, is := r.Event.(experiments.FaultInjecting); is {
			assert.GreaterOrEqual(t, r.Time.Sub(held), 10*time.Minute)
		}
	}
	require.Equal(t, experiments.Passed, decided(t, journal, "fires").Verdict)
}

func TestARunThatIsStoppedWhileAFaultIsHeldTouchesNothing(t *testing.T) {
	journal := &memory{}
	var finished experiments.RunFinished
	build(t, story(heldStory), town).perform(t, func(on troupe) {
		ready, err := on.engine.Plan(on.ctx, build(t, story(heldStory), town).experiment)
		require.NoError(t, err)
		on.clock.Go(func() {
			require.NoError(t, on.clock.Sleep(on.ctx, time.Minute))
			on.stop(&experiments.StopError{Cause: experiments.StopInterrupt, Detail: "enough"})
		})
		finished = ready.Do(on.ctx, experiments.Options{Journal: journal, Hold: func(ctx context.Context, _ string) error {
			return on.clock.Wait(ctx, &clock.Cond{}, time.Time{})
		}})
	})
	require.Equal(t, experiments.Interrupted, finished.Verdict)
	require.Empty(t, events[experiments.FaultPlanned](journal))
	require.Empty(t, finished.Leftovers)
}
