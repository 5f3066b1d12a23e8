package injectors_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gameday/injectors"
	"gameday/injectors/injectortest"
)

func TestWrongValuesAreToldByAttribute(t *testing.T) {
	backlog := func(change map[string]any) map[string]any {
		all := map[string]any{"queue_url": orders, "messages": 1}
		for name, value := range change {
			all[name] = value
		}
		return all
	}
	for _, c := range []struct {
		kind       string
		attributes map[string]any
		blamed     []string
	}{
		{"ec2_terminate", map[string]any{}, []string{"instance_ids"}},
		{"ec2_stop", map[string]any{"instance_ids": []string{"web"}}, []string{"instance_ids"}},
		{"ec2_stop", map[string]any{"instance_ids": []string{"i-1"}}, nil},
		{"sqs_backlog", backlog(nil), nil},
		{
			"sqs_backlog", backlog(map[string]any{"queue_url": "orders", "messages": 0, "per_second": -1.0, "body": ""}),
			[]string{"queue_url", "messages", "per_second", "body"},
		},
		{"sqs_backlog", backlog(map[string]any{"body": strings.Repeat("x", 1<<20)}), []string{"body"}},
		{"sqs_backlog", backlog(map[string]any{"attributes": map[string]string{"gameday": "x", "empty": ""}}), []string{"attributes", "attributes"}},
		{"sqs_backlog", backlog(map[string]any{"attributes": map[string]string{
			"a": "1", "b": "1", "c": "1", "d": "1", "e": "1", "f": "1", "g": "1", "h": "1", "i": "1", "j": "1",
		}}), []string{"attributes"}},
		{"cloudwatch_alarm_state", map[string]any{"alarm_name": "errors"}, nil},
		{"cloudwatch_alarm_state", map[string]any{"state": "alarm", "reason": strings.Repeat("x", 1000)}, []string{"alarm_name", "state", "reason"}},
		{"ec2_instances", map[string]any{}, []string{"tags"}},
		{"ec2_instances", map[string]any{"ids": []string{"web"}, "states": []string{"up"}}, []string{"states", "ids"}},
	} {
		var blamed []string
		for _, p := range configured(t, c.kind, c.attributes).(injectors.Checked).Problems() {
			require.NotEmpty(t, p.Summary)
			require.NotEmpty(t, p.Detail)
			blamed = append(blamed, p.Attribute)
		}
		require.Equal(t, c.blamed, blamed, "%s %v", c.kind, c.attributes)
	}
}

// configured returns a fault or target with the attributes, as validate sees it: without AWS.
func configured(t *testing.T, kind string, attributes map[string]any) any {
	catalog := injectors.Standard()
	if target, ok := catalog.FindTarget(kind); ok {
		q := target.New(injectors.Env{})
		injectortest.Set(t, q, attributes)
		return q
	}
	k, ok := catalog.Find(kind)
	require.True(t, ok)
	f := k.New(injectors.Env{})
	injectortest.Set(t, f, attributes)
	return f
}
