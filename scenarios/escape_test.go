package scenarios_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/scenarios"
)

func TestNoFunctionOfAScenarioReadsFilesRunsProgramsOrReachesTheNetwork(t *testing.T) {
	for _, name := range []string{
		"file", "filebase64", "fileexists", "fileset", "filesha256", "templatefile", "pathexpand", "abspath", "exec", "http", "timestamp", "uuid",
	} {
		path := filepath.Join(t.TempDir(), "x.hcl")
		require.NoError(t, os.WriteFile(path, fmt.Appendf(nil, "scenario \"x\" {\n  owner = %s(\"/etc/passwd\")\n}\n", name), 0o600))
		_, err := scenarios.Load(path, options())
		found := scenarios.Diagnose(err)
		require.NotEmpty(t, found, name)
		assert.Contains(t, found[0].Summary+found[0].Detail, "function", name)
		assert.Equal(t, 2, found[0].Line, name)
	}
}

func TestASandboxFileCannotReadTheEnvironment(t *testing.T) {
	t.Setenv("HOOK", "canary")
	path := filepath.Join(t.TempDir(), "x.sandbox.hcl")
	require.NoError(t, os.WriteFile(path, []byte("sandbox {\n  account = \"111122223333\"\n  region = env(\"HOOK\")\n}\n"), 0o600))
	_, err := scenarios.LoadSandbox(path)
	require.Error(t, err)
	assert.NotContains(t, fmt.Sprint(scenarios.Diagnose(err)), "canary")
}
