package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/journal"
)

// leaves has a run of the scenario that died right after it announced its fault, and returns its id.
func (d *desk) leaves(scenario string) string {
	d.t.Helper()
	known := d.runs()
	require.Equal(d.t, experiments.ExitPassed, d.types("run", scenario, "--yes"), d.err)
	for _, folder := range d.runs() {
		if !strings.Contains(strings.Join(known, " "), folder) {
			cut(d.t, folder, experiments.FaultInjecting{})
			d.out.text.Reset()
			d.err.text.Reset()
			return filepath.Base(folder)
		}
	}
	require.Fail(d.t, "no run was kept")
	return ""
}

// elsewhere is the small scenario with another queue.
func elsewhere() (scenario, account string) {
	scenario = strings.ReplaceAll(smallScenario, "/orders", "/returns")
	return strings.ReplaceAll(scenario, `"small"`, `"elsewhere"`), smallSandbox + "\nsqs_queue \"returns\" {}\n"
}

func TestARunWhereAnEarlierOneLeftAFaultIsRefusedUntilThatIsReverted(t *testing.T) {
	d := newDesk(t)
	left := d.leaves("small.hcl")
	require.Equal(t, experiments.ExitInconclusive, d.types("run", "small.hcl", "--yes"))
	assert.True(t, strings.HasPrefix(d.err.String(), "Warning: "+left+" (small) left something behind; revert it with: gameday revert "+left+"\n"), d.err)
	assert.Contains(t, d.err.String(), "inject.flood would touch arn:aws:sqs:eu-west-1:111122223333:orders, where inject.flood of "+left+" is not reverted")
	assert.Contains(t, d.err.String(), "Hint: revert it first: gameday revert "+left)
	assert.Len(t, d.runs(), 1, "nothing was begun")

	require.Equal(t, experiments.ExitPassed, d.types("revert", left), d.err)
	d.err.text.Reset()
	require.Equal(t, experiments.ExitPassed, d.types("run", "small.hcl", "--yes"), d.err)
	assert.Empty(t, d.err.String())
}

func TestARunElsewhereIsOnlyWarned(t *testing.T) {
	d := newDesk(t)
	left := d.leaves("small.hcl")
	scenario, account := elsewhere()
	d.write("elsewhere.hcl", scenario)
	d.write("small.sandbox.hcl", account)
	code := d.types("run", "elsewhere.hcl", "--yes")
	assert.NotContains(t, d.err.String(), "would touch")
	assert.Contains(t, d.err.String(), "Warning: "+left+" (small) left something behind")
	assert.Len(t, d.runs(), 2, "%d: %s", code, d.err)
}

func TestARunThatStillGoesOnIsNotTakenForADeadOne(t *testing.T) {
	d := newDesk(t)
	left := d.leaves("small.hcl")
	folder, _, err := journal.Open("", d.runs()[0])
	require.NoError(t, err)
	defer folder.Close()
	require.Equal(t, experiments.ExitInconclusive, d.types("run", "small.hcl", "--yes"))
	assert.Contains(t, d.err.String(), "Warning: "+left+" (small) still goes on.\n")
	assert.Contains(t, d.err.String(), "Hint: "+left+" still goes on, or is being reverted: wait for its end")
	require.Equal(t, experiments.ExitNotReverted, d.types("revert"))
	assert.Contains(t, d.out.String(), "It still goes on, or is being reverted.")
	require.Equal(t, experiments.ExitInconclusive, d.types("revert", left))
	assert.Contains(t, d.err.String(), "is in use")
}

func TestAJournalThatCannotBeReadIsAWarningBeforeARun(t *testing.T) {
	d := newDesk(t)
	d.write(".gameday/runs/damaged/events.jsonl", "nonsense\n{}\n")
	require.Equal(t, experiments.ExitPassed, d.types("run", "small.hcl", "--yes"), d.err)
	assert.Contains(t, d.err.String(), "Warning: what damaged left cannot be told: ")
}

func TestRevertSaysWhatItWillDoBeforeItDoesIt(t *testing.T) {
	d := newDesk(t)
	left := d.leaves("small.hcl")
	require.Equal(t, experiments.ExitPassed, d.types("revert", left), d.err)
	announced := "Reverting " + left + " (small) in account 111122223333, eu-west-1, in this order:\n" +
		"  with the profile gameday\n" +
		"  inject.flood: injected and not reverted\n    arn:aws:sqs:eu-west-1:111122223333:orders\n  tap on "
	assert.True(t, strings.HasPrefix(d.out.String(), announced), d.out)
	assert.True(t, strings.HasSuffix(d.out.String(), "Nothing is left of "+left+".\n"), d.out)
	d.out.text.Reset()
	require.Equal(t, experiments.ExitPassed, d.types("revert", left), d.err)
	assert.Equal(t, "Nothing is left of "+left+".\n", d.out.String(), "a second time")
}

func TestRevertAllRevertsEveryRunThatLeftSomething(t *testing.T) {
	d := newDesk(t)
	first := d.leaves("small.hcl")
	held := d.path(".gameday/held")
	require.NoError(t, os.Rename(d.path(".gameday/runs/"+first), held)) // or the second were refused
	second := d.leaves("small.hcl")
	require.NoError(t, os.Rename(held, d.path(".gameday/runs/"+first)))
	require.Equal(t, experiments.ExitPassed, d.types("revert", "--all"), d.err)
	for _, run := range []string{first, second} {
		assert.Contains(t, d.out.String(), "Nothing is left of "+run+".\n")
		records, err := journal.Read("", d.path(".gameday/runs/"+run))
		require.NoError(t, err)
		assert.Empty(t, experiments.Unfinished(records))
	}
	d.out.text.Reset()
	require.Equal(t, experiments.ExitPassed, d.types("revert", "--all"), d.err)
	assert.Equal(t, "Nothing is left of any run.\n", d.out.String())
}

func TestRevertAllGoesOnBehindARunThatCannotBeReverted(t *testing.T) {
	d := newDesk(t)
	left := d.leaves("small.hcl")
	d.write(".gameday/runs/damaged/events.jsonl", "nonsense\n{}\n")
	require.Equal(t, experiments.ExitInconclusive, d.types("revert", "--all"))
	assert.Contains(t, d.err.String(), "damaged")
	assert.Contains(t, d.out.String(), "Nothing is left of "+left+".\n")
	assert.NotContains(t, d.out.String(), "Nothing is left of any run")
}

func TestRevertAllWithARunIsAMistake(t *testing.T) {
	d := newDesk(t)
	require.Equal(t, experiments.ExitUsage, d.types("revert", "--all", "20260101-000000-abcd"))
	assert.Contains(t, d.err.String(), "Hint: leave the run away, or --all")
}
