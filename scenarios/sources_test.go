package scenarios_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/scenarios"
)

func TestFilesThatAreNoScenariosAreRefusedInWords(t *testing.T) {
	folder := t.TempDir()
	put := func(name string, text []byte) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, text, 0o600))
		return path
	}
	require.NoError(t, os.Symlink("loop.hcl", filepath.Join(folder, "loop.hcl")))
	for name, c := range map[string]struct{ path, want string }{
		"empty":               {put("empty.hcl", nil), "Missing scenario block"},
		"binary":              {put("binary.hcl", []byte("a = 1\n\x00\x01")), "Not a text file"},
		"latin 1":             {put("latin.hcl", []byte("scenario \"caf\xe9\" {}\n")), "Not UTF-8"},
		"ten megabytes":       {put("huge.hcl", make([]byte, 10<<20)), "File too large"},
		"a sandbox":           {put("x.sandbox.hcl", nil), "Give the scenario beside it, such as \"x.hcl\""},
		"values of variables": {put("x.hclvars", nil), "Give it as --var-file"},
		"another name":        {put("x.txt", nil), "ends in .hcl or .hcl.json"},
		"missing":             {filepath.Join(folder, "emty.hcl"), "Did you mean " + filepath.Join(folder, "empty.hcl")},
		"a link to itself":    {filepath.Join(folder, "loop.hcl"), "leads back to itself"},
		"a folder":            {mkdir(t, filepath.Join(folder, "folder.hcl")), "Not a file"},
		"not in the library":  {"library/chekout", "Did you mean \"checkout\""},
	} {
		t.Run(name, func(t *testing.T) { assert.Contains(t, refusal(t, c.path), c.want) })
	}
}

func mkdir(t *testing.T, path string) string {
	t.Helper()
	require.NoError(t, os.Mkdir(path, 0o700))
	return path
}

func TestAFileThatOneMayNotReadIsSaidSo(t *testing.T) {
	path := write(t, "x.hcl", "")
	require.NoError(t, os.Chmod(path, 0))
	if _, err := os.ReadFile(path); err == nil {
		t.Skip("this user may read everything")
	}
	assert.Contains(t, refusal(t, path), "You are not allowed to read")
}

func TestWhatNestsTooDeepIsRefusedNotCrashedOn(t *testing.T) {
	const n = 300_000
	for name, text := range map[string]string{
		"brackets":  "a = " + strings.Repeat("[", n),
		"parens":    "a = " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n) + "\n",
		"blocks":    strings.Repeat("a {\n", n/2),
		"templates": "a = " + strings.Repeat(`"${`, n/2) + "\n",
		"nots":      "a = " + strings.Repeat("!", n) + "true\n",
		"sums":      "a = 1" + strings.Repeat("+1", n) + "\n",
		"splats":    "a = b" + strings.Repeat("[*]", n) + "\n",
	} {
		assert.Contains(t, refusal(t, write(t, "x.hcl", text)), "Nested too deep", name)
	}
	for name, text := range map[string]string{
		"objects":   strings.Repeat(`{"a":`, n/2),
		"templates": `{"locals": {"a": "${` + strings.Repeat("(", n) + `"}}`,
	} {
		assert.Contains(t, refusal(t, write(t, "x.hcl.json", text)), "Nested too deep", name)
	}
	assert.Contains(t, refusal(t, "library/no-effect", scenarios.Var("orders="+strings.Repeat("(", n))), "Invalid value")
}

func TestManyBracketsSideBySideAreFine(t *testing.T) {
	text := "scenario \"x\" {}\nlocals {\n  a = [" + strings.Repeat("[1],\n", 5000) + "]\n}\n"
	load(t, write(t, "x.hcl", text))
}

func TestALongChainOfLocalsIsQuick(t *testing.T) {
	var text strings.Builder
	text.WriteString("scenario \"x\" {}\nlocals {\n  l0 = 1\n")
	for i := 1; i < 5000; i++ {
		fmt.Fprintf(&text, "  l%d = local.l%d\n", i, i-1)
	}
	text.WriteString("}\n")
	began := time.Now()
	load(t, write(t, "x.hcl", text.String()))
	assert.Less(t, time.Since(began), 5*time.Second)
}

func TestFindTakesFilesFoldersAndTheLibrary(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"b.hcl", "a.hcl", "c.hcl.json", "a.sandbox.hcl", "x.auto.hclvars", ".hidden.hcl", "notes.txt"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), nil, 0o600))
	}
	mkdir(t, filepath.Join(folder, "deeper"))
	a, b, c := filepath.Join(folder, "a.hcl"), filepath.Join(folder, "b.hcl"), filepath.Join(folder, "c.hcl.json")
	found, err := scenarios.Find([]string{b, folder, "library/checkout"})
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{a, b, c, "library/checkout.hcl"}, found)
	assert.IsIncreasing(t, found)
}

func TestFindSaysWhatIsWrongWithEachPath(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.Symlink("loop.hcl", filepath.Join(folder, "loop.hcl")))
	empty := mkdir(t, filepath.Join(folder, "empty"))
	_, err := scenarios.Find([]string{empty, filepath.Join(folder, "loop.hcl"), "nowhere.hcl", "x/library/y", "library/nothing"})
	var summaries []string
	for _, d := range scenarios.Diagnose(err) {
		summaries = append(summaries, d.Summary)
	}
	assert.ElementsMatch(t, []string{
		"No scenarios", "Links in a circle", "File not found", "File not found", "Unknown scenario in the library",
	}, summaries)
	_, err = scenarios.Find([]string{folder})
	assert.Contains(t, shown(err), "Links in a circle")
}

func TestFindReadsAFolderThroughALink(t *testing.T) {
	folder := t.TempDir()
	real := mkdir(t, filepath.Join(folder, "real"))
	require.NoError(t, os.WriteFile(filepath.Join(real, "a.hcl"), nil, 0o600))
	require.NoError(t, os.Symlink("real", filepath.Join(folder, "link")))
	found, err := scenarios.Find([]string{filepath.Join(folder, "link")})
	require.NoError(t, err)
	assert.Len(t, found, 1)
}

func TestDiagnosticsCannotMoveTheCursor(t *testing.T) {
	text := refusal(t, write(t, "x.hcl", "scenario \"x\" {\n  ownr = \"\x1b[2J\u009b2J\" # \x1b]0;title\x07\n}\n"))
	assert.Contains(t, text, "Unsupported argument")
	assert.NotContains(t, text, "\x1b")
	assert.NotContains(t, text, "\u009b")
	assert.NotContains(t, text, "\x07")
}

func TestOtherErrorsAreNoDiagnostics(t *testing.T) {
	assert.Empty(t, shown(os.ErrNotExist))
	assert.Empty(t, scenarios.Diagnose(os.ErrNotExist))
	assert.Empty(t, scenarios.Diagnose(nil))
}
