package sandbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

func (s *alarms) describe(_ context.Context, in *cloudwatch.DescribeAlarmsInput) (*cloudwatch.DescribeAlarmsOutput, error) {
	size, err := checkDescribe(in)
	if err != nil {
		return nil, err
	}
	var found []*alarm
	for _, m := range s.listed {
		if typed(m, in.AlarmTypes) && s.asked(m, in) {
			found = append(found, m)
		}
	}
	found, next, err := page(s.account, found, in.NextToken, size)
	if err != nil {
		return nil, err
	}
	out := &cloudwatch.DescribeAlarmsOutput{NextToken: next}
	for _, m := range found {
		if m.composite() {
			out.CompositeAlarms = append(out.CompositeAlarms, s.compositeShape(m))
			continue
		}
		out.MetricAlarms = append(out.MetricAlarms, s.shape(m))
	}
	return out, nil
}

func checkDescribe(in *cloudwatch.DescribeAlarmsInput) (size int, err error) {
	if in.ChildrenOfAlarmName != nil || in.ParentsOfAlarmName != nil {
		return 0, failure("NotImplemented", "the sandbox does not know DescribeAlarms by children or parents")
	}
	if len(in.AlarmNames) > 100 {
		return 0, failure(invalid, fmt.Sprintf("1 validation error detected: Value at 'alarmNames' failed to satisfy constraint: "+
			"Member must have length less than or equal to 100, got %d", len(in.AlarmNames)))
	}
	if len(in.AlarmNames) > 0 && in.AlarmNamePrefix != nil {
		return 0, failure(invalid, "AlarmNames and AlarmNamePrefix cannot be specified together")
	}
	return sized(in.MaxRecords, 50, 1, 100, invalid, "MaxRecords must be from 1 to 100")
}

func (s *alarms) asked(m *alarm, in *cloudwatch.DescribeAlarmsInput) bool {
	return (len(in.AlarmNames) == 0 || slices.Contains(in.AlarmNames, m.spec.Name)) &&
		strings.HasPrefix(m.spec.Name, aws.ToString(in.AlarmNamePrefix)) &&
		(in.StateValue == "" || in.StateValue == m.state) &&
		(in.ActionPrefix == nil || slices.ContainsFunc(s.topics(slices.Concat(m.spec.AlarmActions, m.spec.OKActions)),
			func(arn string) bool { return strings.HasPrefix(arn, *in.ActionPrefix) }))
}

// shape is a metric alarm as CloudWatch describes it.
func (s *alarms) shape(m *alarm) types.MetricAlarm {
	id := m.watched.identity()
	out := types.MetricAlarm{
		AlarmName: aws.String(m.spec.Name), AlarmArn: aws.String(m.arn), ActionsEnabled: aws.Bool(m.actionsEnabled),
		AlarmActions: s.topics(m.spec.AlarmActions), OKActions: s.topics(m.spec.OKActions), InsufficientDataActions: []string{},
		AlarmConfigurationUpdatedTimestamp: s.account.stamped(m.configured),
		Namespace:                          aws.String(id.namespace), MetricName: aws.String(id.name), Dimensions: id.dimensions(),
		Statistic: types.StatisticAverage, Period: aws.Int32(int32(m.spec.Period / time.Second)),
		EvaluationPeriods: aws.Int32(int32(m.spec.Periods)), DatapointsToAlarm: aws.Int32(int32(m.spec.Periods)),
		ComparisonOperator: m.operator(), Threshold: aws.Float64(m.threshold()), TreatMissingData: aws.String("missing"),
		StateValue: m.state, StateReason: aws.String(m.reason), StateUpdatedTimestamp: s.account.stamped(m.updated),
		StateTransitionedTimestamp: s.account.stamped(m.transitioned),
	}
	if m.reasonData != "" {
		out.StateReasonData = aws.String(m.reasonData)
	}
	return out
}

func (s *alarms) compositeShape(m *alarm) types.CompositeAlarm {
	var rule []string
	for _, child := range m.children {
		rule = append(rule, fmt.Sprintf("ALARM(%q)", child.spec.Name))
	}
	return types.CompositeAlarm{
		AlarmName: aws.String(m.spec.Name), AlarmArn: aws.String(m.arn), ActionsEnabled: aws.Bool(m.actionsEnabled),
		AlarmRule: aws.String(strings.Join(rule, " OR ")), AlarmActions: []string{}, OKActions: []string{}, InsufficientDataActions: []string{},
		AlarmConfigurationUpdatedTimestamp: s.account.stamped(m.configured),
		StateValue:                         m.state, StateReason: aws.String(m.reason), StateUpdatedTimestamp: s.account.stamped(m.updated),
		StateTransitionedTimestamp: s.account.stamped(m.transitioned),
	}
}

func (i identity) dimensions() []types.Dimension {
	if i.dimension == "" {
		return []types.Dimension{}
	}
	return []types.Dimension{{Name: aws.String(i.dimension), Value: aws.String(i.subject)}}
}
