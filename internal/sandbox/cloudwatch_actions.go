package sandbox

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// alarmNotice is what an alarm publishes, in CloudWatch's form.
type alarmNotice struct {
	AlarmName               string
	AlarmDescription        *string
	AWSAccountID            string `json:"AWSAccountId"`
	ConfigurationUpdated    string `json:"AlarmConfigurationUpdatedTimestamp"`
	NewStateValue           types.StateValue
	NewStateReason          string
	StateChangeTime         string
	Region                  string
	AlarmArn                string
	OldStateValue           types.StateValue
	OKActions               []string
	AlarmActions            []string
	InsufficientDataActions []string
	Trigger                 trigger
}

type trigger struct {
	MetricName, Namespace, StatisticType, Statistic string
	Unit                                            *string
	Dimensions                                      []dimension
	Period, EvaluationPeriods, DatapointsToAlarm    int
	ComparisonOperator                              types.ComparisonOperator
	Threshold                                       float64
	TreatMissingData                                string
	EvaluateLowSampleCountPercentile                string
}

type dimension struct {
	Value string `json:"value"`
	Name  string `json:"name"`
}

// act publishes the alarm's new state to the topics that are to hear of it, a moment later.
func (s *alarms) act(m *alarm, old types.StateValue) {
	if !m.actionsEnabled {
		return
	}
	var actions []Ref
	switch m.state {
	case types.StateValueAlarm:
		actions = m.spec.AlarmActions
	case types.StateValueOk:
		actions = m.spec.OKActions
	}
	if len(actions) == 0 {
		return
	}
	region := regionName(s.account.Region)
	subject := fmt.Sprintf("%s: %q in %s", m.state, m.spec.Name, region)
	message, updated := encoded(s.noticeOf(m, old, region)), m.transitioned
	for _, topic := range s.topics(actions) {
		m.acted++
		delay, _ := s.account.drawNth(between(100*time.Millisecond, 500*time.Millisecond), m.block, "action", m.acted)
		s.account.after(delay, func() { s.execute(m, topic, subject, message, updated) })
	}
}

// execute publishes a message and leaves history of how that went.
func (s *alarms) execute(m *alarm, topic, subject, message string, updated time.Time) {
	done := struct {
		State   string  `json:"actionState"`
		Updated int64   `json:"stateUpdateTimestamp"`
		Topic   string  `json:"notificationResource"`
		Message string  `json:"publishedMessage"`
		Error   *string `json:"error"`
	}{"Succeeded", s.account.stamp(updated).UnixMilli(), topic, encoded(map[string]string{"default": message}), nil}
	summary := "Successfully executed action " + topic
	if !s.account.publish(topic, subject, message) {
		why := "Resource: " + topic + " does not exist"
		summary, done.State, done.Error = "Failed to execute action "+topic, "Failed", &why
	}
	s.write(m, types.HistoryItemTypeAction, summary, done)
}

// topics are the ARNs of actions; never nil, so that JSON shows an empty list.
func (s *alarms) topics(actions []Ref) []string {
	arns := []string{}
	for _, action := range actions {
		arns = append(arns, fmt.Sprintf("arn:aws:sns:%s:%s:%s", s.account.Region, s.account.ID, action.Name))
	}
	return arns
}

func (s *alarms) noticeOf(m *alarm, old types.StateValue, region string) alarmNotice {
	n := alarmNotice{
		AlarmName: m.spec.Name, AWSAccountID: s.account.ID, NewStateValue: m.state, NewStateReason: m.reason, Region: region,
		ConfigurationUpdated: s.account.stamp(m.configured).UTC().Format(timeLayout),
		StateChangeTime:      s.account.stamp(m.transitioned).UTC().Format(timeLayout),
		AlarmArn:             m.arn, OldStateValue: old, OKActions: s.topics(m.spec.OKActions),
		AlarmActions: s.topics(m.spec.AlarmActions), InsufficientDataActions: []string{},
	}
	id := m.watched.identity()
	n.Trigger = trigger{
		MetricName: id.name, Namespace: id.namespace, StatisticType: "Statistic", Statistic: "AVERAGE", Dimensions: []dimension{},
		Period: int(m.spec.Period / time.Second), EvaluationPeriods: m.spec.Periods, DatapointsToAlarm: m.spec.Periods,
		ComparisonOperator: m.operator(), Threshold: m.threshold(), TreatMissingData: "missing",
	}
	if id.dimension != "" {
		n.Trigger.Dimensions = []dimension{{id.subject, id.dimension}}
	}
	return n
}

func (m *alarm) operator() types.ComparisonOperator {
	if m.spec.Above != nil {
		return types.ComparisonOperatorGreaterThanThreshold
	}
	return types.ComparisonOperatorLessThanThreshold
}

// regionName is what alarms call a region, for those whose name is short to tell.
func regionName(region string) string {
	names := "us-east-1=US East (N. Virginia);us-east-2=US East (Ohio);us-west-1=US West (N. California);us-west-2=US West (Oregon);" +
		"eu-west-1=EU (Ireland);eu-west-2=EU (London);eu-west-3=EU (Paris);eu-central-1=EU (Frankfurt);eu-north-1=EU (Stockholm);" +
		"ap-southeast-1=Asia Pacific (Singapore);ap-southeast-2=Asia Pacific (Sydney);ap-northeast-1=Asia Pacific (Tokyo);" +
		"ap-south-1=Asia Pacific (Mumbai);ca-central-1=Canada (Central);sa-east-1=South America (Sao Paulo)"
	for pair := range strings.SplitSeq(names, ";") {
		if code, name, _ := strings.Cut(pair, "="); code == region {
			return name
		}
	}
	return region
}
