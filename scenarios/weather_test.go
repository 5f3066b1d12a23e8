package scenarios_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gameday/internal/sandbox"
	"gameday/scenarios"
)

func TestTheWeatherOfASandboxFileIsTheAccounts(t *testing.T) {
	spec, err := scenarios.LoadSandbox("testdata/valid/weather.sandbox.hcl")
	require.NoError(t, err)
	require.Equal(t, -(4*time.Minute + 30*time.Second), spec.Skew)
	require.Len(t, spec.Weather, 10)
	require.Equal(t, sandbox.Weather{
		Services: []string{"SQS"}, Throttle: 0.2, Error: 0.05, Lose: 0.01, Double: 0.05, Reorder: 0.1,
		Latency: sandbox.Span{Max: 3 * time.Second}, From: 2 * time.Minute, Until: 5 * time.Minute,
	}, spec.Weather[0])
	require.Equal(t, sandbox.Weather{Services: []string{"SQS"}, Error: 1, From: 8 * time.Minute}, spec.Weather[1], "for good")
	require.Equal(t, []string{"SQS.SendMessage", "SQS.SendMessageBatch"}, spec.Weather[2].Services)
	require.Equal(t, []string{"Auto Scaling"}, spec.Weather[5].Services)
	require.Nil(t, spec.Weather[9].Services, "all of them")
}
