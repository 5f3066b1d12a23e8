package experiments_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
)

func TestWhatSomebodyElseChangedMeanwhileIsLeftAloneAndSaid(t *testing.T) {
	s := build(t, alone()["cloudwatch_alarm_state"], town)
	before := s.untouched(t)
	at := s.stepOf(t, "SetAlarmState")
	s.perform(t, func(on troupe) {
		records := s.runs(t, on, &doomed{at: at, after: true})
		_, err := cloudwatch.NewFromConfig(on.account.Config()).SetAlarmState(on.ctx, &cloudwatch.SetAlarmStateInput{
			AlarmName: aws.String("errors"), StateValue: types.StateValueInsufficientData, StateReason: aws.String("a person looks into it"),
		})
		require.NoError(t, err)

		d := &doomed{}
		records, left, err := s.reverts(on, d, records)
		require.NoError(t, err)
		require.Len(t, left, 1)
		assert.Contains(t, left[0].Reason, "was changed by somebody else: INSUFFICIENT_DATA")
		assert.Contains(t, left[0].Reason, "a person looks into it")
		assert.Zero(t, d.calls, "nothing was touched")
		last := records[len(records)-1].Event.(experiments.RunFinished)
		assert.Equal(t, experiments.ExitNotReverted, last.ExitCode)

		require.NoError(t, on.clock.Sleep(on.ctx, calm)) // the alarm goes back by itself
		s.mends(t, on, records, before, "the person is done")
	})
}

// stepOf returns the step at which a call is made first.
func (s *stage) stepOf(t *testing.T, operation string) int {
	t.Helper()
	steps, _ := s.whole(t)
	for n := 1; n <= steps; n++ {
		d := &doomed{at: n}
		s.perform(t, func(on troupe) { s.runs(t, on, d) })
		if d.where == operation {
			return n
		}
	}
	require.Fail(t, "never called", operation)
	return 0
}
