package signals

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"gameday/internal/clock"
)

// script is a CloudWatch that says what the sandbox's does not: one answer a look, a tick apart.
type script struct {
	looks   []*types.MetricAlarm // nil: there is no such alarm
	history []types.AlarmHistoryItem
	shows   int // from this look on DescribeAlarmHistory has items
	denied  string
	look    int
}

func (s *script) refuse(operation string) error {
	if s.denied == operation {
		return &smithy.GenericAPIError{Code: "AccessDenied", Message: "not allowed to " + operation, Fault: smithy.FaultClient}
	}
	return nil
}

func (s *script) DescribeAlarms(context.Context, *cloudwatch.DescribeAlarmsInput, ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error) {
	s.look++
	out := &cloudwatch.DescribeAlarmsOutput{}
	if alarm := s.looks[min(s.look, len(s.looks))-1]; alarm != nil {
		out.MetricAlarms = []types.MetricAlarm{*alarm}
	}
	return out, s.refuse("DescribeAlarms")
}

func (s *script) DescribeAlarmHistory(context.Context, *cloudwatch.DescribeAlarmHistoryInput, ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmHistoryOutput, error) {
	out := &cloudwatch.DescribeAlarmHistoryOutput{}
	if s.look >= s.shows {
		out.AlarmHistoryItems = s.history
	}
	return out, s.refuse("DescribeAlarmHistory")
}

// said is a sink that writes down what it is told.
type said struct {
	began time.Time
	lines []string
}

func (s *said) Emit(signal Signal) {
	s.lines = append(s.lines, fmt.Sprintf("%s at %s", signal.Value.(Alarm).State, signal.At.Latest.Sub(s.began)))
}

func (s *said) Saw(_ Source, t time.Time) {
	s.lines = append(s.lines, fmt.Sprint("saw ", t.Sub(s.began)))
}

func (s *said) Blind(_ Source, during Moment, why string) {
	s.lines = append(s.lines, fmt.Sprintf("blind %s to %s: %s", during.Earliest.Sub(s.began), during.Latest.Sub(s.began), why))
}

var dawn = time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC)

// play watches the script for so many seconds, a look every ten.
func play(s *script, seconds int) (said, error) {
	told := said{began: dawn}
	c := clock.Virtual(dawn, 0)
	var err error
	c.Run(func() {
		ctx, cancel := c.WithDeadline(context.Background(), dawn.Add(time.Duration(seconds)*time.Second))
		defer cancel()
		w := &alarmWatcher{calls: s, env: Env{
			Clock: c, Tick: 10 * time.Second,
			ToAWS: func(sent, answered time.Time) Moment { return Moment{sent, answered} },
			Pause: func(ctx context.Context) error { return c.Sleep(ctx, 10*time.Second) },
		}}
		err = w.Watch(ctx, []Source{{"cloudwatch_alarm", "backlog"}}, &told)
	})
	return told, err
}

// in is the alarm in a state since so many seconds after dawn; 0: AWS does not say.
func in(state string, seconds float64) *types.MetricAlarm {
	alarm := &types.MetricAlarm{AlarmName: aws.String("backlog"), StateValue: types.StateValue(state)}
	if seconds != 0 {
		alarm.StateTransitionedTimestamp = aws.Time(after(seconds))
	}
	return alarm
}

func after(seconds float64) time.Time { return dawn.Add(time.Duration(seconds * float64(time.Second))) }

func moved(from, to string, seconds float64) types.AlarmHistoryItem {
	return types.AlarmHistoryItem{
		HistoryItemType: types.HistoryItemTypeStateUpdate, Timestamp: aws.Time(after(seconds)),
		HistorySummary: aws.String("Alarm updated from " + from + " to " + to),
	}
}

func TestAwkwardAlarms(t *testing.T) {
	for name, c := range map[string]struct {
		script  script
		seconds int
		want    []string
	}{
		"history that is late is waited for": {
			script{
				looks:   []*types.MetricAlarm{in("OK", -9.5), in("OK", 9.75)},
				history: []types.AlarmHistoryItem{moved("OK", "ALARM", 8.5), moved("ALARM", "OK", 9.752)}, shows: 3,
			},
			25,
			[]string{"OK at -9.499s", "saw 0s", "ALARM at 8.501s", "OK at 9.751s", "saw 20s"},
		},
		"history that never comes is blindness": {
			script{looks: []*types.MetricAlarm{in("OK", -9.5), in("ALARM", 9.5)}, shows: 99},
			35,
			[]string{
				"OK at -9.499s", "saw 0s",
				"blind 0s to 30s: the alarm's history does not show how it came to its state", "ALARM at 9.501s", "saw 30s",
			},
		},
		"flaps within a second are told apart": {
			script{
				looks: []*types.MetricAlarm{in("OK", -0.5), in("OK", 0.9)},
				history: []types.AlarmHistoryItem{
					moved("ALARM", "OK", -0.5), moved("OK", "ALARM", 0.2), moved("ALARM", "OK", 0.5), moved("OK", "ALARM", 0.7),
					moved("ALARM", "OK", 0.9), moved("OK", "ALARM", 9.9),
				},
			},
			15,
			[]string{"OK at -499ms", "saw 0s", "ALARM at 201ms", "OK at 501ms", "ALARM at 701ms", "OK at 901ms", "saw 10s"},
		},
		"an answer from the past tells nothing": {
			script{
				looks:   []*types.MetricAlarm{in("OK", -9.5), in("ALARM", 5.5), in("OK", -9.5), in("ALARM", 5.5)},
				history: []types.AlarmHistoryItem{moved("OK", "ALARM", 5.5)},
			},
			35,
			[]string{"OK at -9.499s", "saw 0s", "ALARM at 5.501s", "saw 10s", "saw 30s"},
		},
		"an alarm that vanishes cannot be seen until it is back": {
			script{looks: []*types.MetricAlarm{in("OK", -9.5), nil, nil, in("OK", -9.5)}},
			45,
			[]string{"OK at -9.499s", "saw 0s", "blind 0s to 30s: the alarm did not exist", "saw 30s", "saw 40s"},
		},
		"without a time of transition the looks say when": {
			script{looks: []*types.MetricAlarm{in("OK", 0), in("OK", 0), in("ALARM", 0)}},
			25,
			[]string{"OK at 0s", "saw 0s", "saw 10s", "ALARM at 20s", "saw 20s"},
		},
		"a time in whole seconds may be a second off": {
			script{looks: []*types.MetricAlarm{in("OK", -9)}}, 5, []string{"OK at -8s", "saw 0s"},
		},
	} {
		told, err := play(&c.script, c.seconds)
		require.NoError(t, err, name)
		require.Equal(t, c.want, told.lines, name)
	}
}

func TestAMissingPermissionShowsAtTheFirstLook(t *testing.T) {
	for _, operation := range []string{"DescribeAlarms", "DescribeAlarmHistory"} {
		told, err := play(&script{looks: []*types.MetricAlarm{in("OK", -9.5)}, denied: operation}, 60)
		require.ErrorContains(t, err, "not allowed to "+operation)
		require.LessOrEqual(t, len(told.lines), 2, "it ends at once")
	}
}
