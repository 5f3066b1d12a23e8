package sandbox

import (
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

// alarms is CloudWatch, as far as it is imitated.
type alarms struct {
	account *Account
	listed  []*alarm // by name
	byName  map[string]*alarm
}

// alarm is a metric alarm, or a composite alarm of its children.
type alarm struct {
	spec     AlarmSpec
	block    string
	arn      string
	watched  Ref       // metric alarms: what is watched
	samples  []float64 // metric alarms: enough for all periods, the oldest first
	children []*alarm  // composite alarms
	parents  []*alarm

	state                             types.StateValue
	reason, reasonData                string // reasonData is JSON, or empty
	updated, transitioned, configured time.Time
	actionsEnabled                    bool
	history                           []entry // the oldest first
	hooks                             []func(state string)
	acted                             int
}

func (m *alarm) composite() bool { return m.children != nil }

// kind is the alarm's type, as CloudWatch calls it.
func (m *alarm) kind() types.AlarmType {
	if m.composite() {
		return types.AlarmTypeCompositeAlarm
	}
	return types.AlarmTypeMetricAlarm
}

// cloudwatch builds the alarms, each in the state that its metric implies, and answers for them.
func (a *Account) cloudwatch(spec Spec) error {
	s := &alarms{account: a, byName: map[string]*alarm{}}
	a.alarms = s
	for _, described := range spec.Alarms {
		m, err := s.build(spec, described)
		if err != nil {
			return fmt.Errorf("cloudwatch_alarm %q: %w", described.Name, err)
		}
		s.add(m)
		s.begin(m)
	}
	s.answer()
	a.pictured("cloudwatch", s.snapshot)
	return nil
}

func (s *alarms) build(spec Spec, described AlarmSpec) (*alarm, error) {
	if s.byName[described.Name] != nil {
		return nil, fmt.Errorf("there are two of that name")
	}
	if (described.Above == nil) == (described.Below == nil) {
		return nil, fmt.Errorf("it needs either above or below")
	}
	if described.Period == 0 {
		described.Period = time.Minute
	}
	described.Periods = max(described.Periods, 1)
	if !evaluable(described.Period) {
		return nil, fmt.Errorf("period %s is none of 10s, 20s, 30s or a number of minutes", described.Period)
	}
	for _, action := range slices.Concat(described.AlarmActions, described.OKActions) {
		if !slices.Contains(spec.Topics, TopicSpec{Name: action.Name}) || action.Kind != "sns_topic" {
			return nil, fmt.Errorf("there is no %s %q", action.Kind, action.Name)
		}
	}
	watched, err := s.account.gauges.find(described.Watch)
	if err != nil {
		return nil, err
	}
	return &alarm{spec: described, watched: watched, actionsEnabled: described.ActionsEnabled}, nil
}

// add puts a new alarm in its place.
func (s *alarms) add(m *alarm) {
	m.block = "cloudwatch_alarm." + m.spec.Name
	m.arn = fmt.Sprintf("arn:aws:cloudwatch:%s:%s:alarm:%s", s.account.Region, s.account.ID, m.spec.Name)
	m.configured = s.account.began.Add(-age)
	m.updated, m.transitioned = m.configured, m.configured
	s.byName[m.spec.Name] = m
	s.listed = append(s.listed, m)
	slices.SortFunc(s.listed, func(x, y *alarm) int { return strings.Compare(x.spec.Name, y.spec.Name) })
}

// AddCompositeAlarm adds an alarm that is in ALARM while any of its children, metric or composite alarms, is. Its state
// is looked at when a child's state changes, so that one that was set stays until then.
func (a *Account) AddCompositeAlarm(name string, children ...string) error {
	s := a.alarms
	if s.byName[name] != nil {
		return fmt.Errorf("composite alarm %q: there is an alarm of that name", name)
	}
	m := &alarm{spec: AlarmSpec{Name: name}, actionsEnabled: true}
	if len(children) == 0 {
		return fmt.Errorf("composite alarm %q: it has no children", name)
	}
	for _, child := range children {
		c := s.byName[child]
		if c == nil {
			return fmt.Errorf("composite alarm %q: there is no alarm %q", name, child)
		}
		m.children = append(m.children, c)
	}
	for _, c := range m.children {
		c.parents = append(c.parents, m)
	}
	s.add(m)
	m.state = m.rule()
	m.reason = m.spec.Name + " was created in " + string(m.state)
	return nil
}

// rule is the state that a composite alarm's children imply.
func (m *alarm) rule() types.StateValue {
	if slices.ContainsFunc(m.children, func(c *alarm) bool { return c.state == types.StateValueAlarm }) {
		return types.StateValueAlarm
	}
	return types.StateValueOk
}

// onAlarm calls f at every transition of an alarm, whether its actions are enabled or not. EventBridge hears so, too.
func (a *Account) onAlarm(name string, f func(state string)) {
	if m := a.alarms.byName[name]; m != nil {
		m.hooks = append(m.hooks, f)
	}
}

func (s *alarms) answer() {
	const service = "CloudWatch"
	handle(s.account, service, "DescribeAlarms", s.describe)
	handle(s.account, service, "DescribeAlarmHistory", s.describeHistory)
	handle(s.account, service, "SetAlarmState", s.set)
	handle(s.account, service, "ListTagsForResource", s.listTags)
	handle(s.account, service, "EnableAlarmActions", s.enable)
	handle(s.account, service, "DisableAlarmActions", s.disable)
	handle(s.account, service, "GetMetricData", s.account.gauges.getData)
	handle(s.account, service, "GetMetricStatistics", s.account.gauges.getStatistics)
}

func (s *alarms) set(_ context.Context, in *cloudwatch.SetAlarmStateInput) (*cloudwatch.SetAlarmStateOutput, error) {
	m := s.byName[aws.ToString(in.AlarmName)]
	if m == nil {
		return nil, &types.ResourceNotFound{Message: aws.String("Unknown alarm: " + aws.ToString(in.AlarmName))}
	}
	if !slices.Contains(in.StateValue.Values(), in.StateValue) {
		return nil, failure(invalid, fmt.Sprintf("Value '%s' at 'stateValue' is not a state", in.StateValue))
	}
	given := aws.ToString(in.StateReasonData)
	if given != "" && !json.Valid([]byte(given)) {
		return nil, &types.InvalidFormatFault{Message: aws.String("StateReasonData is not valid JSON")}
	}
	s.move(m, in.StateValue, aws.ToString(in.StateReason), given)
	return &cloudwatch.SetAlarmStateOutput{}, nil
}

func (s *alarms) enable(_ context.Context, in *cloudwatch.EnableAlarmActionsInput) (*cloudwatch.EnableAlarmActionsOutput, error) {
	return &cloudwatch.EnableAlarmActionsOutput{}, s.switchActions(in.AlarmNames, true)
}

func (s *alarms) disable(_ context.Context, in *cloudwatch.DisableAlarmActionsInput) (*cloudwatch.DisableAlarmActionsOutput, error) {
	return &cloudwatch.DisableAlarmActionsOutput{}, s.switchActions(in.AlarmNames, false)
}

// switchActions enables or disables actions. Unknown names are passed over, and nothing runs late.
func (s *alarms) switchActions(names []string, enabled bool) error {
	if len(names) > 100 {
		return failure(invalid, "At most 100 alarm names can be given")
	}
	for _, name := range names {
		m := s.byName[name]
		if m == nil || m.actionsEnabled == enabled {
			continue
		}
		m.actionsEnabled, m.configured = enabled, s.account.clock.Now()
		s.write(m, types.HistoryItemTypeConfigurationUpdate, fmt.Sprintf("Alarm %q updated", name), map[string]any{
			"version": "1.0", "type": "Update", "updatedAlarm": map[string]any{"alarmName": name, "alarmArn": m.arn, "actionsEnabled": enabled},
		})
	}
	return nil
}

// snapshot is the state of every alarm, and whether it acts.
func (s *alarms) snapshot() any {
	picture := map[string]any{}
	for _, m := range s.listed {
		picture[m.spec.Name] = map[string]any{"state": string(m.state), "actions_enabled": m.actionsEnabled}
	}
	return picture
}
