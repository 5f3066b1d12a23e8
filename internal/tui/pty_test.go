//go:build unix

package tui

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/journal"
	"gameday/internal/report"
)

// setControl makes the terminal the command's own.
func setControl(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
}

// built is the program, built once for all tests.
var built = sync.OnceValues(func() (string, error) {
	path := filepath.Join(os.TempDir(), fmt.Sprintf("gameday-tui-test-%d", os.Getpid()))
	out, err := exec.Command("go", "build", "-o", path, "gameday/cmd/gameday").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, out)
	}
	return path, err
})

func gameday(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the program")
	}
	path, err := built()
	require.NoError(t, err)
	return path
}

// starts runs gameday in a folder of its own, on a terminal.
func starts(t *testing.T, w, h int, args ...string) (*terminal, string) {
	t.Helper()
	folder := t.TempDir()
	cmd := exec.Command(gameday(t), args...)
	cmd.Dir = folder
	return openTerminal(t, w, h, cmd), folder
}

// kept returns the records of the only run in a folder.
func keptIn(t *testing.T, folder string) []experiments.Record {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, ".gameday/runs/*"))
	require.NoError(t, err)
	require.Len(t, found, 1)
	records, err := journal.Read("", found[0])
	require.NoError(t, err)
	return records
}

func TestARehearsalIsWatchedToItsEnd(t *testing.T) {
	t.Parallel()
	v, _ := starts(t, 100, 30, "rehearse", "library/alarm-paging", "--speed", "200")
	v.sees("SANDBOX", "PASSED", "every SLO was met")
	v.types("q")
	require.Equal(t, 0, v.ends())
	v.sees("PASSED: every SLO was met (exit code 0)") // the report stays
	require.False(t, v.alt)
}

func TestTheWindowFollowsItsSize(t *testing.T) {
	t.Parallel()
	v, _ := starts(t, 100, 30, "rehearse", "library/checkout", "--speed", "20")
	v.sees("SANDBOX", "checkout-loses-half-its-fleet", "eu-west-1")
	v.resizes(40, 12)
	v.sees("SANDBOX")
	v.resizes(160, 50)
	v.sees("SANDBOX", "nothing is real", "Signals", "Detail", "Log")
	v.types("a")
	v.sees("Abort, and revert everything now? [y/N]")
	v.types("y")
	require.Equal(t, int(experiments.ExitInterrupted), v.ends())
}

func TestAnAbortReverts(t *testing.T) {
	t.Parallel()
	v, folder := starts(t, 120, 40, "rehearse", "library/checkout", "--speed", "30")
	before := v.state()
	v.sees("1 fault LIVE")
	v.types("a")
	v.sees("Abort")
	v.types("n")
	v.sees("Not aborted.")
	v.types("ay")
	require.Equal(t, int(experiments.ExitInterrupted), v.ends())
	v.sees("aborted by the person who watched")
	records := keptIn(t, folder)
	assert.Empty(t, experiments.Unfinished(records))
	assert.Equal(t, experiments.Interrupted, experiments.Summarize(records).Verdict)
	v.restored(before)
}

func TestCtrlCAndSignalsRevertAndGiveTheTerminalBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stop func(*terminal)
		code experiments.ExitCode
	}{
		"ctrl-c":  {func(v *terminal) { v.types("\x03") }, experiments.ExitInterrupted},
		"SIGTERM": {func(v *terminal) { require.NoError(t, v.cmd.Process.Signal(syscall.SIGTERM)) }, experiments.ExitTerminated},
	} {
		v, folder := starts(t, 100, 30, "rehearse", "library/checkout", "--speed", "30")
		before := v.state()
		v.sees("1 fault LIVE")
		c.stop(v)
		assert.Equal(t, int(c.code), v.ends(), name)
		v.restored(before)
		assert.Empty(t, experiments.Unfinished(keptIn(t, folder)), name)
	}
}

func TestASecondCtrlCGivesUpAndStillGivesTheTerminalBack(t *testing.T) {
	t.Parallel()
	v, _ := starts(t, 100, 30, "rehearse", "library/checkout", "--speed", "2")
	before := v.state()
	v.sees("1 fault LIVE")
	v.types("\x03")
	v.sees("Ctrl-C again gives up")
	time.Sleep(2100 * time.Millisecond)
	v.types("\x03")
	require.Equal(t, int(experiments.ExitInterrupted), v.ends())
	v.restored(before)
	require.NotContains(t, v.screen(), "interrupted; everything is reverted", "it gave up")
}

func TestDetachedARunGoesOnInPlainText(t *testing.T) {
	t.Parallel()
	v, folder := starts(t, 100, 30, "rehearse", "library/checkout", "--speed", "60")
	before := v.state()
	v.sees("1 fault LIVE")
	v.types("q")
	v.sees("[d]etach")
	v.types("d")
	v.sees("The run goes on.", "escalation.on_call")
	require.Equal(t, 0, v.ends())
	v.sees("PASSED: every SLO was met")
	v.restored(before)
	require.Equal(t, experiments.Passed, experiments.Summarize(keptIn(t, folder)).Verdict)
}

func TestHeldFaultsWaitForThePerson(t *testing.T) {
	t.Parallel()
	v, folder := starts(t, 100, 30, "rehearse", "library/checkout", "--speed", "8")
	v.types("p")
	v.sees("HOLD before kill")
	time.Sleep(time.Second)
	require.NotContains(t, v.screen(), "LIVE")
	v.types("p")
	v.sees("1 fault LIVE")
	v.types("\x03")
	require.Equal(t, int(experiments.ExitInterrupted), v.ends())
	require.Empty(t, experiments.Unfinished(keptIn(t, folder)))
}

func TestAFinishedRunIsShownAgainAndPlayedBack(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	first := exec.Command(gameday(t), "rehearse", "library/checkout")
	first.Dir = folder
	out, err := first.CombinedOutput()
	require.NoError(t, err, string(out))
	runs, err := filepath.Glob(filepath.Join(folder, ".gameday/runs/*"))
	require.NoError(t, err)

	cmd := exec.Command(gameday(t), "show", filepath.Base(runs[0]))
	cmd.Dir = folder
	v := openTerminal(t, 100, 30, cmd)
	v.sees("PASSED", "at end")
	v.types(" ")
	v.sees("playing", "looking back", "LIVE")
	v.types(" [")
	v.sees("paused")
	v.types("q")
	require.Equal(t, 0, v.ends())
	v.sees("PASSED: every SLO was met")
}

func TestGamedayAloneLetsAPersonChoose(t *testing.T) {
	t.Parallel()
	v, _ := starts(t, 100, 30)
	v.sees("choose a scenario", "library/checkout")
	v.types("/checkout\r")
	v.sees("checkout-loses-half-its-fleet", "Faults", "kill (ec2_terminate), cannot be reverted", "account 111122223333")
	v.types("R")
	v.sees("Type its last four digits")
	v.types("1234\r")
	v.sees("Nothing was run.")
	v.types("r")
	v.sees("SANDBOX", "LIVE")
	v.types("\x03")
	require.Equal(t, int(experiments.ExitInterrupted), v.ends())
}

// fragile is a view that breaks once a fault is live.
type fragile struct{ *model }

func (f fragile) View() tea.View {
	if f.state.Live() > 0 {
		var none *Row
		_ = none.Label
	}
	return f.model.View()
}

func (f fragile) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, cmd := f.model.Update(msg)
	return f, cmd
}

// TestMain is also the child of the test below: a rehearsal whose view has a bug.
func TestMain(m *testing.M) {
	code := m.Run()
	_ = os.Remove(filepath.Join(os.TempDir(), fmt.Sprintf("gameday-tui-test-%d", os.Getpid())))
	os.Exit(code)
}

func TestChildWhoseViewBreaks(t *testing.T) {
	if os.Getenv("GAMEDAY_TUI_CHILD") == "" {
		t.Skip("it is run on a terminal by another test")
	}
	k := &kept{}
	m := newModel(look{}, Actions{Stop: func() {}})
	s := &Screen{
		options: Options{In: os.Stdin, Out: os.Stdout, Now: time.Now}, model: &guarded{model: m, inner: fragile{m}}, ended: make(chan struct{}),
	}
	s.program = tea.NewProgram(s.model, programOptions(s.options)...)
	go s.run()
	go s.feed()
	progress := report.NewProgress(s.Plain(os.Stdout), report.Style{}, false)
	rehearse(t, "checkout", 60, k, progress, s)
	ending, err := s.Finish(context.WithoutCancel(t.Context()))
	fmt.Printf("ended %d, %v, left %d\n", ending, err, len(experiments.Unfinished(k.records)))
}

func TestAViewWithABugGivesTheTerminalBackAndTheRunGoesOn(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestChildWhoseViewBreaks$")
	cmd.Env = []string{"GAMEDAY_TUI_CHILD=1"}
	v := openTerminal(t, 120, 60, cmd)
	before := v.state()
	v.sees("show the run: the view has a bug: runtime error: invalid memory address", "\nThe run goes on.\n")
	v.sees("inject.flood            reverted", "ended 2, show the run", "left 0")
	require.Equal(t, 0, v.ends())
	v.restored(before)
}

func TestATerminalThatGoesAwayDoesNotTouchTheRun(t *testing.T) {
	t.Parallel()
	v, folder := starts(t, 100, 30, "rehearse", "library/checkout", "--speed", "60")
	v.sees("1 fault LIVE")
	require.NoError(t, v.slave.Close())
	require.NoError(t, v.file.Close()) // the kernel sends SIGHUP
	select {
	case <-v.done:
	case <-time.After(30 * time.Second):
		require.Fail(t, "it hangs")
	}
	records := keptIn(t, folder)
	require.Empty(t, experiments.Unfinished(records))
	require.Equal(t, experiments.Interrupted, experiments.Summarize(records).Verdict)
}
