package scenarios_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gameday/scenarios"
)

// FuzzLoad: whatever stands in a file, nothing panics, and every diagnostic has a place.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/*/*.hcl", "library/*.hcl"} {
		files, err := filepath.Glob(pattern)
		require.NoError(f, err)
		for _, path := range files {
			text, err := os.ReadFile(path)
			require.NoError(f, err)
			f.Add(text)
		}
	}
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, name := range []string{"x.hcl", "x.hcl.json"} {
			path := filepath.Join(folder, name)
			require.NoError(t, os.WriteFile(path, text, 0o600))
			loaded, err := scenarios.Load(path, options())
			placed(t, err)
			if err == nil {
				placed(t, loaded.Warnings)
			}
			_, err = scenarios.LoadSandbox(path)
			placed(t, err)
			formatted, err := scenarios.Format(text, path)
			placed(t, err)
			if err == nil {
				again, err := scenarios.Format(formatted, path)
				require.NoError(t, err)
				require.Equal(t, string(formatted), string(again))
			}
		}
	})
}

func placed(t *testing.T, err error) {
	t.Helper()
	scenarios.WriteDiagnostics(io.Discard, err, 80, true)
	for _, d := range scenarios.Diagnose(err) {
		require.NotEmpty(t, d.File, "%s: %s", d.Summary, d.Detail)
		require.True(t, d.Line > 0 || d.Summary == "Not a text file", "%s: %s", d.Summary, d.Detail)
	}
}
