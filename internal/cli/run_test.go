package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/journal"
)

func TestARunThatIsAgreedToPlaysAndIsKept(t *testing.T) {
	d := newDesk(t)
	d.deps.Terminal, d.deps.Stdin = true, strings.NewReader("yes\n")

	require.Equal(t, experiments.ExitPassed, d.types("run", "small.hcl"), d.err)

	assert.Contains(t, d.out.String(), "Inject this into account 111122223333? Type yes to go on: ")
	assert.Empty(t, d.err.String())
	require.Len(t, d.runs(), 1)
	for _, name := range []string{journal.EventsFile, journal.ScenarioFile, journal.SummaryFile, journal.JUnitFile, journal.HTMLFile, journal.MarkdownFile} {
		assert.FileExists(t, filepath.Join(d.runs()[0], name))
	}
	assert.Contains(t, d.out.String(), filepath.Base(d.runs()[0]))
	started := d.records()[0].Event.(experiments.RunStarted)
	assert.Equal(t, experiments.ModeRun, started.Mode)
	assert.NotZero(t, started.Seed, "the seed was drawn and journalled")
	assert.Equal(t, cloud.Settings{Region: "eu-west-1", Profile: "gameday"}, d.asked[0])
}

func TestARunThatIsNotAgreedToTouchesNothing(t *testing.T) {
	for _, answer := range []string{"", "no\n", "y\n", "YES\n"} {
		d := newDesk(t)
		d.deps.Terminal, d.deps.Stdin = true, strings.NewReader(answer)
		assert.Equal(t, experiments.ExitInconclusive, d.types("run", "small.hcl"), answer)
		assert.Contains(t, d.err.String(), "the answer was not yes; nothing was touched", answer)
		assert.Empty(t, d.runs(), answer)
	}
}

func TestWithYesNobodyIsAskedAndTheSeedIsKept(t *testing.T) {
	d := newDesk(t)
	require.Equal(t, experiments.ExitPassed, d.types("run", "small.hcl", "--yes", "--seed", "42", "--json"), d.err)
	assert.NotContains(t, d.out.String(), "Type yes")
	assert.Equal(t, int64(42), d.records()[0].Event.(experiments.RunStarted).Seed)
	lines := strings.Split(strings.TrimSpace(d.out.String()), "\n")
	assert.Contains(t, lines[len(lines)-1], `"format":"gameday.summary/1"`)
}

func TestAnotherAccountIsRefused(t *testing.T) {
	d := newDesk(t)
	d.deps.AWS = d.account("999999999999")
	require.Equal(t, experiments.ExitInconclusive, d.types("run", "small.hcl", "--yes"))
	assert.Contains(t, d.err.String(), "999999999999")
	assert.Contains(t, d.err.String(), "Hint: ")
	assert.Empty(t, d.runs())
}

func TestAnInterruptRevertsAndSkipsTheRest(t *testing.T) {
	for sig, code := range map[os.Signal]experiments.ExitCode{
		os.Interrupt: experiments.ExitInterrupted, syscall.SIGTERM: experiments.ExitTerminated,
	} {
		d := newDesk(t)
		d.write("more.hcl", smallScenario)
		interruptAt(d, "injecting into", sig)

		assert.Equal(t, code, d.types("run", "more.hcl", "small.hcl", "--yes"), d.out)

		records := d.records()
		assert.Empty(t, experiments.Unfinished(records))
		assert.Equal(t, experiments.RevertedYes, experiments.Summarize(records).Faults[0].Reverted)
		assert.Equal(t, code, records[len(records)-1].Event.(experiments.RunFinished).ExitCode)
		assert.Contains(t, d.err.String(), "small.hcl was skipped because of the interrupt.")
	}
}

// interruptAt sends a signal, and a SIGTERM as CI systems do, when a text is first printed.
func interruptAt(d *desk, text string, sig os.Signal) {
	sent := false
	d.out.saw = func(line string) {
		if !sent && strings.Contains(line, text) {
			sent = true
			d.stops <- sig
			d.stops <- syscall.SIGTERM // when this one is taken, the first was heard
		}
	}
}

func TestAnInterruptWhileBeingAskedTouchesNothing(t *testing.T) {
	d := newDesk(t)
	reader, writer, err := os.Pipe() // a person who does not answer
	require.NoError(t, err)
	defer writer.Close()
	d.deps.Terminal, d.deps.Stdin = true, reader
	d.out.saw = func(text string) {
		if strings.Contains(text, "Type yes") {
			d.stops <- os.Interrupt
		}
	}
	assert.Equal(t, experiments.ExitInterrupted, d.types("run", "small.hcl"))
	assert.Contains(t, d.err.String(), "Error: interrupted by SIGINT; nothing was touched")
	assert.Empty(t, d.runs())
}

func TestAnInterruptWhileCredentialsAreLoadedTouchesNothing(t *testing.T) {
	d := newDesk(t)
	d.deps.AWS = func(ctx context.Context, _ cloud.Settings, c *clock.Clock) (aws.Config, error) {
		d.stops <- syscall.SIGTERM
		err := c.Wait(ctx, &clock.Cond{}, time.Time{})
		return aws.Config{}, errors.Join(errors.New("no answer"), err)
	}
	assert.Equal(t, experiments.ExitTerminated, d.types("run", "small.hcl", "--yes"))
	assert.Contains(t, d.err.String(), "nothing was touched")
}

func TestWhatIsLeftAfterGivingUpIsRevertedByTheCommandThatIsPrinted(t *testing.T) {
	d := newDesk(t)
	require.Equal(t, experiments.ExitPassed, d.types("run", "small.hcl", "--yes"))
	cut(t, d.runs()[0], experiments.FaultInjecting{})
	folder, _ := filepath.Rel(d.dir, d.runs()[0])

	(&app{Deps: d.deps}).abandon(folder)()

	assert.Equal(t, []int{5}, d.exited)
	command := "gameday revert " + filepath.Base(folder)
	assert.Contains(t, d.err.String(), "Still out there:\n  inject.flood: ")
	assert.Contains(t, d.err.String(), "Revert it with: "+command+"\n")

	assert.Equal(t, experiments.ExitNotReverted, d.types("revert"), "listed")
	assert.Contains(t, d.out.String(), "Revert it with: "+command+"\n")
	assert.Equal(t, experiments.ExitPassed, d.types(strings.Fields(command)[1:]...), d.err)
	assert.Empty(t, experiments.Unfinished(d.records()))
	assert.Equal(t, experiments.ExitPassed, d.types("revert"))
	assert.Contains(t, d.out.String(), "Nothing is left of any run.")
}

func TestGivingUpBeforeAnythingWasTouchedSaysSo(t *testing.T) {
	d := newDesk(t)
	(&app{Deps: d.deps}).abandon(d.path(".gameday/runs/none"))()
	assert.Equal(t, []int{130}, d.exited)
	assert.Contains(t, d.err.String(), "Nothing was touched.")
}

func TestGivingUpNeverCallsAnUnreadableJournalClean(t *testing.T) {
	d := newDesk(t)
	d.write(".gameday/runs/torn/events.jsonl", "nonsense\n{}\n")
	(&app{Deps: d.deps}).abandon(d.path(".gameday/runs/torn"))()
	assert.Equal(t, []int{5}, d.exited)
	assert.NotContains(t, d.err.String(), "nothing is left")
}

func TestRevertRefusesAnotherAccountThanTheJournals(t *testing.T) {
	d := newDesk(t)
	require.Equal(t, experiments.ExitPassed, d.types("run", "small.hcl", "--yes"))
	cut(t, d.runs()[0], experiments.FaultInjecting{})
	before := len(d.records())
	d.deps.AWS = d.account("999999999999")

	assert.Equal(t, experiments.ExitInconclusive, d.types("revert", filepath.Base(d.runs()[0])))
	assert.Contains(t, d.err.String(), "999999999999")
	assert.Contains(t, d.err.String(), "Hint: use credentials of account 111122223333")
	assert.Len(t, d.records(), before, "nothing was appended")
}

// cut ends a journal after the first event of a type, as a killed process does.
func cut(t *testing.T, folder string, last experiments.Event) {
	t.Helper()
	path := filepath.Join(folder, journal.EventsFile)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	head, _, found := strings.Cut(string(text), `"type":"`+last.Type()+`"`)
	require.True(t, found)
	end := strings.Index(string(text)[len(head):], "\n")
	require.NoError(t, os.WriteFile(path, text[:len(head)+end+1], 0o644))
}
