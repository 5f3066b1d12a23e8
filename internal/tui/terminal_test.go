//go:build unix

package tui

import (
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
	"golang.org/x/term"
)

// terminal is as much of a terminal as it takes to see what a person would.
type terminal struct {
	t     *testing.T
	file  *os.File
	slave *os.File
	cmd   *exec.Cmd
	done  chan error

	mu     sync.Mutex
	w, h   int
	x, y   int
	upper  int // margin: the first line that scrolls
	lower  int // the line behind the last that scrolls; 0: all
	lines  [][]rune
	main   [][]rune // what is behind the alternate screen
	alt    bool
	hidden bool
	raw    strings.Builder
}

// openTerminal starts a command on a terminal of that size.
func openTerminal(t *testing.T, w, h int, cmd *exec.Cmd) *terminal {
	t.Helper()
	file, slave, err := pty.Open()
	require.NoError(t, err)
	require.NoError(t, pty.Setsize(file, &pty.Winsize{Rows: uint16(h), Cols: uint16(w)}))
	v := &terminal{t: t, file: file, slave: slave, cmd: cmd, done: make(chan error, 1), w: w, h: h}
	v.lines = blank(w, h)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.Env = append(os.Environ(), append([]string{"TERM=vt220", "LANG=C.UTF-8", "LC_ALL=C.UTF-8"}, cmd.Env...)...)
	setControl(cmd)
	require.NoError(t, cmd.Start())
	go v.read()
	go func() { v.done <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = slave.Close()
		_ = file.Close()
	})
	return v
}

func blank(w, h int) [][]rune {
	lines := make([][]rune, h)
	for i := range lines {
		lines[i] = []rune(strings.Repeat(" ", w))
	}
	return lines
}

func (v *terminal) read() {
	parser := ansi.NewParser()
	parser.SetHandler(ansi.Handler{Print: v.print, Execute: v.control, HandleCsi: v.csi, HandleEsc: v.esc})
	buffer := make([]byte, 1<<16)
	for {
		n, err := v.file.Read(buffer)
		v.mu.Lock()
		v.raw.Write(buffer[:n])
		parser.Parse(buffer[:n])
		v.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (v *terminal) print(r rune) {
	if v.x >= v.w {
		v.x = 0
		v.feed()
	}
	v.lines[v.y][v.x] = r
	v.x++
}

func (v *terminal) feed() {
	bottom := v.lower
	if bottom == 0 {
		bottom = v.h
	}
	if v.y == bottom-1 {
		v.shift('S', 1)
		return
	}
	v.y = min(v.h-1, v.y+1)
}

func (v *terminal) control(b byte) {
	switch b {
	case '\r':
		v.x = 0
	case '\n':
		v.feed()
	case '\b':
		v.x = max(0, v.x-1)
	case '\t':
		v.x = min(v.w-1, (v.x/8+1)*8)
	}
}

func (v *terminal) esc(cmd ansi.Cmd) {
	switch {
	case cmd.Final() != 'M' || cmd.Intermediate() != 0:
	case v.y == v.upper:
		v.shift('T', 1)
	default:
		v.y = max(0, v.y-1)
	}
}

func (v *terminal) csi(cmd ansi.Cmd, params ansi.Params) {
	n, _, _ := params.Param(0, 1)
	n = max(1, n)
	if cmd.Prefix() == '?' {
		v.mode(cmd.Final() == 'h', params)
		return
	}
	if cmd.Prefix() != 0 {
		return
	}
	switch cmd.Final() {
	case 'A':
		v.y = max(0, v.y-n)
	case 'B':
		v.y = min(v.h-1, v.y+n)
	case 'C':
		v.x = min(v.w-1, v.x+n)
	case 'D':
		v.x = max(0, v.x-n)
	case 'H':
		column, _, _ := params.Param(1, 1)
		v.y, v.x = min(v.h, n)-1, min(v.w, max(1, column))-1
	case 'J':
		what, _, _ := params.Param(0, 0)
		v.erase(what)
	case 'K':
		what, _, _ := params.Param(0, 0)
		v.eraseLine(what)
	case 'L', 'M', 'S', 'T':
		v.shift(cmd.Final(), n)
	case 'r':
		bottom, _, _ := params.Param(1, v.h)
		v.upper, v.lower = n-1, min(v.h, max(1, bottom))
		v.x, v.y = 0, 0
	}
}

func (v *terminal) eraseLine(what int) {
	from, to := v.x, v.w
	switch what {
	case 1:
		from, to = 0, min(v.w, v.x+1)
	case 2:
		from = 0
	}
	for x := from; x < to; x++ {
		v.lines[v.y][x] = ' '
	}
}

// shift moves lines between the margins: L and M from the cursor on, S and T all of them.
func (v *terminal) shift(how byte, n int) {
	from, to := v.upper, v.lower
	if to == 0 {
		to = v.h
	}
	if how == 'L' || how == 'M' {
		from = v.y
	}
	for range min(n, to-from) {
		empty := []rune(strings.Repeat(" ", v.w))
		if how == 'L' || how == 'T' {
			copy(v.lines[from+1:to], v.lines[from:to-1])
			v.lines[from] = empty
		} else {
			copy(v.lines[from:to-1], v.lines[from+1:to])
			v.lines[to-1] = empty
		}
	}
}

func (v *terminal) erase(what int) {
	from := v.y + 1
	if what == 2 {
		from = 0
	} else {
		for x := v.x; x < v.w; x++ {
			v.lines[v.y][x] = ' '
		}
	}
	for y := from; y < v.h; y++ {
		v.lines[y] = []rune(strings.Repeat(" ", v.w))
	}
}

func (v *terminal) mode(set bool, params ansi.Params) {
	for i := range params {
		switch mode, _, _ := params.Param(i, 0); mode {
		case 25:
			v.hidden = !set
		case 1049:
			if set && !v.alt {
				v.main, v.lines = v.lines, blank(v.w, v.h)
			} else if !set && v.alt {
				v.lines = v.main
			}
			v.alt = set
		}
	}
}

// screen is what a person sees.
func (v *terminal) screen() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var lines []string
	for _, l := range v.lines {
		lines = append(lines, strings.TrimRight(string(l), " "))
	}
	return strings.Join(lines, "\n")
}

// sees waits until the person sees a text.
func (v *terminal) sees(texts ...string) {
	v.t.Helper()
	for _, text := range texts {
		require.Eventually(v.t, func() bool { return strings.Contains(v.screen(), text) }, 30*time.Second, 20*time.Millisecond,
			"%q is not there:\n%s", text, lazy(v.screen))
	}
}

// lazy is text that is made when it is printed.
type lazy func() string

func (l lazy) String() string { return l() }

func (v *terminal) types(keys string) {
	v.t.Helper()
	_, err := v.file.WriteString(keys)
	require.NoError(v.t, err)
}

func (v *terminal) resizes(w, h int) {
	v.mu.Lock()
	v.w, v.h, v.x, v.y, v.upper, v.lower = w, h, 0, 0, 0, 0
	v.lines, v.main = blank(w, h), blank(w, h)
	v.mu.Unlock()
	require.NoError(v.t, pty.Setsize(v.file, &pty.Winsize{Rows: uint16(h), Cols: uint16(w)}))
}

// ends waits for the command's end and returns its exit code.
func (v *terminal) ends() int {
	v.t.Helper()
	select {
	case <-v.done:
	case <-time.After(60 * time.Second):
		require.Fail(v.t, "it does not end", v.screen())
	}
	return v.cmd.ProcessState.ExitCode()
}

// restored fails unless the terminal is as it was before.
func (v *terminal) restored(before *term.State) {
	v.t.Helper()
	now, err := term.GetState(int(v.slave.Fd()))
	require.NoError(v.t, err)
	require.Equal(v.t, before, now, "the terminal's modes")
	require.Eventually(v.t, func() bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		return !v.alt && !v.hidden
	}, 5*time.Second, 10*time.Millisecond, "the main screen, and a cursor")
}

// state is the state of the terminal.
func (v *terminal) state() *term.State {
	v.t.Helper()
	state, err := term.GetState(int(v.slave.Fd()))
	require.NoError(v.t, err)
	return state
}
