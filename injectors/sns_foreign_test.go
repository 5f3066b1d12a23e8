package injectors_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"gameday/injectors/injectortest"
)

func TestATapWhosePlanNamesSomebodysQueueDeletesNothing(t *testing.T) {
	injectortest.Play(t, spec(withTopic, withQueues(0)), 1, func(s *injectortest.Stage) {
		tap := newTap(s, topic)
		plan := planned(s, tap)
		name := plan.Targets[0][bytes.LastIndexByte([]byte(plan.Targets[0]), ':')+1:]
		plan.Before = bytes.ReplaceAll(plan.Before, []byte(name), []byte("orders"))
		before := s.Account.Snapshot()
		_, err := tap.Revert(s.Ctx, plan)
		require.ErrorContains(s.T, err, "orders is not a queue of gameday's")
		require.Equal(s.T, before, s.Account.Snapshot())
	})
}
