package wiretest

import (
	"bytes"
	"os/exec"
	"regexp"
	"sync"
	"testing"
	"time"
)

// startLimit is how long an emulator may take to start: Python's imports are slow on a cold disk.
const startLimit = time.Minute

// start runs the emulator until the test ends, and returns the endpoint that it announces.
func start(t testing.TB, cmd *exec.Cmd) (endpoint string) {
	t.Helper()
	said := &announcement{endpoint: make(chan string, 1)}
	cmd.Stdout, cmd.Stderr = said, said
	if _, err := cmd.StdinPipe(); err != nil { // its end ends the server, even where the test is killed
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", cmd, err)
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(exited)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-exited
	})
	select {
	case endpoint = <-said.endpoint:
	case <-exited:
		t.Fatalf("%s ended at once:\n%s", cmd, said)
	case <-time.After(startLimit):
		t.Fatalf("%s did not start within %s:\n%s", cmd, startLimit, said)
	}
	return endpoint
}

// announcement reads what a server prints, up to where it listens.
type announcement struct {
	mu       sync.Mutex
	text     bytes.Buffer
	found    bool
	endpoint chan string
}

// Write looks for the endpoint; what comes after it is dropped.
func (a *announcement) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.found {
		return len(p), nil
	}
	a.text.Write(p)
	if match := regexp.MustCompile(`Running on (http://127\.0\.0\.1:\d+)\s`).FindSubmatch(a.text.Bytes()); match != nil {
		a.found = true
		a.endpoint <- string(match[1])
	}
	return len(p), nil
}

// String returns what was printed.
func (a *announcement) String() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.text.String()
}
