package experiments_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gameday/experiments"
)

func TestAPickOfMoreThanThereIsWarnsBeforeTheRun(t *testing.T) {
	planned := func(pick string) (plan experiments.PlanMade) {
		s := build(t, webs("max_percent = 100", pick), fleet())
		s.perform(t, func(on troupe) {
			ready, err := on.engine.Plan(on.ctx, s.experiment)
			require.NoError(t, err)
			plan = ready.Plan
		})
		return plan
	}
	plan := planned("pick { count = 12 }")
	require.Len(t, plan.Targets[0].ARNs, 10)
	require.Len(t, plan.Warnings, 1)
	require.Equal(t, "target.web is to pick 12, and only 10 match", plan.Warnings[0].Summary)
	require.NotZero(t, plan.Warnings[0].Where.Line)
	require.Empty(t, planned("pick { count = 10 }").Warnings)
}
