package experiments_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/chance"
	"gameday/internal/sandbox"
)

func TestBlindnessCountsOnlyWhereItMatters(t *testing.T) {
	s := build(t, story(`
target "ec2_instances" "batch" {
  tags = { app = "batch" }
}
inject "sqs_backlog" "flood" {
  queue_url = local.orders
  messages  = 500
}
assert "cloudwatch_alarm" "fires" {
  alarm_name = "backlog"
  state      = "ALARM"
  within     = "5m"
}
assert "ec2_instances" "unharmed" {
  instance_ids = target.batch.ids
  state        = "running"
  expect       = "stays"
  within       = "15m"
}`), town)
	matters, other := 0, 0
	for seed := range chaosSeeds(t, 12) {
		s.seed = chance.Seed(seed + 1)
		draw := s.seed.Stream("blind", "test")
		service := []string{"CloudWatch", "EC2"}[seed%2]
		from := time.Duration(20+draw.IntN(600)) * time.Second
		until := from + time.Duration(20+draw.IntN(240))*time.Second
		journal := &memory{}
		_, err := s.play(t, journal, func(on troupe) {
			_ = on.clock.Sleep(on.ctx, 15*time.Second) // the fault is injected by then
			on.account.SetWeather(sandbox.Weather{Services: []string{service}, Error: 1, From: from, Until: until})
		})
		require.NoError(t, err)
		fires, unharmed := decided(t, journal, "fires"), decided(t, journal, "unharmed")
		if service == "EC2" { // its whole window is asked about
			matters++
			assert.Equal(t, experiments.Passed, fires.Verdict, "EC2 says nothing of alarms")
			assert.NotEqual(t, experiments.Failed, unharmed.Verdict)
			continue
		}
		assert.Equal(t, experiments.Passed, unharmed.Verdict, "CloudWatch says nothing of instances")
		assert.NotEqual(t, experiments.Failed, fires.Verdict)
		if fires.Moment != nil && curtain().Add(from).After(fires.Moment.Latest.Add(15*time.Second)) {
			other++
			assert.Equal(t, experiments.Passed, fires.Verdict, "blind from %s, long after it was decided", from)
		}
	}
	require.Positive(t, matters)
	require.Positive(t, other)
	t.Logf("%d times blind where it matters, %d times long after", matters, other)
}
