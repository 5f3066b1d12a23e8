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
}

func TestALinkThatLeadsNowhereDoesNotHideTheOthers(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "good.hcl"), []byte("scenario \"good\" {}\n"), 0o600))
	require.NoError(t, os.Symlink("gone.hcl", filepath.Join(folder, "dangling.hcl")))
	require.NoError(t, os.Symlink("loop.hcl", filepath.Join(folder, "loop.hcl")))
	found, err := scenarios.Find([]string{folder})
	require.NoError(t, err)
	require.Len(t, found, 3)
	assert.Equal(t, "Error: Link that leads nowhere\n\n  on "+found[0]+"\n\n"+
		`"`+found[0]+"\" is a symbolic link to \"gone.hcl\", which does not exist.\n\n", refusal(t, found[0]))
	load(t, found[1])
	assert.Contains(t, refusal(t, found[2]), "leads back to itself")
}

func TestWhatNoLineIsToBlameForNamesNoLine(t *testing.T) {
	path := write(t, "x.hcl", withVariables)
	folder := filepath.Dir(path)
	binary := write(t, "binary.hcl", "a = 1\n\x00")
	for name, text := range map[string]string{
		folder + "/nope.hcl":     refusal(t, folder+"/nope.hcl"),
		binary:                   refusal(t, binary),
		folder + "/nope.hclvars": refusal(t, path, scenarios.VarFile(folder+"/nope.hclvars")),
		"--var nams":             refusal(t, path, scenarios.Var("nams=1")),
		"--var n":                refusal(t, path, scenarios.Var("n=many")),
		"--var names":            refusal(t, path, scenarios.Var("names="+strings.Repeat("(", 300))),
	} {
		assert.Contains(t, text, "\n\n  on "+name+"\n\n")
		assert.NotContains(t, text, "line")
		assert.NotContains(t, text, "not available")
	}
	_, err := scenarios.Find([]string{mkdir(t, filepath.Join(folder, "empty"))})
	assert.Equal(t, "Error: No scenarios\n\n  on "+folder+"/empty\n\nThere is no NAME.hcl in \""+folder+
		"/empty\". Folders within a folder are given by themselves.\n\n", shown(err))
}

func TestALineThatIsNotUTF8IsShownNevertheless(t *testing.T) {
	text := refusal(t, write(t, "latin.hcl", "\nscenario \"caf\xe9\" {}\n"))
	assert.Contains(t, text, "latin.hcl line 2")
	assert.Contains(t, text, `2: scenario "caf?" {}`)
}

func TestNumbersAndDurationsAreRefusedInPlainWords(t *testing.T) {
	flood := func(attributes string) string {
		return refusal(t, write(t, "x.hcl", "scenario \"x\" {}\ninject \"sqs_backlog\" \"flood\" {\n"+
			"  queue_url = \"https://sqs.eu-west-1.amazonaws.com/111122223333/orders\"\n"+attributes+"\n}\n"))
	}
	assert.Contains(t, flood("messages = 1.5"), "\nmessages must be a whole number.\n")
	assert.Contains(t, flood("messages = 1e30"), "messages is too large")
	assert.Contains(t, flood("messages = 1\ndelay = 180"), `delay is 180: a duration needs a unit, such as "180s".`)
	assert.Contains(t, flood("messages = 1\ndelay = \"1.5\""), `a duration needs a unit, such as "1.5s".`)
	assert.Contains(t, flood("messages = 1\ndelay = \"soon\""), `A duration looks like "90s"`)
}

func TestOnlyWhatIsReallySimilarIsSuggested(t *testing.T) {
	path := write(t, "x.hcl", "scenario \"x\" {}\nvariable \"dr\" { default = 1 }\nvariable \"orders\" { default = 1 }\n")
	for given, want := range map[string]string{
		"ordres": `Did you mean "orders"?`,
		"order":  `Did you mean "orders"?`,
		"db":     "There is: dr, orders.",
		"owners": `Did you mean "orders"?`,
		"metric": "There is: dr, orders.",
	} {
		assert.Contains(t, refusal(t, path, scenarios.Var(given+"=1")), want, given)
	}
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
