//go:build unix

package cli

import (
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
)

func TestProgressIsShownAsAsked(t *testing.T) {
	for mode, want := range map[string][]string{
		"plain": {"inject.flood", "injected", "PASSED"},
		"auto":  {"inject.flood", "injected", "PASSED"},
		"json":  {`"type":"run.started"`, `"format":"gameday.summary/1"`},
		"quiet": {"PASSED"},
	} {
		d := newDesk(t)
		assert.Equal(t, experiments.ExitPassed, d.types("rehearse", "small.hcl", "--progress="+mode), mode)
		for _, text := range want {
			assert.Contains(t, d.out.String(), text, mode)
		}
		assert.NotContains(t, d.out.String(), "\x1b[?1049h", mode)
	}
}

func TestProgressThatCannotBeShownIsRefused(t *testing.T) {
	for _, args := range [][]string{{"--progress=wat"}, {"--progress=tui"}} {
		d := newDesk(t)
		assert.Equal(t, experiments.ExitUsage, d.types(append([]string{"rehearse", "small.hcl"}, args...)...), args)
		assert.Contains(t, d.err.String(), "Hint: ", args)
		assert.Empty(t, d.runs(), args)
	}
}

func TestAccessibleProgressIsWords(t *testing.T) {
	d := newDesk(t)
	require.Equal(t, experiments.ExitPassed, d.types("rehearse", "small.hcl", "--accessible"))
	assert.Contains(t, d.out.String(), "small begins. This is a rehearsal in a sandbox; nothing is real.")
	assert.Contains(t, d.out.String(), "assert.fires passed: ALARM")
}

// seat is a terminal with a person in front of it.
type seat struct {
	person, desk *os.File
	mu           sync.Mutex
	shown        strings.Builder
}

func newSeat(t *testing.T) *seat {
	t.Helper()
	person, desk, err := pty.Open()
	require.NoError(t, err)
	require.NoError(t, pty.Setsize(person, &pty.Winsize{Rows: 30, Cols: 100}))
	s := &seat{person: person, desk: desk}
	t.Cleanup(func() { _, _ = desk.Close(), person.Close() })
	go func() {
		buffer := make([]byte, 1<<16)
		for {
			n, err := person.Read(buffer)
			s.mu.Lock()
			s.shown.Write(buffer[:n])
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return s
}

// text is all that was shown so far.
func (s *seat) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return ansi.Strip(s.shown.String())
}

func TestARunInARealAccountIsWatchedAsSuch(t *testing.T) {
	d, s := newDesk(t), newSeat(t)
	d.deps.Terminal, d.deps.Stdin, d.deps.Stdout, d.deps.Width = true, s.desk, s.desk, 100
	go func() { // the person looks, and leaves
		for range 600 {
			if strings.Contains(s.text(), "PASSED") {
				_, _ = io.WriteString(s.person, "q")
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	require.Equal(t, experiments.ExitPassed, d.types("run", "small.hcl", "--yes"), d.err)
	assert.Contains(t, s.text(), "REAL AWS ACCOUNT")
	assert.Contains(t, s.text(), "111122223333")
	require.Eventually(t, func() bool { return strings.Contains(s.text(), "PASSED: every SLO was met (exit code 0)") }, 5*time.Second,
		10*time.Millisecond)
	require.Len(t, d.runs(), 1)
}
