package wiretest_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// workshop is where the command is built, once, by the first test that needs it.
var workshop string

var build = sync.OnceValues(func() (string, error) {
	binary := filepath.Join(workshop, "gameday")
	out, err := exec.Command("go", "build", "-o", binary, "gameday/cmd/gameday").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build gameday: %w\n%s", err, out)
	}
	return binary, nil
})

func TestMain(m *testing.M) { os.Exit(testAll(m)) }

func testAll(m *testing.M) int {
	flag.Parse()
	// The tests wait for other processes, most of the time: all of them can at once, however few processors there are.
	_ = flag.Set("test.parallel", "16")
	var err error
	if workshop, err = os.MkdirTemp("", "gameday-wire-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(workshop) }()
	return m.Run()
}

// desk is a folder with a scenario, where a person calls gameday.
type desk struct {
	t              *testing.T
	folder, binary string
	env            []string // besides what every desk has
}

func newDesk(t *testing.T, scenario string) *desk {
	t.Helper()
	binary, err := build()
	require.NoError(t, err)
	d := &desk{t: t, folder: t.TempDir(), binary: binary}
	require.NoError(t, os.WriteFile(filepath.Join(d.folder, "wire.hcl"), []byte(scenario), 0o644))
	return d
}

// process is a gameday that runs, or has run.
type process struct {
	t              *testing.T
	command        *exec.Cmd
	stdout, stderr bytes.Buffer // to be read once it has ended
	ended          chan struct{}
}

// start starts gameday, without a terminal, with credentials that open nothing and nothing else of its host's environment.
func (d *desk) start(arguments ...string) *process {
	d.t.Helper()
	p := &process{t: d.t, command: exec.Command(d.binary, arguments...), ended: make(chan struct{})}
	p.command.Dir = d.folder
	p.command.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + d.folder, "AWS_EC2_METADATA_DISABLED=true",
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
	}
	p.command.Env = append(p.command.Env, d.env...)
	p.command.Stdout, p.command.Stderr = &p.stdout, &p.stderr
	require.NoError(d.t, p.command.Start())
	go func() {
		_ = p.command.Wait()
		close(p.ended)
	}()
	d.t.Cleanup(func() {
		_ = p.command.Process.Kill()
		<-p.ended
	})
	return p
}

// exit waits for the process and returns its exit code; -1 where a signal ended it.
func (p *process) exit(limit time.Duration) int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(limit):
		_ = p.command.Process.Signal(syscall.SIGQUIT) // Go prints where everything hangs
		<-p.ended
		require.Fail(p.t, "gameday does not end", "%s after %s\n%s\n%s", p.command, limit, &p.stdout, &p.stderr)
	}
	return p.command.ProcessState.ExitCode()
}

// exits demands an exit code, and shows what was printed where it is another.
func (p *process) exits(code int, limit time.Duration) {
	p.t.Helper()
	got := p.exit(limit)
	require.Equal(p.t, code, got, "%s\n%s\n%s", p.command, &p.stdout, &p.stderr)
}

func (p *process) send(signal syscall.Signal) {
	p.t.Helper()
	select {
	case <-p.ended:
		require.Fail(p.t, "gameday ended too early", "%s\n%s", &p.stdout, &p.stderr)
	default:
		require.NoError(p.t, p.command.Process.Signal(signal))
	}
}

// says calls gameday, demands an exit code, and returns what it printed.
func (d *desk) says(code int, arguments ...string) string {
	d.t.Helper()
	p := d.start(arguments...)
	p.exits(code, time.Minute)
	return p.stdout.String() + p.stderr.String()
}

// event is a line of the journal, as far as the tests read it.
type event struct {
	Type    string    `json:"type"`
	Time    time.Time `json:"time"`
	Name    string    `json:"name"`
	Note    string    `json:"note"`
	Cause   string    `json:"cause"`
	Touched bool      `json:"touched"`
}

// journal returns what the only run in the folder has written so far.
func (d *desk) journal() []event {
	d.t.Helper()
	found, err := filepath.Glob(filepath.Join(d.folder, ".gameday", "runs", "*", "events.jsonl"))
	require.NoError(d.t, err)
	if len(found) == 0 {
		return nil
	}
	require.Len(d.t, found, 1)
	text, err := os.ReadFile(found[0])
	require.NoError(d.t, err)
	var all []event
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) == nil { // the last line may be half written
			all = append(all, e)
		}
	}
	return all
}

// events returns those events of one type.
func (d *desk) events(kind string) []event {
	d.t.Helper()
	var some []event
	for _, e := range d.journal() {
		if e.Type == kind {
			some = append(some, e)
		}
	}
	return some
}

// run returns the id of the only run in the folder.
func (d *desk) run() string {
	d.t.Helper()
	found, err := filepath.Glob(filepath.Join(d.folder, ".gameday", "runs", "*"))
	require.NoError(d.t, err)
	require.Len(d.t, found, 1)
	return filepath.Base(found[0])
}

// untouched demands that no run was begun.
func (d *desk) untouched() {
	d.t.Helper()
	require.NoDirExists(d.t, filepath.Join(d.folder, ".gameday"))
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for limit := time.Now().Add(time.Minute); !holds(); time.Sleep(10 * time.Millisecond) {
		require.True(t, time.Now().Before(limit), "waited in vain: %s", what)
	}
}
