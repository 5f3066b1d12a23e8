package injectors_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/stretchr/testify/require"

	"gameday/injectors"
	"gameday/injectors/injectortest"
	"gameday/internal/sandbox"
)

// revertTime is long enough for instances to stop and for a metric alarm to be evaluated twice.
const revertTime = 130 * time.Second

func setAlarm(s *injectortest.Stage, name string, state types.StateValue, reason string) {
	_, err := cloudwatch.NewFromConfig(s.AWS()).SetAlarmState(s.Ctx, &cloudwatch.SetAlarmStateInput{
		AlarmName: aws.String(name), StateValue: state, StateReason: aws.String(reason),
	})
	require.NoError(s.T, err)
}

func alarmState(s *injectortest.Stage, name string) string {
	out, err := cloudwatch.NewFromConfig(s.AWS()).DescribeAlarms(s.Ctx, &cloudwatch.DescribeAlarmsInput{
		AlarmNames: []string{name}, AlarmTypes: types.AlarmTypeLogAlarm.Values(),
	})
	require.NoError(s.T, err)
	for _, a := range out.CompositeAlarms {
		return string(a.StateValue)
	}
	return string(out.MetricAlarms[0].StateValue)
}

// risingAlarm fires by itself after five minutes.
func risingAlarm(s *sandbox.Spec) {
	withAlarm(time.Minute)(s)
	s.Metrics[0].At = map[time.Duration]float64{5 * time.Minute: 7}
}

func TestAMetricAlarmIsLeftToItsOwnEvaluation(t *testing.T) {
	injectortest.Play(t, spec(withAlarm(time.Minute)), 1, func(s *injectortest.Stage) {
		f := newFault(s, "cloudwatch_alarm_state", map[string]any{"alarm_name": "errors"})
		plan := injected(s, f)
		require.Equal(s.T, []string{"arn:aws:cloudwatch:eu-west-1:111122223333:alarm:errors"}, plan.Targets)
		require.Equal(s.T, "ALARM", alarmState(s, "errors"))
		require.Empty(s.T, reverted(s, f, plan))
		require.Equal(s.T, "OK", alarmState(s, "errors"))
		require.Equal(s.T, 1, s.Changes(), "it went back by itself")
	})
}

func TestAnAlarmThatFiresForARealReasonStaysSo(t *testing.T) {
	injectortest.Play(t, spec(risingAlarm), 1, func(s *injectortest.Stage) {
		f := newFault(s, "cloudwatch_alarm_state", map[string]any{"alarm_name": "errors"})
		plan := injected(s, f)
		s.Sleep(10 * time.Minute)
		require.Contains(s.T, reverted(s, f, plan), "is ALARM now by its own evaluation: Threshold Crossed")
		require.Equal(s.T, "ALARM", alarmState(s, "errors"))
	})
}

func TestACompositeAlarmIsSetBack(t *testing.T) {
	injectortest.Play(t, spec(withAlarm(time.Minute)), 1, func(s *injectortest.Stage) {
		require.NoError(s.T, s.Account.AddCompositeAlarm("service", "errors"))
		f := newFault(s, "cloudwatch_alarm_state", map[string]any{"alarm_name": "service"})
		plan := injected(s, f)
		s.Sleep(time.Hour)
		require.Equal(s.T, "ALARM", alarmState(s, "service"), "it does not go back by itself")
		require.Equal(s.T, "set back to OK", reverted(s, f, plan))
		require.Equal(s.T, "OK", alarmState(s, "service"))
	})
}

func TestACompositeAlarmThatFollowsItsChildrenStaysSo(t *testing.T) {
	injectortest.Play(t, spec(risingAlarm), 1, func(s *injectortest.Stage) {
		require.NoError(s.T, s.Account.AddCompositeAlarm("service", "errors"))
		f := newFault(s, "cloudwatch_alarm_state", map[string]any{"alarm_name": "service", "state": "INSUFFICIENT_DATA"})
		plan := injected(s, f)
		s.Sleep(10 * time.Minute)
		require.Contains(s.T, reverted(s, f, plan), "is ALARM now by its own evaluation")
		require.Equal(s.T, "ALARM", alarmState(s, "service"))
	})
}

func TestAnAlarmThatAPersonSetIsAConflict(t *testing.T) {
	injectortest.Play(t, spec(withAlarm(time.Minute)), 1, func(s *injectortest.Stage) {
		require.NoError(s.T, s.Account.AddCompositeAlarm("service", "errors"))
		f := newFault(s, "cloudwatch_alarm_state", map[string]any{"alarm_name": "service"})
		plan := injected(s, f)
		setAlarm(s, "service", types.StateValueInsufficientData, "maintenance")
		_, err := f.Revert(s.Ctx, plan)
		var conflict *injectors.ConflictError
		require.ErrorAs(s.T, err, &conflict)
		require.Equal(s.T, plan.Targets[0], conflict.Target)
		require.Contains(s.T, conflict.Found, "maintenance")
		require.Equal(s.T, "INSUFFICIENT_DATA", alarmState(s, "service"), "nothing is touched")
	})
}

func TestTheReasonTellsScalingPoliciesAValueBeyondTheThreshold(t *testing.T) {
	injectortest.Play(t, spec(withAlarm(time.Minute)), 1, func(s *injectortest.Stage) {
		injected(s, newFault(s, "cloudwatch_alarm_state", map[string]any{"alarm_name": "errors", "reason": "a game day"}))
		out, err := cloudwatch.NewFromConfig(s.AWS()).DescribeAlarms(s.Ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"errors"}})
		require.NoError(s.T, err)
		require.Equal(s.T, "a game day (gameday "+injectortest.Run+"/"+injectortest.Block+")", *out.MetricAlarms[0].StateReason)
		var reason struct {
			Threshold        float64   `json:"threshold"`
			RecentDatapoints []float64 `json:"recentDatapoints"`
		}
		require.NoError(s.T, json.Unmarshal([]byte(*out.MetricAlarms[0].StateReasonData), &reason))
		require.Greater(s.T, reason.RecentDatapoints[0], reason.Threshold)
	})
}

func TestAnUnknownAlarmIsNoPlan(t *testing.T) {
	injectortest.Play(t, spec(withAlarm(time.Minute)), 1, func(s *injectortest.Stage) {
		_, err := newFault(s, "cloudwatch_alarm_state", map[string]any{"alarm_name": "error"}).Plan(s.Ctx)
		require.EqualError(s.T, err, `plan to set an alarm: there is no alarm "error" in eu-west-1`)
	})
}
