package injectors_test

import (
	"github.com/stretchr/testify/require"

	"gameday/injectors"
	"gameday/injectors/injectortest"
)

// newFault returns a configured fault, as a new process would have it.
func newFault(s *injectortest.Stage, kind string, attributes map[string]any) injectors.Injector {
	k, ok := injectors.Standard().Find(kind)
	require.True(s.T, ok)
	f := k.New(s.Env())
	injectortest.Configure(s.T, f, attributes)
	return f
}

// planned returns the plan of a fault that can be planned.
func planned(s *injectortest.Stage, f injectors.Injector) injectors.Plan {
	plan, err := f.Plan(s.Ctx)
	require.NoError(s.T, err)
	return plan
}

// injected plans and injects.
func injected(s *injectortest.Stage, f injectors.Injector) injectors.Plan {
	plan := planned(s, f)
	require.NoError(s.T, f.Inject(s.Ctx, plan))
	return plan
}

// reverted reverts what must be revertible, and returns the note.
func reverted(s *injectortest.Stage, f injectors.Injector, plan injectors.Plan) string {
	note, err := f.Revert(s.Ctx, plan)
	require.NoError(s.T, err)
	return note
}
