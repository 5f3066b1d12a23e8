package sandbox

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func onCallSpec(acknowledges, escalates Span) Spec {
	return Spec{
		Topics: []TopicSpec{{"primary"}, {"page"}},
		OnCalls: []OnCallSpec{{
			Name: "payments", PagedBy: Ref{"sns_topic", "primary", ""}, AcknowledgesAfter: acknowledges,
			EscalatesTo: &Ref{"sns_topic", "page", ""}, EscalatesAfter: escalates,
		}},
	}
}

const primary = "arn:aws:sns:eu-west-1:111122223333:primary"

func minutes(n int) Span {
	return Span{Min: time.Duration(n) * time.Minute, Max: time.Duration(n) * time.Minute}
}

func (v *visitor) pageFor(state string) {
	v.account.publish(primary, state, `{"AlarmName":"backlog","NewStateValue":"`+state+`"}`)
}

func TestAPageThatNobodyAcknowledgesIsEscalatedInTime(t *testing.T) {
	visitAccount(t, onCallSpec(Span{Never: true}, minutes(5)), 1, func(v *visitor) {
		v.tap(fmt.Sprintf(tapPolicy, *v.topic), nil)
		v.sleep(2 * time.Second)
		paged := v.clock.Now()
		v.pageFor("ALARM")
		v.sleep(4*time.Minute + 59*time.Second)
		require.Empty(t, v.take())
		got := v.take()
		require.Len(t, got, 1)
		require.WithinDuration(t, paged.Add(5*time.Minute), v.clock.Now(), 500*time.Millisecond)
		var e struct{ Message string }
		require.NoError(t, json.Unmarshal([]byte(*got[0].Body), &e))
		var incident map[string]string
		require.NoError(t, json.Unmarshal([]byte(e.Message), &incident))
		require.Equal(t, "payments-1", incident["incident"])
		require.Equal(t, "backlog", incident["alarm"])
		require.Equal(t, "nobody acknowledged within 5m0s", incident["reason"])
	})
}

func TestAnAcknowledgedPageIsNotEscalated(t *testing.T) {
	visitAccount(t, onCallSpec(minutes(4), minutes(5)), 1, func(v *visitor) {
		v.tap(fmt.Sprintf(tapPolicy, *v.topic), nil)
		v.sleep(2 * time.Second)
		v.pageFor("ALARM")
		v.sleep(time.Hour)
		require.Empty(t, v.take())
	})
}

func TestAnAcknowledgementAfterTheEscalationIsTooLate(t *testing.T) {
	visitAccount(t, onCallSpec(minutes(6), minutes(5)), 1, func(v *visitor) {
		v.tap(fmt.Sprintf(tapPolicy, *v.topic), nil)
		v.sleep(2 * time.Second)
		v.pageFor("ALARM")
		v.sleep(time.Hour)
		require.Len(t, v.take(), 1)
	})
}

func TestFurtherPagesBelongToTheOpenIncidentUntilItIsResolved(t *testing.T) {
	visitAccount(t, onCallSpec(Span{Never: true}, minutes(5)), 1, func(v *visitor) {
		v.tap(fmt.Sprintf(tapPolicy, *v.topic), nil)
		v.sleep(2 * time.Second)
		v.pageFor("ALARM")
		v.sleep(time.Minute)
		v.pageFor("ALARM")
		v.sleep(time.Hour)
		require.Len(t, v.drain(), 1, "one incident, one escalation")
		v.pageFor("OK")
		v.sleep(time.Minute)
		v.pageFor("ALARM")
		v.sleep(time.Minute)
		v.pageFor("OK")
		v.sleep(time.Hour)
		require.Empty(t, v.take(), "it was resolved before it was escalated")
		v.pageFor("ALARM")
		v.sleep(6 * time.Minute)
		require.Len(t, v.drain(), 1)
	})
}
