package signals_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/stretchr/testify/require"

	"gameday/internal/sandbox"
	"gameday/internal/signals"
)

// quiet are alarms that do not move by themselves.
func quiet(names ...string) sandbox.Spec {
	spec := sandbox.Spec{Metrics: []sandbox.MetricSpec{{Name: "calm", Value: 0}}}
	above := 10.0
	for _, name := range names {
		spec.Alarms = append(spec.Alarms, sandbox.AlarmSpec{
			Name: name, Watch: sandbox.Ref{Kind: "metric", Name: "calm"}, Above: &above,
			Period: 5 * time.Minute, Periods: 3, ActionsEnabled: true,
		})
	}
	return spec
}

// set puts an alarm into a state and returns the interval of AWS's time in which that happened.
func (r *rig) set(ctx context.Context, alarm, state string) signals.Moment {
	sent := r.awsNow()
	_, err := cloudwatch.NewFromConfig(r.client).SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{
		AlarmName: aws.String(alarm), StateValue: types.StateValue(state), StateReason: aws.String("test " + state),
	})
	require.NoError(r.t, err)
	return signals.Moment{Earliest: sent, Latest: r.awsNow()}
}

func states(r *rig, alarm string) []string {
	var all []string
	for _, a := range payloads[signals.Alarm](r, alarm) {
		all = append(all, a.State)
	}
	return all
}

func TestFiveHundredAlarmsTakeFiveCallsALook(t *testing.T) {
	names := named("alarm-%03d", 500)
	const looks = 12
	r := inSandbox(t, quiet(names...), func(ctx context.Context, r *rig) {
		r.watch(ctx, "cloudwatch_alarm", names...)
		for len(r.saws) < looks*len(names) {
			r.sleep(ctx, time.Second)
		}
	})
	require.Len(t, r.emitted, 500)
	require.Equal(t, 5*looks, r.session.Calls()["cloudwatch:DescribeAlarms"])
	require.Equal(t, 1, r.session.Calls()["cloudwatch:DescribeAlarmHistory"], "only to prove that it can be read")
}

func TestAnAlarmThatMovedAndCameBackBetweenTwoLooksIsSeen(t *testing.T) {
	var fired, calmed signals.Moment
	r := inSandbox(t, quiet("backlog"), func(ctx context.Context, r *rig) {
		r.account.Skew = 1700 * time.Millisecond
		r.watch(ctx, "cloudwatch_alarm", "backlog")
		r.sleep(ctx, 21*time.Second)
		fired = r.set(ctx, "backlog", "ALARM")
		calmed = r.set(ctx, "backlog", "OK")
		r.sleep(ctx, 10*time.Second)
	})
	require.Equal(t, []string{"OK", "ALARM", "OK"}, states(r, "backlog"))
	for i, during := range map[int]signals.Moment{1: fired, 2: calmed} {
		at := r.emitted[i].At
		require.LessOrEqual(t, at.Latest.Sub(at.Earliest), time.Millisecond, "the source's own time, not the look's")
		require.False(t, at.Latest.Before(during.Earliest) || at.Earliest.After(during.Latest), "%v is not when it was set: %v", at, during)
	}
	require.Equal(t, "test ALARM", r.emitted[1].Value.(signals.Alarm).Reason)
	require.Empty(t, r.blind)
}

func TestManyFlapsComeInOrderAndOnce(t *testing.T) {
	want := []string{"OK"}
	r := inSandbox(t, quiet("backlog"), func(ctx context.Context, r *rig) {
		r.watch(ctx, "cloudwatch_alarm", "backlog")
		r.sleep(ctx, 12*time.Second)
		for range 130 { // more than a page of history in some gaps between looks
			r.set(ctx, "backlog", "ALARM")
			r.set(ctx, "backlog", "OK")
			want = append(want, "ALARM", "OK")
		}
		r.sleep(ctx, 10*time.Second)
	})
	require.Equal(t, want, states(r, "backlog"))
	for i := 1; i < len(r.emitted); i++ {
		require.False(t, r.emitted[i].At.Earliest.Before(r.emitted[i-1].At.Earliest))
	}
}

func TestAnAlarmIsFirstSeenWithTheMomentOfItsTransition(t *testing.T) {
	r := inSandbox(t, quiet("backlog"), func(ctx context.Context, r *rig) {
		r.set(ctx, "backlog", "ALARM")
		r.sleep(ctx, 2*time.Second)
		r.watch(ctx, "cloudwatch_alarm", "backlog")
		r.sleep(ctx, 6*time.Second)
	})
	require.Equal(t, []string{"ALARM"}, states(r, "backlog"))
	require.WithinDuration(t, morning, r.emitted[0].At.Latest, time.Second)
	alarm := r.emitted[0].Value.(signals.Alarm)
	require.True(t, alarm.ActionsEnabled)
	require.Equal(t, "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:backlog", alarm.ARN)
}

func TestCompositeAlarmsAreSeenToo(t *testing.T) {
	r := inSandbox(t, quiet("backlog"), func(ctx context.Context, r *rig) {
		require.NoError(t, r.account.AddCompositeAlarm("any", "backlog"))
		r.watch(ctx, "cloudwatch_alarm", "any")
		r.sleep(ctx, 12*time.Second)
		r.set(ctx, "backlog", "ALARM")
		r.sleep(ctx, 10*time.Second)
	})
	require.Equal(t, []string{"OK", "ALARM"}, states(r, "any"))
}

func TestWeatherDoesNotChangeWhatAlarmsSaid(t *testing.T) {
	for name, weather := range weathers() {
		t.Run(name, func(t *testing.T) {
			weather.Services = []string{"CloudWatch.DescribeAlarms", "CloudWatch.DescribeAlarmHistory"}
			r := inSandbox(t, quiet("a", "b"), func(ctx context.Context, r *rig) {
				r.account.SetWeather(weather)
				r.watch(ctx, "cloudwatch_alarm", "a", "b")
				r.sleep(ctx, 30*time.Second)
				for range 10 {
					r.set(ctx, "a", "ALARM")
					r.sleep(ctx, 3*time.Second)
					r.set(ctx, "a", "OK")
					r.set(ctx, "b", "ALARM")
					r.set(ctx, "b", "OK")
					r.sleep(ctx, 8*time.Second)
				}
				r.account.SetWeather()
				r.sleep(ctx, 20*time.Second)
			})
			var want []string
			for range 10 {
				want = append(want, "OK", "ALARM")
			}
			require.Equal(t, append(want, "OK"), states(r, "a"))
			require.Equal(t, append(want, "OK"), states(r, "b"))
			require.Empty(t, r.blind, "history fills the gaps")
			require.NoError(t, r.watched)
		})
	}
}

func TestWatermarksStandStillWhileAlarmsCannotBeSeen(t *testing.T) {
	out := sandbox.Weather{Services: []string{"CloudWatch.DescribeAlarms"}, Error: 1}
	r := inSandbox(t, quiet("backlog"), func(ctx context.Context, r *rig) {
		source := signals.Source{Kind: "cloudwatch_alarm", Subject: "backlog"}
		r.watch(ctx, "cloudwatch_alarm", "backlog")
		r.sleep(ctx, 12*time.Second)
		r.account.SetWeather(out)
		r.sleep(ctx, time.Second)
		stood := r.until(source)
		r.set(ctx, "backlog", "ALARM")
		r.sleep(ctx, time.Minute)
		require.Equal(t, stood, r.until(source))
		r.account.SetWeather()
		r.sleep(ctx, 30*time.Second)
		require.True(t, r.until(source).After(stood.Add(time.Minute)))
	})
	require.Equal(t, []string{"OK", "ALARM", "OK"}, states(r, "backlog"), "CloudWatch put it back meanwhile")
}

func TestAlarmsThatStandStillDoNotWaitForThoseThatMove(t *testing.T) {
	names := named("alarm-%03d", 120)
	still := signals.Source{Kind: "cloudwatch_alarm", Subject: "still"}
	r := inSandbox(t, quiet(append(names, "still")...), func(ctx context.Context, r *rig) {
		r.watch(ctx, "cloudwatch_alarm", append(names, "still")...)
		r.sleep(ctx, 11*time.Second)
		for _, name := range names {
			r.set(ctx, name, "ALARM")
			r.set(ctx, name, "OK")
		}
		for range 120 {
			r.sleep(ctx, time.Second)
			require.Less(t, r.awsNow().Sub(r.until(still)), 4*tick)
		}
	})
	for _, name := range names {
		require.Equal(t, []string{"OK", "ALARM", "OK"}, states(r, name))
	}
	require.Equal(t, []string{"OK"}, states(r, "still"))
}

func TestAnAlarmThatDoesNotExistIsAnErrorThatNamesIt(t *testing.T) {
	r := inSandbox(t, quiet("backlog"), func(ctx context.Context, r *rig) {
		r.watch(ctx, "cloudwatch_alarm", "backlog", "backlgo")
		r.sleep(ctx, 12*time.Second)
		require.True(t, r.ended)
	})
	require.EqualError(t, r.watched, `watch CloudWatch alarms: there is no alarm "backlgo"`)
}

func TestAnAlarmNeedsItsDatapoints(t *testing.T) {
	spec := quiet("slow")
	below := 1.0
	spec.Alarms = append(spec.Alarms, sandbox.AlarmSpec{
		Name: "fast", Watch: sandbox.Ref{Kind: "metric", Name: "calm"}, Below: &below, Period: 10 * time.Second, Periods: 1,
	})
	inSandbox(t, spec, func(ctx context.Context, r *rig) {
		require.NoError(t, r.account.AddCompositeAlarm("any", "slow"))
		r.watch(ctx, "cloudwatch_alarm", "slow")
		row, _ := signals.Standard().Find("cloudwatch_alarm")
		source := func(name string) signals.Source { return signals.Source{Kind: "cloudwatch_alarm", Subject: name} }
		bounds, err := row.New(r.env()).(signals.Foreteller).Soonest(ctx, []signals.Source{source("slow"), source("fast"), source("any")})
		require.NoError(t, err)
		arn := "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:"
		require.Equal(t, map[signals.Source]signals.Bound{
			source("slow"): {ARN: arn + "slow", Time: 15 * time.Minute, Why: "3 datapoints of 5m have to breach, evaluated every 1m"},
			source("fast"): {ARN: arn + "fast", Time: 10 * time.Second, Why: "1 datapoint of 10s have to breach, evaluated every 10s"},
		}, bounds)
	})
}

func TestTheSameStoryIsToldTheSameWay(t *testing.T) {
	tell := func() string {
		r := inSandbox(t, quiet("a", "b", "c"), func(ctx context.Context, r *rig) {
			r.account.SetWeather(sandbox.Weather{
				Services: []string{"CloudWatch.DescribeAlarms"}, Throttle: 0.2, Error: 0.2, Lose: 0.2, Reorder: 0.2,
			})
			r.watch(ctx, "cloudwatch_alarm", "a", "b", "c")
			for range 5 {
				r.sleep(ctx, 7*time.Second)
				r.set(ctx, "b", "ALARM")
			}
		})
		return fmt.Sprint(r.emitted, r.saws, r.blind)
	}
	require.Equal(t, tell(), tell())
}
