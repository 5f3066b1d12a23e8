package injectors

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

const (
	alarmPause = 5 * time.Second
	// longestReason is what SetAlarmState takes for a reason.
	longestReason = 1023
)

type setsAlarms interface {
	DescribeAlarms(context.Context, *cloudwatch.DescribeAlarmsInput, ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error)
	SetAlarmState(context.Context, *cloudwatch.SetAlarmStateInput, ...func(*cloudwatch.Options)) (*cloudwatch.SetAlarmStateOutput, error)
}

// cloudwatchAlarmState sets an alarm's state, so that its actions run without their cause:
//
//	metric alarm     OK ──SetAlarmState──► ALARM ──next evaluation──► OK
//	composite alarm  OK ──SetAlarmState──► ALARM ──────revert───────► OK
type cloudwatchAlarmState struct {
	AlarmName string `hcl:"alarm_name" doc:"the name of a metric or composite alarm"`
	State     string `hcl:"state,optional" doc:"the state to set: ALARM, OK or INSUFFICIENT_DATA"`
	Reason    string `hcl:"reason,optional" doc:"what the alarm's history says of it"`

	cloudwatch setsAlarms
	tags       readsAlarmTags
	env        Env
}

// AlarmTouched is the outputs of cloudwatch_alarm_state.
type AlarmTouched struct {
	AlarmName string `cty:"alarm_name" json:"alarm_name" doc:"the alarm"`
}

type alarmBefore struct {
	Name      string          `json:"name"`
	ARN       string          `json:"arn"`
	Type      types.AlarmType `json:"type"`
	State     string          `json:"state"`
	Set       string          `json:"set"`        // the state that Inject sets
	Mark      string          `json:"mark"`       // what Inject's reason ends with, and nobody else's does
	Evaluated time.Duration   `json:"evaluated"`  // time between two evaluations; of composites: none
	Data      string          `json:"data"`       // Inject's reason for machines
	Period    time.Duration   `json:"period"`     // of its metric; 0 where there is none
	Periods   int32           `json:"datapoints"` // that an evaluation looks at
}

func cloudwatchAlarmStateKind() Kind {
	return Kind{
		Name:        "cloudwatch_alarm_state",
		Summary:     "sets the state of a CloudWatch alarm, so that its actions run",
		Example:     "alarm_name = \"orders-backlog\"\nstate      = \"ALARM\"",
		Permissions: []string{"cloudwatch:DescribeAlarms", "cloudwatch:SetAlarmState"},
		Outputs:     AlarmTouched{},
		Tagging:     []string{"cloudwatch:ListTagsForResource"},
		New: func(env Env) Injector {
			alarms := cloudwatch.NewFromConfig(env.AWS)
			return &cloudwatchAlarmState{
				State: string(types.StateValueAlarm), Reason: "set by gameday",
				cloudwatch: alarms, tags: alarms, env: env,
			}
		},
	}
}

// Problems finds an empty name, an unknown state and a reason that AWS would refuse.
func (f *cloudwatchAlarmState) Problems() []Problem {
	var problems []Problem
	if strings.TrimSpace(f.AlarmName) == "" {
		problems = append(problems, Problem{Attribute: "alarm_name", Summary: "No alarm is named", Detail: "The name is empty."})
	}
	if states := types.StateValueOk.Values(); !slices.Contains(states, types.StateValue(f.State)) {
		problems = append(problems, Problem{
			Attribute: "state", Summary: "Unknown state", Detail: fmt.Sprintf("%q is none of %v.", f.State, states),
		})
	}
	if len(f.Reason) > longestReason/2 {
		problems = append(problems, Problem{
			Attribute: "reason", Summary: "The reason is too long",
			Detail: fmt.Sprintf("It has %d bytes, %d are possible.", len(f.Reason), longestReason/2),
		})
	}
	return problems
}

// Plan reads the alarm.
func (f *cloudwatchAlarmState) Plan(ctx context.Context) (Plan, error) {
	a, err := f.look(ctx, f.AlarmName)
	if err != nil {
		return Plan{}, err
	}
	if a == nil {
		return Plan{}, fmt.Errorf("plan to set an alarm: there is no alarm %q in %s", f.AlarmName, f.env.AWS.Region)
	}
	before := alarmBefore{
		Name: f.AlarmName, ARN: a.arn, Type: a.kind, State: a.state, Set: f.State, Mark: "(gameday " + f.env.mark() + ")",
		Period: a.period, Periods: a.periods, Evaluated: a.evaluated,
	}
	if before.Data, err = a.reasonData(f.State, f.env.mark()); err != nil {
		return Plan{}, err
	}
	return newPlan([]string{a.arn}, before, AlarmTouched{f.AlarmName})
}

// Inject sets the state.
func (f *cloudwatchAlarmState) Inject(ctx context.Context, p Plan) error {
	var before alarmBefore
	if err := p.recall(&before); err != nil {
		return err
	}
	if err := going(ctx); err != nil {
		return err
	}
	return f.set(ctx, before.Name, before.Set, f.Reason+" "+before.Mark, before.Data)
}

func (f *cloudwatchAlarmState) set(ctx context.Context, name, state, reason, data string) error {
	in := &cloudwatch.SetAlarmStateInput{
		AlarmName: aws.String(name), StateValue: types.StateValue(state), StateReason: aws.String(reason),
	}
	if data != "" {
		in.StateReasonData = aws.String(data)
	}
	if _, err := f.cloudwatch.SetAlarmState(ctx, in); err != nil {
		return fmt.Errorf("set the state of alarm %s: %w", name, err)
	}
	return nil
}

// Revert sees to it that the state that Inject set is gone. A metric alarm gets two evaluations to go back by itself.
// What CloudWatch evaluated since is the truth, whatever it is, and stays. What a person set since is a conflict.
func (f *cloudwatchAlarmState) Revert(ctx context.Context, p Plan) (string, error) {
	var before alarmBefore
	if err := p.recall(&before); err != nil {
		return "", err
	}
	var now *alarm
	released := func() (done bool, err error) {
		now, err = f.look(ctx, before.Name)
		return err == nil && (now == nil || !now.heldBy(before)), err
	}
	// A few seconds more than two evaluations, because DescribeAlarms may lag behind them.
	patience := 2*before.Evaluated + alarmPause
	if before.Type != types.AlarmTypeMetricAlarm {
		patience = 0
	}
	done, err := f.env.await(ctx, alarmPause, patience, released)
	if err != nil {
		return "", err
	}
	if done {
		return now.verdict(before)
	}
	return f.setBack(ctx, before, released)
}

// setBack sets the state that Plan found, and waits until the alarm shows it.
func (f *cloudwatchAlarmState) setBack(ctx context.Context, before alarmBefore, released func() (bool, error)) (string, error) {
	if err := f.set(ctx, before.Name, before.State, "set back by gameday", ""); err != nil {
		return "", err
	}
	done, err := f.env.await(ctx, alarmPause, revertPatience, released)
	if err != nil {
		return "", err
	}
	if !done {
		return "", &LeftoverError{Left: []string{before.ARN}, Why: "the alarm does not leave " + before.Set}
	}
	return "set back to " + before.State, nil
}

// look returns the alarm of that name, of whatever type, or nil when there is none.
func (f *cloudwatchAlarmState) look(ctx context.Context, name string) (*alarm, error) {
	out, err := f.cloudwatch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{
		AlarmNames: []string{name}, AlarmTypes: types.AlarmTypeMetricAlarm.Values(),
	})
	if err != nil {
		return nil, fmt.Errorf("describe alarm %s: %w", name, err)
	}
	switch {
	case len(out.MetricAlarms) > 0:
		return newMetricAlarm(out.MetricAlarms[0]), nil
	case len(out.CompositeAlarms) > 0:
		a := out.CompositeAlarms[0]
		return &alarm{
			kind: types.AlarmTypeCompositeAlarm, arn: aws.ToString(a.AlarmArn),
			state: string(a.StateValue), reason: aws.ToString(a.StateReason), data: aws.ToString(a.StateReasonData),
		}, nil
	case len(out.LogAlarms) > 0:
		a := out.LogAlarms[0]
		return &alarm{
			kind: types.AlarmTypeLogAlarm, arn: aws.ToString(a.AlarmArn),
			state: string(a.StateValue), reason: aws.ToString(a.StateReason), data: aws.ToString(a.StateReasonData),
		}, nil
	}
	return nil, nil
}

// alarm is what the kind needs to know of one, of whatever type.
type alarm struct {
	kind                types.AlarmType
	arn                 string
	state, reason, data string

	period     time.Duration
	periods    int32
	evaluated  time.Duration
	threshold  *float64
	comparison types.ComparisonOperator
}

func newMetricAlarm(from types.MetricAlarm) *alarm {
	a := &alarm{
		kind: types.AlarmTypeMetricAlarm, arn: aws.ToString(from.AlarmArn),
		state: string(from.StateValue), reason: aws.ToString(from.StateReason), data: aws.ToString(from.StateReasonData),
		periods: aws.ToInt32(from.EvaluationPeriods), threshold: from.Threshold, comparison: from.ComparisonOperator,
	}
	seconds := aws.ToInt32(from.Period)
	for _, query := range from.Metrics {
		stat := int32(0)
		if query.MetricStat != nil {
			stat = aws.ToInt32(query.MetricStat.Period)
		}
		seconds = max(seconds, aws.ToInt32(query.Period), stat)
	}
	a.period = time.Duration(seconds) * time.Second
	a.evaluated = time.Minute
	if a.period > 0 && a.period < time.Minute {
		a.evaluated = 10 * time.Second
	}
	if every := aws.ToInt32(from.EvaluationInterval); every > 0 {
		a.evaluated = time.Duration(every) * time.Second
	}
	return a
}

// reasonData is the reason for machines. Scaling policies take the metric's value from it to choose their step, so for
// ALARM it is a value beyond the threshold.
func (a *alarm) reasonData(state, mark string) (string, error) {
	reason := map[string]any{"version": "1.0", "gameday": mark}
	if a.threshold != nil {
		reason["threshold"] = *a.threshold
		reason["recentDatapoints"] = []float64{beyond(*a.threshold, a.comparison, state == string(types.StateValueAlarm))}
		reason["period"] = int(a.period / time.Second)
	}
	text, err := json.Marshal(reason)
	if err != nil {
		return "", fmt.Errorf("write the reason: %w", err)
	}
	return string(text), nil
}

// beyond returns a value just on the side of the threshold that breaches it, or just on the other.
func beyond(threshold float64, comparison types.ComparisonOperator, breach bool) float64 {
	if strings.HasPrefix(string(comparison), "LessThan") == breach {
		return threshold - 1
	}
	return threshold + 1
}

// heldBy says that the alarm is still in the state that Inject set, for the reason that Inject gave, and that this is not
// the state that Plan found.
func (a *alarm) heldBy(before alarmBefore) bool {
	return strings.HasSuffix(a.reason, before.Mark) && a.state == before.Set && a.state != before.State
}

// verdict tells what became of an alarm that Inject's state does not hold any more.
func (a *alarm) verdict(before alarmBefore) (string, error) {
	switch {
	case a == nil:
		return "the alarm does not exist any more", nil
	case a.state == before.State:
		return "", nil
	case a.evaluatedItself():
		return fmt.Sprintf("is %s now by its own evaluation: %s", a.state, cmp.Or(a.reason, "no reason given")), nil
	}
	return "", &ConflictError{Target: a.arn, Found: fmt.Sprintf("%s, because %q", a.state, a.reason)}
}

// evaluatedItself tells CloudWatch's own evaluation from a state that somebody set, by what it gives for reasons: for
// machines the time of its query or the alarms that triggered it, for people one of a few phrases.
func (a *alarm) evaluatedItself() bool {
	var reason struct {
		QueryDate        json.RawMessage `json:"queryDate"`
		TriggeringAlarms json.RawMessage `json:"triggeringAlarms"`
	}
	if json.Unmarshal([]byte(a.data), &reason) == nil && (reason.QueryDate != nil || reason.TriggeringAlarms != nil) {
		return true
	}
	ofChild := strings.HasPrefix(a.reason, "arn:") && strings.Contains(a.reason, " transitioned to ")
	return ofChild || slices.ContainsFunc([]string{"Threshold Crossed", "Insufficient Data", "Unchecked"}, func(start string) bool {
		return strings.HasPrefix(a.reason, start)
	})
}
