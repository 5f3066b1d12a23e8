package cloud_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/sandbox"
)

func TestASandboxIsMeasuredAsAWSIs(t *testing.T) {
	c := clock.Virtual(morning, 0)
	account, err := sandbox.New(sandbox.Spec{Account: "111122223333", Region: "eu-west-1"}, c, 1)
	require.NoError(t, err)
	account.Skew = -90 * time.Second
	account.SetWeather(sandbox.Weather{Until: time.Minute, Throttle: 1})
	c.Run(func() {
		s := cloud.NewSession(account.Config(), c, 1, "20260105-090000-abcd")
		for range 20 {
			id, _, err := s.Identity(t.Context())
			require.NoError(t, err)
			require.Equal(t, "111122223333", id)
		}
		require.Greater(t, s.Calls()["sts:GetCallerIdentity"], 20)
		earliest, latest := s.ToAWS(morning, morning)
		require.WithinRange(t, morning.Add(account.Skew), earliest, latest)
		require.Less(t, latest.Sub(earliest), time.Second)
	})
}
