package signals

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

const (
	// historyLag is how long a transition that DescribeAlarms shows may be missing in the alarm's history. Until then it is
	// looked for again; after that, whatever else the history lacks is lost.
	historyLag = 20 * time.Second
	// sameTransition is how far the time of a transition in an alarm's history may be from StateTransitionedTimestamp.
	sameTransition = 2 * time.Second
	historyPage    = 100 // items (DescribeAlarmHistory)
)

// transition is one StateUpdate in an alarm's history.
type transition struct {
	at       time.Time
	from, to string
	reason   string
}

// as is the alarm as it was after a transition in its past.
func (s alarmState) as(t transition) Alarm {
	alarm := s.Alarm
	alarm.State, alarm.Reason = t.to, t.reason
	return alarm
}

// path returns the transitions between two states of an alarm, both excluded, the oldest first. It is complete when the
// history shows how the alarm came to the second.
func (w *alarmWatcher) path(ctx context.Context, last, now alarmState) (steps []transition, complete bool, err error) {
	history, err := w.history(ctx, now.name, last.moved.Add(-sameTransition))
	if err != nil {
		return nil, false, err
	}
	end := nearest(history, now)
	complete = end >= 0
	if !complete {
		end = len(history)
	}
	begin := nearest(history[:end], last)
	for _, t := range history[begin+1 : end] {
		if t.at.After(last.moved) && !t.at.After(now.moved) && t.from != t.to {
			steps = append(steps, t)
		}
	}
	return steps, complete, nil
}

// nearest returns the index of the transition to a known state, or -1.
func nearest(history []transition, known alarmState) int {
	found, best := -1, sameTransition+1
	for i, t := range history {
		if distance := t.at.Sub(known.moved).Abs(); t.to == known.State && distance < best {
			found, best = i, distance
		}
	}
	return found
}

// history returns the alarm's transitions since then, the oldest first.
func (w *alarmWatcher) history(ctx context.Context, name string, since time.Time) ([]transition, error) {
	in := &cloudwatch.DescribeAlarmHistoryInput{
		AlarmName: aws.String(name), AlarmTypes: allAlarmTypes(), HistoryItemType: types.HistoryItemTypeStateUpdate,
		StartDate: aws.Time(since), ScanBy: types.ScanByTimestampAscending, MaxRecords: aws.Int32(historyPage),
	}
	var history []transition
	for {
		out, err := w.calls.DescribeAlarmHistory(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("read history of alarm %s: %w", name, err)
		}
		for _, item := range out.AlarmHistoryItems {
			if t, ok := readTransition(item); ok {
				history = append(history, t)
			}
		}
		if aws.ToString(out.NextToken) == "" {
			break
		}
		in.NextToken = out.NextToken
	}
	slices.SortStableFunc(history, func(a, b transition) int { return a.at.Compare(b.at) })
	return history, nil
}

// readTransition is ok for a change of the alarm's own state; a log alarm's contributors have histories, too.
func readTransition(item types.AlarmHistoryItem) (t transition, ok bool) {
	if item.HistoryItemType != types.HistoryItemTypeStateUpdate || item.Timestamp == nil || item.AlarmContributorId != nil {
		return transition{}, false
	}
	type state struct {
		Value  string `json:"stateValue"`
		Reason string `json:"stateReason"`
	}
	var told struct{ OldState, NewState state }
	if json.Unmarshal([]byte(aws.ToString(item.HistoryData)), &told) == nil && told.NewState.Value != "" {
		return transition{*item.Timestamp, told.OldState.Value, told.NewState.Value, told.NewState.Reason}, true
	}
	t.at = *item.Timestamp
	n, err := fmt.Sscanf(aws.ToString(item.HistorySummary), "Alarm updated from %s to %s", &t.from, &t.to)
	return t, n == 2 && err == nil
}
