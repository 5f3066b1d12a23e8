package sandbox

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheWeatherOfASpecHoldsFromTheBeginning(t *testing.T) {
	spec := Spec{Weather: []Weather{{Services: []string{"SQS"}, Error: 1, Until: time.Minute}}}
	visitAccount(t, spec, 1, func(v *visitor) {
		answers := v.everywhere()
		require.Error(t, answers["SQS"])
		require.NoError(t, answers["STS"])
		require.NoError(t, v.account.clock.Sleep(v, time.Minute))
		require.NoError(t, v.everywhere()["SQS"], "it clears up")
	})
}

func TestTheClockOfASpecIsAheadOfTheHosts(t *testing.T) {
	visitAccount(t, Spec{Skew: -5 * time.Minute}, 1, func(v *visitor) {
		now := v.account.clock.Now()
		require.Equal(t, now.Add(-5*time.Minute), v.account.stamp(now))
	})
}

func TestWhatTheSandboxCanAnswerIsKnown(t *testing.T) {
	known := Operations()
	require.IsIncreasing(t, known)
	require.Subset(t, known, []string{"Auto Scaling.DescribeAutoScalingGroups", "SQS.SendMessageBatch", "STS.GetCallerIdentity"})
}
