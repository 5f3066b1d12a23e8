package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// entry is an item of an alarm's history.
type entry struct {
	at            time.Time
	kind          types.HistoryItemType
	summary, data string
}

// write adds an entry to the alarm's history.
func (s *alarms) write(m *alarm, kind types.HistoryItemType, summary string, content any) {
	m.history = append(m.history, entry{s.account.clock.Now(), kind, summary, encoded(content)})
}

// stateJSON is a state as the history writes it.
type stateJSON struct {
	Value  types.StateValue `json:"stateValue"`
	Reason string           `json:"stateReason"`
	More   json.RawMessage  `json:"stateReasonData,omitempty"`
}

func (m *alarm) stateJSON() stateJSON {
	return stateJSON{m.state, m.reason, json.RawMessage(m.reasonData)}
}

// stateUpdate is the entry of a transition from old to the present state.
func (m *alarm) stateUpdate(at time.Time, old stateJSON) entry {
	return entry{at, types.HistoryItemTypeStateUpdate, fmt.Sprintf("Alarm updated from %s to %s", old.Value, m.state), encoded(struct {
		Version string    `json:"version"`
		Old     stateJSON `json:"oldState"`
		New     stateJSON `json:"newState"`
	}{"1.0", old, m.stateJSON()})}
}

// move puts the alarm into a state. A transition leaves history, wakes whoever listens, and runs actions if they are enabled.
func (s *alarms) move(m *alarm, to types.StateValue, reason, reasonData string) {
	now, old := s.account.clock.Now(), m.stateJSON()
	m.state, m.reason, m.reasonData, m.updated = to, reason, reasonData, now
	if old.Value == to {
		return
	}
	m.transitioned = now
	m.history = append(m.history, m.stateUpdate(now, old))
	s.act(m, old.Value)
	for _, hook := range m.hooks {
		hook(string(to))
	}
	for _, parent := range m.parents {
		if implied := parent.rule(); implied != parent.state {
			s.move(parent, implied, fmt.Sprintf("%s transitioned to %s at %s", m.arn, to,
				s.account.stamp(now).UTC().Format("Monday 02 January, 2006 15:04:05 MST")), "")
		}
	}
}

func (s *alarms) describeHistory(_ context.Context, in *cloudwatch.DescribeAlarmHistoryInput) (*cloudwatch.DescribeAlarmHistoryOutput, error) {
	size, err := sized(in.MaxRecords, 100, 1, 100, invalid, "MaxRecords must be from 1 to 100")
	if err != nil {
		return nil, err
	}
	var found []types.AlarmHistoryItem
	for _, m := range s.listed {
		if in.AlarmName != nil && *in.AlarmName != m.spec.Name || !typed(m, in.AlarmTypes) {
			continue
		}
		for _, e := range m.history {
			item := types.AlarmHistoryItem{
				AlarmName: aws.String(m.spec.Name), AlarmType: m.kind(), Timestamp: s.account.stamped(e.at),
				HistoryItemType: e.kind, HistorySummary: aws.String(e.summary), HistoryData: aws.String(e.data),
			}
			if (in.HistoryItemType == "" || in.HistoryItemType == e.kind) &&
				(in.StartDate == nil || !item.Timestamp.Before(*in.StartDate)) &&
				(in.EndDate == nil || !item.Timestamp.After(*in.EndDate)) {
				found = append(found, item)
			}
		}
	}
	slices.SortStableFunc(found, func(x, y types.AlarmHistoryItem) int { return x.Timestamp.Compare(*y.Timestamp) })
	if in.ScanBy != types.ScanByTimestampAscending {
		slices.Reverse(found)
	}
	found, next, err := page(s.account, found, in.NextToken, size)
	return &cloudwatch.DescribeAlarmHistoryOutput{AlarmHistoryItems: found, NextToken: next}, err
}

// typed says whether the alarm's type was asked for. Who asks for none gets metric alarms only.
func typed(m *alarm, asked []types.AlarmType) bool {
	if len(asked) == 0 {
		return !m.composite()
	}
	return slices.Contains(asked, m.kind())
}
