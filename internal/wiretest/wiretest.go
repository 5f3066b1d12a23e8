package wiretest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// StartFauxqs starts an SQS, SNS and STS server for the test and returns its endpoint, such as "http://127.0.0.1:4566".
func StartFauxqs(t testing.TB) (endpoint string) {
	t.Helper()
	Wanted(t)
	node, err := exec.LookPath("node")
	if err != nil {
		unavailable(t, "fauxqs needs node, which is not installed")
	}
	folder := filepath.Join(moduleRoot(t), "internal", "wiretest")
	if _, err := os.Stat(filepath.Join(folder, "node_modules", "fauxqs")); err != nil {
		unavailable(t, "fauxqs is not installed: run `npm ci` in internal/wiretest")
	}
	cmd := exec.Command(node, "fauxqs.mjs")
	cmd.Dir = folder
	return start(t, cmd)
}

// StartMoto starts a server of nearly all of AWS for the test and returns its endpoint. It speaks CloudWatch by the query
// protocol only. Where Python cannot import it the test skips, also where wire tests are required: CI cannot install it.
func StartMoto(t testing.TB) (endpoint string) {
	t.Helper()
	Wanted(t)
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("moto needs python3, which is not installed")
	}
	if err := exec.Command(python, "-c", "import moto.server, flask").Run(); err != nil {
		t.Skip("moto is not installed, and cannot be from the registries that CI has: python3 cannot import moto.server")
	}
	return start(t, exec.Command(python, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"))
}

// Isolate gives the test credentials that open nothing, and cuts it off from those of whoever runs it.
func Isolate(t testing.TB) {
	t.Helper()
	nowhere := t.TempDir()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "",
		"AWS_PROFILE": "", "AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_ENDPOINT_URL": "",
		"AWS_EC2_METADATA_DISABLED":   "true",
		"AWS_CONFIG_FILE":             filepath.Join(nowhere, "config"),
		"AWS_SHARED_CREDENTIALS_FILE": filepath.Join(nowhere, "credentials"),
	} {
		t.Setenv(name, value)
	}
}

// Wanted skips the test unless the environment asks for tests over the wire: they take longer than all others together.
func Wanted(t testing.TB) {
	t.Helper()
	if os.Getenv("GAMEDAY_WIRE") == "" {
		t.Skip("tests over real HTTP run with GAMEDAY_WIRE=1, or GAMEDAY_WIRE=required to fail where an emulator is missing")
	}
}

// unavailable ends the test: as skipped, unless the wire tests are required.
func unavailable(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("GAMEDAY_WIRE") == "required" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// moduleRoot is the folder of go.mod, above the folder in which the test runs.
func moduleRoot(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		if folder == filepath.Dir(folder) {
			t.Fatal("no go.mod above the test's folder")
		}
		folder = filepath.Dir(folder)
	}
}
