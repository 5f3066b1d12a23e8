package scenarios_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/assertions"
	"gameday/injectors"
	"gameday/internal/notify"
	"gameday/scenarios"
)

func options(vars ...scenarios.VarSource) scenarios.Options {
	return scenarios.Options{
		Catalogs: scenarios.Catalogs{Injectors: injectors.Standard(), Assertions: assertions.Standard(), Notices: notify.Standard()},
		Vars:     vars,
		Env: func(name string) (string, bool) {
			value, set := map[string]string{"HOME_TEAM": "sre", "HOOK": "https://hooks.example.com/services/T0/B0/canary"}[name]
			return value, set
		},
	}
}

// read loads a scenario or a sandbox, and returns everything that was found.
func read(path string) []scenarios.Diagnostic {
	if strings.HasSuffix(path, ".sandbox.hcl") {
		_, err := scenarios.LoadSandbox(path)
		return scenarios.Diagnose(err)
	}
	loaded, err := scenarios.Load(path, options())
	if err != nil {
		return scenarios.Diagnose(err)
	}
	return scenarios.Diagnose(loaded.Warnings)
}

// expected are the summaries that comments announce, by line.
func expected(t *testing.T, path string) map[int][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	want := map[int][]string{}
	for i, line := range strings.Split(string(text), "\n") {
		for _, word := range []string{"# ERROR: ", "# WARNING: "} {
			if _, summary, there := strings.Cut(line, word); there {
				want[i+1] = append(want[i+1], summary)
			}
		}
	}
	return want
}

func TestEveryMistakeIsBlamedOnItsLine(t *testing.T) {
	for _, severity := range []string{"error", "warning"} {
		files, err := filepath.Glob("testdata/" + severity + "/*.hcl")
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, path := range files {
			t.Run(strings.TrimSuffix(path, ".hcl"), func(t *testing.T) {
				want := expected(t, path)
				require.NotEmpty(t, want, "the file announces nothing")
				for _, d := range read(path) {
					require.NotEmpty(t, want[d.Line], "line %d: unexpected %s: %s", d.Line, d.Summary, d.Detail)
					assert.True(t, strings.HasPrefix(d.Summary, want[d.Line][0]), "line %d: %s: %s", d.Line, d.Summary, d.Detail)
					assert.Equal(t, severity, d.Severity)
					assert.NotEmpty(t, d.Detail)
					want[d.Line] = want[d.Line][1:]
				}
				for line, left := range want {
					assert.Empty(t, left, "line %d: not found", line)
				}
			})
		}
	}
}

func TestWhatIsValidHasNoDiagnostics(t *testing.T) {
	files, err := filepath.Glob("testdata/valid/*")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) { assert.Empty(t, read(path)) })
	}
}

func TestFormattingTwiceIsFormattingOnce(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.hcl")
	require.NoError(t, err)
	for _, path := range files {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		once, err := scenarios.Format(text, path)
		if err != nil {
			assert.NotEmpty(t, scenarios.Diagnose(err), path)
			continue
		}
		twice, err := scenarios.Format(once, path)
		require.NoError(t, err)
		assert.Equal(t, string(once), string(twice), path)
		assert.Equal(t, len(read(path)), len(diagnosticsOf(t, once, path)), "formatting changes what %s says", path)
	}
}

func diagnosticsOf(t *testing.T, text []byte, like string) []scenarios.Diagnostic {
	t.Helper()
	path := filepath.Join(t.TempDir(), filepath.Base(like))
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return read(path)
}

func TestFormatRefusesWhatDoesNotParse(t *testing.T) {
	_, err := scenarios.Format([]byte("scenario {\n"), "x.hcl")
	var shown bytes.Buffer
	require.True(t, scenarios.WriteDiagnostics(&shown, err, 80, false))
	assert.Contains(t, shown.String(), "on x.hcl line 1")
}

func TestFormatAlignsAndIndents(t *testing.T) {
	text, err := scenarios.Format([]byte("locals {\na=1\n  long = 2\n}\n"), "x.hcl")
	require.NoError(t, err)
	assert.Equal(t, "locals {\n  a    = 1\n  long = 2\n}\n", string(text))
}
