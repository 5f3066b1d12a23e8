package experiments_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/chance"
)

func TestInstancesThatComeBackWhileTheRevertIsVerifiedCameInTime(t *testing.T) {
	for when, duration := range map[string]string{"at the end of the run": "", "in mid-run": `duration = "2m"`} {
		t.Run(when, func(t *testing.T) {
			s := build(t, story(`
inject "ec2_stop" "stop" {
  instance_ids = target.web.ids
  `+duration+`
}
target "ec2_instances" "web" {
  tags = { app = "web" }
}
assert "ec2_instances" "down" {
  instance_ids = target.web.ids
  state        = "stopped"
  within       = "3m"
}
assert "ec2_instances" "back" {
  instance_ids = target.web.ids
  state        = "running"
  since        = inject.stop.reverted
  within       = "5m"
}`), town)
			s.tick = 25 * time.Second // nobody looks while they start
			for seed := range 5 {
				s.seed = chance.Seed(seed + 1)
				journal := &memory{}
				finished, err := s.play(t, journal, nil)
				require.NoError(t, err)
				assert.Equal(t, experiments.Passed, finished.Verdict, finished.Error)
				back := decided(t, journal, "back")
				assert.Equal(t, experiments.Passed, back.Verdict, back.Reason)
				assert.Len(t, events[experiments.FaultReverted](journal), 1)
			}
		})
	}
}
