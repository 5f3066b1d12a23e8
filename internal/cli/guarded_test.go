package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/lock"
)

// only is an environment with one variable.
func only(name, value string) func(string) (string, bool) {
	return func(asked string) (string, bool) {
		if asked != name {
			return "", false
		}
		return value, true
	}
}

func TestAPolicyRefusesOnEveryVerbThatPlansAndTouchesNothing(t *testing.T) {
	for _, line := range []string{
		"rehearse small.hcl", "rehearse small.hcl --runs 2", "plan small.hcl --sandbox small.sandbox.hcl", "plan small.hcl", "check small.hcl", "run small.hcl --yes",
	} {
		d := newDesk(t)
		d.write("org.hcl", "\nkinds = [\"ec2_stop\"]\n")
		require.Equal(t, experiments.ExitInconclusive, d.types(append(strings.Fields(line), "--policy", "org.hcl")...), line)
		assert.Contains(t, d.err.String(), "inject.flood: sqs_backlog is none of ec2_stop (kinds of the policy, org.hcl:2)", line)
		assert.Contains(t, d.err.String(), "nothing was touched", line)
		assert.Contains(t, d.err.String(), "Hint: use a kind of fault that is allowed", line)
		assert.Empty(t, d.runs(), line)
	}
}

func TestThePolicyOfTheEnvironmentHoldsUnlessAFlagNamesAnother(t *testing.T) {
	d := newDesk(t)
	d.write("org.hcl", "max_targets = 1\nkinds = [\"ec2_stop\"]\n")
	d.write("mine.hcl", "max_targets = 1\n")
	d.deps.Env = only(policyVariable, "org.hcl")
	require.Equal(t, experiments.ExitInconclusive, d.types("rehearse", "small.hcl"))
	require.Equal(t, experiments.ExitPassed, d.types("rehearse", "small.hcl", "--policy", "mine.hcl"), d.err)
	started := d.records()[0].Event.(experiments.RunStarted)
	assert.Equal(t, "mine.hcl", started.Policy.Path)
	assert.Len(t, started.Policy.SHA256, 64)
}

func TestABadPolicyIsAMistakeWithItsPlace(t *testing.T) {
	d := newDesk(t)
	d.write("org.hcl", "max_targets = 1\nkindz = []\n")
	require.Equal(t, experiments.ExitUsage, d.types("rehearse", "small.hcl", "--policy", "org.hcl"))
	assert.Contains(t, d.err.String(), "on org.hcl line 2")
	d = newDesk(t)
	require.Equal(t, experiments.ExitUsage, d.types("rehearse", "small.hcl", "--policy", "nowhere.hcl"))
	assert.Contains(t, d.err.String(), "nowhere.hcl")
}

func TestARunOutsideTheWindowIsRefusedAndAPlanWarns(t *testing.T) {
	d := newDesk(t)
	d.write("org.hcl", "window {\n  days = [\"sat\"]\n}\n")
	require.Equal(t, experiments.ExitInconclusive, d.types("run", "small.hcl", "--yes", "--policy", "org.hcl"))
	assert.Contains(t, d.err.String(), "no window is open on Mon 2026-01-05 at 09:00 UTC (window of the policy, org.hcl:1)")
	assert.Contains(t, d.err.String(), "Hint: wait until Sat 2026-01-10 00:00 UTC")
	assert.Empty(t, d.runs())
	require.Equal(t, experiments.ExitPassed, d.types("plan", "small.hcl", "--policy", "org.hcl"), d.err)
	assert.Contains(t, d.out.String(), "a run would be refused now")
}

func TestAnEngagedKillSwitchKeepsARunFromBeginning(t *testing.T) {
	d := newDesk(t)
	d.write("small.hcl", smallScenario+"\nlimits {\n  kill_switch = \"ssm:/gameday/stop\"\n}\n")
	d.write("small.sandbox.hcl", smallSandbox+"\nssm_parameter \"/gameday/stop\" {\n  value = \"stop\"\n}\n")
	for _, line := range []string{"run small.hcl --yes", "check small.hcl", "rehearse small.hcl"} {
		require.Equal(t, experiments.ExitInconclusive, d.types(strings.Fields(line)...), line)
		assert.Contains(t, d.err.String(), "the kill switch ssm:/gameday/stop is engaged (kill_switch of the scenario's limits, small.hcl:", line)
		assert.Empty(t, d.runs(), line)
	}
	require.Equal(t, experiments.ExitPassed, d.types("plan", "small.hcl"), d.err)
	assert.Contains(t, d.out.String(), "is engaged")
}

// locked has somebody else hold the queue that the small scenario floods.
func locked(d *desk, mine lock.Lease) string {
	dir := d.path("locks")
	c := clock.Virtual(rehearsalStart(), 0)
	c.Run(func() {
		shelf := lock.Folder{Dir: dir, Name: "111122223333-eu-west-1"}
		_, err := lock.Keeper{Shelf: shelf, Clock: c}.Take(context.Background(), mine)
		require.NoError(d.t, err)
	})
	d.deps.Env = only(locksVariable, dir)
	return dir
}

const flooded = "arn:aws:sqs:eu-west-1:111122223333:orders"

func TestOneRunAtATimeTouchesAQueue(t *testing.T) {
	d := newDesk(t)
	other := lock.Lease{Run: "20260105-085500-beef", Owner: "ana@desk", Host: "desk", Process: 7, Resources: []string{flooded}}
	dir := locked(d, other)
	require.Equal(t, experiments.ExitInconclusive, d.types("run", "small.hcl", "--yes"))
	assert.Contains(t, d.err.String(), flooded+" is locked by run 20260105-085500-beef of ana@desk (process 7) since 2026-01-05 09:00:00 UTC")
	assert.Contains(t, d.err.String(), "nothing was touched")
	assert.Empty(t, d.runs())
	require.Equal(t, experiments.ExitPassed, d.types("rehearse", "small.hcl"), "rehearsals are nobody's business")

	text, err := os.ReadFile(filepath.Join(dir, "111122223333-eu-west-1.json"))
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(string(text), `"run"`), "the other one's lock is as it was")
}

func TestTheLockOfADeadProcessIsTakenOverWithANoteAndReleasedAtTheEnd(t *testing.T) {
	d := newDesk(t)
	dead := lock.Mine("20260105-085500-beef", []string{flooded})
	dead.Process = 1 << 22 // more than there can be
	dir := locked(d, dead)
	require.Equal(t, experiments.ExitPassed, d.types("run", "small.hcl", "--yes"), d.err)
	assert.Contains(t, d.err.String(), "Note: the lock of run 20260105-085500-beef of ")
	text, err := os.ReadFile(filepath.Join(dir, "111122223333-eu-west-1.json"))
	require.NoError(t, err)
	assert.JSONEq(t, "[]", string(text), "released")
}

func TestARunThatIsNotAgreedToReleasesItsLock(t *testing.T) {
	d := newDesk(t)
	dir := d.path("locks")
	d.deps.Env = only(locksVariable, dir)
	d.deps.Terminal, d.deps.Stdin = true, strings.NewReader("no\n")
	require.Equal(t, experiments.ExitInconclusive, d.types("run", "small.hcl"))
	text, err := os.ReadFile(filepath.Join(dir, "111122223333-eu-west-1.json"))
	require.NoError(t, err)
	assert.JSONEq(t, "[]", string(text))
}

func TestAFolderForLocksThatCannotBeWrittenRefusesTheRun(t *testing.T) {
	d := newDesk(t)
	d.write("file", "")
	d.deps.Env = only(locksVariable, d.path("file"))
	require.Equal(t, experiments.ExitInconclusive, d.types("run", "small.hcl", "--yes"))
	assert.Contains(t, d.err.String(), "Hint: GAMEDAY_LOCKS names a folder")
	assert.Empty(t, d.runs())
}

func TestLocksAreKeptInTheUsersStateFolder(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{map[string]string{locksVariable: "/l", "XDG_STATE_HOME": "/s", "HOME": "/h"}, "/l"},
		{map[string]string{"XDG_STATE_HOME": "/s", "HOME": "/h"}, "/s/gameday/locks"},
		{map[string]string{"XDG_STATE_HOME": "relative", "HOME": "/h"}, "/h/.local/state/gameday/locks"},
		{map[string]string{"HOME": "/h"}, "/h/.local/state/gameday/locks"},
		{nil, ".gameday/locks"},
	} {
		a := &app{Deps: Deps{Env: func(name string) (string, bool) { v, ok := c.env[name]; return v, ok }}}
		assert.Equal(t, filepath.FromSlash(c.want), a.locksFolder(&common{dir: ".gameday"}))
	}
}

func TestWhereTheJournalIsInS3TheLockBesideItIsSeenByEveryHost(t *testing.T) {
	d, config := lastingDesk(t)
	var other *lock.Held
	d.onStrand(func() {
		c := d.deps.Clock()
		keeper := lock.Keeper{Clock: c, Shelf: lock.Bucket{
			URL: cloud.S3URL{Bucket: "ledger", Prefix: "game-days/lock-111122223333-eu-west-1.json"}, AWS: cloud.NewSession(config, c, 1, "other").Config(),
		}}
		var err error
		other, err = keeper.Take(t.Context(), lock.Lease{Run: "20260105-085500-beef", Owner: "ana@elsewhere", Host: "elsewhere", Process: 7, Resources: []string{flooded}})
		require.NoError(t, err)
	})
	line := []string{"run", "small.hcl", "--yes", "--journal", "s3://ledger/game-days"}
	require.Equal(t, experiments.ExitInconclusive, d.types(line...), d.out)
	assert.Contains(t, d.err.String(), flooded+" is locked by run 20260105-085500-beef of ana@elsewhere")
	assert.Empty(t, d.runs())

	d.onStrand(func() { require.NoError(t, other.Release(t.Context())) })

	d, config = lastingDesk(t)
	require.Equal(t, experiments.ExitPassed, d.types(line...), d.out)
	assert.Contains(t, d.keys(config), "game-days/lock-111122223333-eu-west-1.json")
	require.Equal(t, experiments.ExitPassed, d.types("runs", "--journal", "s3://ledger/game-days"), d.err)
	assert.NotContains(t, d.out.String(), "lock-111122223333", "the lock is not taken for a run")
}

func TestARunThatLosesItsLockStopsAndReverts(t *testing.T) {
	d := newDesk(t)
	dir := d.path("locks")
	d.deps.Env = only(locksVariable, dir)
	d.out.saw = func(text string) {
		if strings.Contains(text, "injecting into") { // somebody who thinks that nobody is behind it
			require.NoError(t, os.WriteFile(filepath.Join(dir, "111122223333-eu-west-1.json"), []byte("[]"), 0o600))
		}
	}
	require.Equal(t, experiments.ExitInconclusive, d.types("run", "small.hcl", "--yes"), d.out)
	records := d.records()
	assert.Empty(t, experiments.Unfinished(records))
	assert.Contains(t, strings.Join(strings.Fields(d.out.String()), " "), "the lock on the targets was lost: somebody else took the lock over")
	assert.Equal(t, experiments.RevertedYes, experiments.Summarize(records).Faults[0].Reverted)
}
