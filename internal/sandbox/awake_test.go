package sandbox

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"gameday/internal/chance"
	"gameday/internal/clock"
)

// dawn is when the accounts of these tests begin.
var dawn = time.Date(2026, 11, 22, 2, 12, 0, 0, time.UTC)

// awake runs f on a strand beside a started account.
func awake(t *testing.T, spec Spec, seed chance.Seed, f func(ctx context.Context, a *Account)) {
	t.Helper()
	spec.Account, spec.Region = "111122223333", "eu-west-1"
	c := clock.Virtual(dawn, 0)
	c.Run(func() {
		a, err := New(spec, c, seed)
		if err != nil {
			t.Errorf("new: %v", err)
			return
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		a.Start(ctx)
		f(ctx, a)
	})
}

// soon looks every 100 ms until it holds, and returns how long that took since the account began.
func soon(t *testing.T, ctx context.Context, a *Account, limit time.Duration, holds func() bool) time.Duration {
	t.Helper()
	for !holds() {
		if a.clock.Now().Sub(dawn) > limit {
			t.Errorf("it did not come within %s", limit)
			return limit
		}
		if err := a.clock.Sleep(ctx, 100*time.Millisecond); err != nil {
			t.Errorf("sleep: %v", err)
			return limit
		}
	}
	return a.clock.Now().Sub(dawn)
}

// code is the AWS error code of err.
func code(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return ""
	}
	return api.ErrorCode()
}

func exactly(d time.Duration) Span { return Span{Min: d, Max: d} }

func number(f float64) *float64 { return &f }

func TestTheAccountOfAnUnknownReferenceIsNotBuilt(t *testing.T) {
	above := number(1)
	for name, spec := range map[string]Spec{
		"cloudwatch_alarm \"a\": there is no metric visible of sqs_queue \"orders\"": {
			Alarms: []AlarmSpec{{Name: "a", Above: above, Watch: Ref{"sqs_queue", "orders", "visible"}}},
		},
		"cloudwatch_alarm \"a\": it needs either above or below": {
			Metrics: []MetricSpec{{Name: "m"}}, Alarms: []AlarmSpec{{Name: "a", Watch: Ref{"metric", "m", ""}}},
		},
		"cloudwatch_alarm \"a\": there is no sns_topic \"page\"": {
			Metrics: []MetricSpec{{Name: "m"}},
			Alarms:  []AlarmSpec{{Name: "a", Above: above, Watch: Ref{"metric", "m", ""}, AlarmActions: []Ref{{"sns_topic", "page", ""}}}},
		},
		"cloudwatch_alarm \"a\": period 45s is none of 10s, 20s, 30s or a number of minutes": {
			Metrics: []MetricSpec{{Name: "m"}},
			Alarms:  []AlarmSpec{{Name: "a", Above: above, Watch: Ref{"metric", "m", ""}, Period: 45 * time.Second}},
		},
		"ssm_automation \"d\": there is no cloudwatch_alarm \"a\"": {
			Automations: []AutomationSpec{{Name: "d", StartedBy: &Ref{"cloudwatch_alarm", "a", ""}}},
		},
		"ssm_automation \"d\": then: there is no sqs_queue \"q\"": {
			Automations: []AutomationSpec{{Name: "d", Then: map[string]float64{"sqs_queue.q.consumes_per_second": 1}}},
		},
		"ssm_automation \"d\": \"Succes\" is not a status of SSM Automation": {
			Automations: []AutomationSpec{{Name: "d", Status: "Succes"}},
		},
	} {
		spec.Account, spec.Region = "111122223333", "eu-west-1"
		_, err := New(spec, clock.Virtual(dawn, 0), 1)
		require.EqualError(t, err, name)
	}
}
