package injectortest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/injectors"
	"gameday/internal/chance"
	"gameday/internal/sandbox"
)

const (
	// mostStops is after how many changes at most an Inject is stopped half-way.
	mostStops = 25
	// weathers is how many kinds of bad weather a fault must stand.
	weathers = 20
)

// Case is one way to use one row of the table. A row may have several.
type Case struct {
	Row     string // name of a kind or target, or source of a tap
	Name    string // what is special about the case
	Sandbox sandbox.Spec
	// Attributes are the kind's, by their names in HCL.
	Attributes func(s *Stage) map[string]any
	// Subject is the tap's.
	Subject string
	// Prepare adds to the account what a sandbox file cannot say.
	Prepare func(s *Stage)
	// Vanish has somebody delete what the fault touched; nil: nobody can.
	Vanish func(s *Stage)
	// Settle is how long the account takes, after a revert, to look as it did before the fault.
	Settle time.Duration
}

// Conform runs the suite over all rows of the catalog. A row without a case fails it.
func Conform(t *testing.T, catalog injectors.Catalog, cases ...Case) {
	for _, k := range catalog.Kinds {
		t.Run(k.Name, func(t *testing.T) {
			row(t, unique(k.Permissions, k.Tagging), of(cases, k.Name), func(c Case, u *used) { conformKind(t, k, c, u) })
		})
	}
	for _, tap := range catalog.Taps {
		t.Run("tap "+tap.Source, func(t *testing.T) {
			row(t, tap.Permissions, of(cases, tap.Source), func(c Case, u *used) {
				f := fault{Case: c, used: u, New: func(e injectors.Env) injectors.Injector { return tap.New(e, c.Subject) }}
				conformFault(t, f)
			})
		})
	}
	for _, target := range catalog.Targets {
		t.Run("target "+target.Name, func(t *testing.T) {
			row(t, target.Permissions, of(cases, target.Name), func(c Case, u *used) { conformTarget(t, target, c, u) })
		})
	}
}

func of(cases []Case, row string) []Case {
	return slices.DeleteFunc(slices.Clone(cases), func(c Case) bool { return c.Row != row })
}

type used map[string]bool

// row runs the cases of one row, and compares what it declares with what they used.
func row(t *testing.T, permissions []string, cases []Case, run func(Case, *used)) {
	require.NotEmpty(t, cases, "every row of the table needs a case")
	all := used{}
	for _, c := range cases {
		run(c, &all)
	}
	if !t.Failed() {
		require.ElementsMatch(t, permissions, slices.Collect(maps.Keys(all)), "declared permissions are those that are used")
	}
}

func conformKind(t *testing.T, k injectors.Kind, c Case, u *used) {
	require.NotEmpty(t, k.Summary)
	require.NotEmpty(t, k.Example)
	require.NotPanics(t, func() { k.New(injectors.Env{}) }, "the zero Env is enough to learn attributes and defaults")
	f := fault{Case: c, used: u, New: k.New, reverting: k.Reverting}
	f.conformTags(t, k)
	if k.Irreversible {
		conformIrreversible(t, f)
		return
	}
	conformFault(t, f)
}

// fault is a case of a kind, or of a tap, which obeys the same contract.
type fault struct {
	Case
	used      *used
	New       func(injectors.Env) injectors.Injector
	reverting []string // what Revert alone may do
}

// play runs one story in a new account, which begins once the account is prepared.
func (f fault) play(t *testing.T, name string, story func(s *Stage)) { f.playSeed(t, name, 1, story) }

func (f fault) playSeed(t *testing.T, name string, seed chance.Seed, story func(s *Stage)) {
	t.Run(f.Name+"/"+name, func(t *testing.T) {
		Play(t, f.Sandbox, seed, func(s *Stage) {
			if f.Prepare != nil {
				f.Prepare(s)
			}
			story(s)
			maps.Copy(*f.used, s.Actions())
		})
	})
}

// process returns the configured kind, as a new process would have it.
func (f fault) process(s *Stage) injectors.Injector {
	injector := f.New(s.Env())
	if f.Attributes != nil {
		Configure(s.T, injector, f.Attributes(s))
	}
	return injector
}

// planned returns the plan as it comes back from a journal.
func (f fault) planned(s *Stage) injectors.Plan {
	plan, err := f.process(s).Plan(s.Ctx)
	require.NoError(s.T, err)
	f.noReverting(s)
	text, err := json.Marshal(plan)
	require.NoError(s.T, err)
	var read injectors.Plan
	require.NoError(s.T, json.Unmarshal(text, &read))
	return read
}

// injected injects, stopped after so many changes (0: not), and says whether it was.
func (f fault) injected(s *Stage, plan injectors.Plan, after int) (stopped bool) {
	ctx, cancel := context.WithCancelCause(s.Ctx)
	defer cancel(nil)
	s.stopAt, s.stop = s.changes+after, cancel
	if after == 0 {
		s.stopAt = 0
	}
	err := f.process(s).Inject(ctx, plan)
	s.stopAt = 0
	f.noReverting(s)
	if err != nil {
		require.ErrorIs(s.T, err, ErrStopped)
	}
	return err != nil
}

// noReverting requires that the newest process did nothing that is declared to be Revert's alone.
func (f fault) noReverting(s *Stage) {
	for _, action := range s.sessions[len(s.sessions)-1].Actions() {
		require.NotContains(s.T, f.reverting, action, "declared to be for Revert alone")
	}
}

// reverted reverts in a new process and requires that the account looks as before.
func (f fault) reverted(s *Stage, plan injectors.Plan, before any, story string) {
	_, err := f.process(s).Revert(s.Ctx, plan)
	require.NoError(s.T, err, story)
	s.Sleep(f.Settle)
	require.Equal(s.T, before, s.Account.Snapshot(), story)
}

// unique returns the texts of all lists, each once.
func unique(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}

// conformTags has a fault tell the tags of all that it touches, which changes nothing.
func (f fault) conformTags(t *testing.T, k injectors.Kind) {
	f.play(t, "tags are told of everything that is touched", func(s *Stage) {
		plan := f.planned(s)
		reader, able := f.process(s).(injectors.TagReader)
		require.True(s.T, able, "a fault that cannot tell tags is refused wherever tags are protected")
		touched := slices.Clone(plan.Targets)
		if k.Beyond != nil {
			touched = append(touched, k.Beyond(plan)...)
		}
		s.Account.LimitPages(1)
		tags, err := reader.Tags(s.Ctx, plan)
		require.NoError(s.T, err)
		require.ElementsMatch(s.T, touched, slices.Collect(maps.Keys(tags)))
		require.Zero(s.T, s.Changes(), "reading tags changes nothing")
	})
}

func conformFault(t *testing.T, f fault) {
	f.conformPlan(t)
	f.play(t, "inject touches and revert restores", func(s *Stage) {
		before, plan := s.Account.Snapshot(), f.planned(s)
		f.injected(s, plan, 0)
		require.NotEqual(s.T, before, s.Account.Snapshot(), "a fault that changes nothing proves nothing")
		f.reverted(s, plan, before, "once")
		f.reverted(s, plan, before, "twice")
	})
	f.play(t, "revert works though inject never ran", func(s *Stage) {
		before, plan := s.Account.Snapshot(), f.planned(s)
		f.reverted(s, plan, before, "never injected")
	})
	f.conformStops(t)
	f.play(t, "lists come in small pages", func(s *Stage) {
		s.Account.LimitPages(1)
		before, plan := s.Account.Snapshot(), f.planned(s)
		f.injected(s, plan, 0)
		f.reverted(s, plan, before, "pages of one")
	})
	f.conformWeather(t)
	if f.Vanish != nil {
		f.play(t, "revert works though somebody deleted the target", func(s *Stage) {
			plan := f.planned(s)
			f.injected(s, plan, 0)
			f.Vanish(s)
			for range 2 {
				_, err := f.process(s).Revert(s.Ctx, plan)
				require.NoError(s.T, err)
			}
		})
	}
}

func (f fault) conformPlan(t *testing.T) {
	f.play(t, "plan changes nothing", func(s *Stage) {
		before := s.Account.Snapshot()
		plan := f.planned(s)
		require.NotEmpty(s.T, plan.Targets)
		for _, target := range plan.Targets {
			assert.Regexp(s.T, `^arn:aws:[a-z0-9]+:[a-z0-9-]+:\d{12}:.+`, target)
		}
		require.Equal(s.T, plan, f.planned(s), "the same account gives the same plan")
		require.Equal(s.T, before, s.Account.Snapshot())
		require.Zero(s.T, s.Changes(), "plan only reads")
	})
}

// conformStops stops Inject after its first change, after its second, and so on until it is not stopped any more.
func (f fault) conformStops(t *testing.T) {
	for n := 1; n <= mostStops; n++ {
		finished := false
		f.play(t, fmt.Sprintf("revert works though inject stopped after change %d", n), func(s *Stage) {
			before, plan := s.Account.Snapshot(), f.planned(s)
			finished = !f.injected(s, plan, n)
			f.reverted(s, plan, before, "half-way")
		})
		if finished {
			return
		}
	}
}

// conformWeather reverts at once what was injected, while AWS throttles, breaks, and loses, doubles and reorders calls.
// Receives are not doubled: nobody could know of the messages that are hidden then.
func (f fault) conformWeather(t *testing.T) {
	for seed := chance.Seed(1); seed <= weathers; seed++ {
		f.playSeed(t, fmt.Sprintf("inject and revert stand bad weather %d", seed), seed, f.inWeather)
	}
}

func (f fault) inWeather(s *Stage) {
	before, plan := s.Account.Snapshot(), f.planned(s)
	bad := sandbox.Weather{Throttle: .1, Error: .05, Lose: .05, Reorder: .1, Partial: .05}
	receives := bad
	receives.Services = []string{"SQS.ReceiveMessage"}
	bad.Double = .05
	inject, revert := f.process(s), f.process(s)
	for _, process := range []injectors.Injector{inject, revert} {
		_, err := process.Plan(s.Ctx) // so that both have reached AWS before: else bad weather looks like a wrong address
		require.NoError(s.T, err)
	}
	s.Account.SetWeather(receives, bad)
	require.NoError(s.T, inject.Inject(s.Ctx, plan))
	_, err := revert.Revert(s.Ctx, plan)
	require.NoError(s.T, err)
	s.Account.SetWeather()
	s.Sleep(f.Settle)
	require.Equal(s.T, before, s.Account.Snapshot())
}

func conformIrreversible(t *testing.T, f fault) {
	f.conformPlan(t)
	f.play(t, "inject touches", func(s *Stage) {
		before, plan := s.Account.Snapshot(), f.planned(s)
		f.injected(s, plan, 0)
		require.NotEqual(s.T, before, s.Account.Snapshot())
	})
	f.play(t, "inject stops between two changes", func(s *Stage) {
		plan := f.planned(s)
		f.injected(s, plan, 1)
		require.LessOrEqual(s.T, s.Changes(), 1)
	})
}

func conformTarget(t *testing.T, k injectors.TargetKind, c Case, u *used) {
	require.NotEmpty(t, k.Summary)
	require.NotEmpty(t, k.Example)
	require.NotPanics(t, func() { k.New(injectors.Env{}) }, "the zero Env is enough to learn attributes and defaults")
	f := fault{Case: c, used: u}
	f.play(t, "resolve changes nothing and does not depend on pages", func(s *Stage) {
		before := s.Account.Snapshot()
		resolve := func() []injectors.Resource {
			target := k.New(s.Env())
			Configure(s.T, target, c.Attributes(s))
			found, err := target.Resolve(s.Ctx)
			require.NoError(s.T, err)
			return found
		}
		whole := resolve()
		require.NotEmpty(s.T, whole)
		require.True(s.T, slices.IsSortedFunc(whole, func(a, b injectors.Resource) int { return strings.Compare(a.ID, b.ID) }))
		s.Account.LimitPages(1)
		require.Equal(s.T, whole, resolve())
		require.Equal(s.T, before, s.Account.Snapshot())
		require.Zero(s.T, s.Changes(), "resolve only reads")
	})
}
