package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheExamplesOfTheDocsAreRehearsedToPassed(t *testing.T) {
	files, err := filepath.Glob("../../docs/examples/*.hcl")
	require.NoError(t, err)
	p, played := newProject(t), 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(p.folder, filepath.Base(file)), text, 0o600))
	}
	for _, file := range files {
		name := filepath.Base(file)
		out, code := p.bash("gameday fmt --check " + name)
		assert.Zero(t, code, "%s is not formatted\n%s", name, out)
		if strings.HasSuffix(name, ".sandbox.hcl") {
			continue
		}
		played++
		out, code = p.bash("gameday validate " + name)
		assert.Zero(t, code, out)
		assert.Equal(t, name+" with "+strings.Replace(name, ".hcl", ".sandbox.hcl", 1)+" is valid: orders-pile-up\n", out, "no warnings")
		for _, seed := range []string{"1", "2", "3"} {
			out, code = p.bash("gameday rehearse --seed " + seed + " " + name)
			assert.Zero(t, code, out)
			assert.Contains(t, out, "PASSED", name)
		}
	}
	require.NotZero(t, played)
}
