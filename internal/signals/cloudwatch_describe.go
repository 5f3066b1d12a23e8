package signals

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gameday/internal/clock"
)

// alarmNames is how many alarms one call describes (DescribeAlarms).
const alarmNames = 100

// allAlarmTypes has to be asked for: by default AWS tells of metric alarms only.
func allAlarmTypes() []types.AlarmType {
	return []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm, types.AlarmTypeLogAlarm}
}

// describe returns those of the alarms that exist, by name.
func (w *alarmWatcher) describe(ctx context.Context, batch []Source) (map[string]alarmState, span, error) {
	found := map[string]alarmState{}
	during, err := w.eachPage(ctx, batch, func(page *cloudwatch.DescribeAlarmsOutput) {
		for _, a := range page.MetricAlarms {
			keep(found, a.AlarmName, a.AlarmArn, a.StateValue, a.StateReason, a.ActionsEnabled, a.StateTransitionedTimestamp)
		}
		for _, a := range page.CompositeAlarms {
			keep(found, a.AlarmName, a.AlarmArn, a.StateValue, a.StateReason, a.ActionsEnabled, a.StateTransitionedTimestamp)
		}
		for _, a := range page.LogAlarms {
			keep(found, a.AlarmName, a.AlarmArn, a.StateValue, a.StateReason, a.ActionsEnabled, a.StateTransitionedTimestamp)
		}
	})
	return found, during, err
}

func keep(found map[string]alarmState, name, arn *string, state types.StateValue, reason *string, actions *bool,
	moved *time.Time,
) {
	found[aws.ToString(name)] = alarmState{
		name:  aws.ToString(name),
		moved: aws.ToTime(moved),
		Alarm: Alarm{
			State: string(state), Reason: aws.ToString(reason), ARN: aws.ToString(arn),
			ActionsEnabled: aws.ToBool(actions),
		},
	}
}

// eachPage describes at most alarmNames alarms.
func (w *alarmWatcher) eachPage(ctx context.Context, batch []Source, take func(*cloudwatch.DescribeAlarmsOutput)) (span, error) {
	in := &cloudwatch.DescribeAlarmsInput{
		AlarmNames: subjects(batch), AlarmTypes: allAlarmTypes(), MaxRecords: aws.Int32(alarmNames),
	}
	var during span
	for {
		out, page, err := timed(w.env, func() (*cloudwatch.DescribeAlarmsOutput, error) {
			return w.calls.DescribeAlarms(ctx, in)
		})
		if err != nil {
			return during, fmt.Errorf("describe alarms: %w", err)
		}
		during = during.until(page)
		take(out)
		if aws.ToString(out.NextToken) == "" {
			return during, nil
		}
		in.NextToken = out.NextToken
	}
}

// Soonest tells how many datapoints a metric alarm needs: it cannot answer before they are there.
func (w *alarmWatcher) Soonest(ctx context.Context, sources []Source) (map[Source]Bound, error) {
	bounds := map[Source]Bound{}
	for batch := range slices.Chunk(sources, alarmNames) {
		_, err := w.eachPage(ctx, batch, func(page *cloudwatch.DescribeAlarmsOutput) {
			for _, alarm := range page.MetricAlarms {
				if bound, ok := soonest(alarm); ok {
					bounds[Source{Kind: "cloudwatch_alarm", Subject: aws.ToString(alarm.AlarmName)}] = bound
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return bounds, nil
}

// soonest is ok for alarms whose period is known: neither composites nor log alarms have one.
func soonest(alarm types.MetricAlarm) (bound Bound, ok bool) {
	period := alarmPeriod(alarm)
	points := max(aws.ToInt32(alarm.EvaluationPeriods), 1)
	if n := aws.ToInt32(alarm.DatapointsToAlarm); n > 0 {
		points = n
	}
	if period == 0 {
		return Bound{}, false
	}
	every := time.Minute
	if period < time.Minute {
		every = 10 * time.Second // high resolution: Using Amazon CloudWatch alarms, "Evaluating an alarm"
	}
	if own := aws.ToInt32(alarm.EvaluationInterval); own > 0 {
		every = time.Duration(own) * time.Second
	}
	noun := "datapoints"
	if points == 1 {
		noun = "datapoint"
	}
	return Bound{
		ARN:  aws.ToString(alarm.AlarmArn),
		Time: time.Duration(points) * period,
		Why: fmt.Sprintf("%d %s of %s have to breach, evaluated every %s",
			points, noun, clock.Short(period), clock.Short(every)),
	}, true
}

// alarmPeriod is the period of the alarm's metric, or the longest of those that its expression needs.
func alarmPeriod(alarm types.MetricAlarm) time.Duration {
	longest := aws.ToInt32(alarm.Period)
	for _, query := range alarm.Metrics {
		longest = max(longest, aws.ToInt32(query.Period))
		if query.MetricStat != nil {
			longest = max(longest, aws.ToInt32(query.MetricStat.Period))
		}
	}
	return time.Duration(longest) * time.Second
}
