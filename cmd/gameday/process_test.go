package main

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inAFolderOfItsOwn returns gameday as a process, in a folder that holds a scenario of the library.
func inAFolderOfItsOwn(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath("gameday") // testscript.Main put it there
	require.NoError(t, err)
	folder := t.TempDir()
	for _, name := range []string{"checkout.hcl", "checkout.sandbox.hcl"} {
		text, err := os.ReadFile(filepath.Join("../../scenarios/library", name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), text, 0o644))
	}
	command := exec.Command(path, args...)
	command.Dir = folder
	return command
}

func code(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit == nil {
		return 0
	}
	return exit.ExitCode()
}

func TestAProcessThatIsInterruptedRevertsAndSaysSo(t *testing.T) {
	for _, c := range []struct {
		signal syscall.Signal
		code   int
	}{{syscall.SIGINT, 130}, {syscall.SIGTERM, 143}, {syscall.SIGHUP, 143}} {
		command := inAFolderOfItsOwn(t, "rehearse", "checkout.hcl", "--speed", "200")
		out, err := command.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, command.Start())
		lines := bufio.NewScanner(out)
		var all strings.Builder
		for sent := false; lines.Scan(); {
			all.WriteString(lines.Text() + "\n")
			if !sent && strings.Contains(lines.Text(), "inject.flood") && strings.Contains(lines.Text(), " injected") {
				sent = true
				require.NoError(t, command.Process.Signal(c.signal))
				require.NoError(t, command.Process.Signal(syscall.SIGTERM)) // as CI systems do
			}
		}
		assert.Equal(t, c.code, code(t, command.Wait()), all.String())
		assert.Regexp(t, `inject\.flood +reverted`, all.String(), c.signal)
	}
}

func TestAReaderThatGoesAwayDoesNotEndARun(t *testing.T) {
	command := inAFolderOfItsOwn(t, "rehearse", "checkout.hcl", "--speed", "2000")
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	_, err = bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, out.Close())
	assert.NotEqual(t, -1, code(t, command.Wait()), "no signal ended it")
	kept, err := filepath.Glob(filepath.Join(command.Dir, ".gameday/runs/*/summary.json"))
	require.NoError(t, err)
	assert.Len(t, kept, 1)
}

func TestTheVersionIsPrintedAtOnce(t *testing.T) {
	best := time.Hour
	for range 5 {
		began := time.Now()
		require.NoError(t, inAFolderOfItsOwn(t, "version").Run())
		best = min(best, time.Since(began))
	}
	assert.Less(t, best, 300*time.Millisecond, "a tenth of that on an idle machine")
}
