package architecture

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type goPackage struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	command := exec.Command("go", "list", "-deps=false", "-json=ImportPath,Imports,Deps", "gameday/...")
	out, err := command.Output()
	require.NoError(t, err)
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	var packages []goPackage
	for {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else {
			require.NoError(t, err)
		}
		packages = append(packages, p)
	}
}

// layers are the packages from the top down. A package may import those below its own layer, and none beside it.
func layers() [][]string {
	return [][]string{
		{"gameday/cmd/gameday"},
		{"gameday/internal/cli"},
		{"gameday/internal/tui", "gameday/internal/history", "gameday/internal/reference"},
		{"gameday/internal/permissions", "gameday/internal/report", "gameday/internal/journal", "gameday/scenarios"},
		{"gameday/internal/notify"},
		{"gameday/experiments"},
		{"gameday/injectors", "gameday/assertions"},
		{"gameday/internal/signals", "gameday/internal/killswitch", "gameday/internal/lock"},
		{"gameday/internal/sandbox", "gameday/internal/cloud"},
		{"gameday/internal/clock", "gameday/internal/chance"},
	}
}

// testSupport are packages that only tests import; they may look anywhere.
func testSupport() map[string]bool {
	return map[string]bool{
		"gameday/injectors/injectortest": true, "gameday/assertions/assertiontest": true,
		"gameday/internal/wiretest": true, "gameday/internal/browsertest": true, "gameday/internal/architecture": true,
	}
}

func TestArrowsPointDown(t *testing.T) {
	layer := map[string]int{}
	for i, names := range layers() {
		for _, name := range names {
			layer[name] = i
		}
	}
	for _, p := range listPackages(t) {
		if testSupport()[p.ImportPath] {
			continue
		}
		from, placed := layer[p.ImportPath]
		if !assert.True(t, placed, "%s has no place in the architecture", p.ImportPath) {
			continue
		}
		for _, imported := range p.Imports {
			if !strings.HasPrefix(imported, "gameday/") {
				continue
			}
			to, placed := layer[imported]
			assert.True(t, placed && to > from, "%s must not import %s", p.ImportPath, imported)
		}
	}
}

// keepers are the libraries that one package keeps to itself.
func keepers() map[string][]string {
	return map[string][]string{
		"github.com/hashicorp/hcl/v2": {"gameday/scenarios"},
		"charm.land/bubbletea/v2":     {"gameday/internal/tui"},
		"modernc.org/sqlite":          {"gameday/internal/history"},
		"gameday/internal/sandbox":    {"gameday/scenarios", "gameday/internal/cli"},
	}
}

func TestLibrariesStayWithTheirKeepers(t *testing.T) {
	for _, p := range listPackages(t) {
		if testSupport()[p.ImportPath] {
			continue
		}
		for _, imported := range p.Imports {
			for library, keepers := range keepers() {
				if imported == library || strings.HasPrefix(imported, library+"/") {
					assert.Contains(t, keepers, p.ImportPath, "%s imports %s", p.ImportPath, imported)
				}
			}
		}
	}
}
