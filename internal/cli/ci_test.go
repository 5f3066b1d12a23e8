package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
)

// tokens is a source of tokens that are known.
type tokens byte

// Read fills the text with the next number.
func (n *tokens) Read(text []byte) (int, error) {
	*n++
	for i := range text {
		text[i] = byte(*n)
	}
	return len(text), nil
}

// within puts the desk into a CI system.
func (d *desk) within(env map[string]string) {
	d.deps.Random = new(tokens)
	d.deps.Env = func(name string) (string, bool) { value, set := env[name]; return value, set }
}

// actions puts the desk into a step of GitHub Actions and returns the files of its summary and outputs.
func (d *desk) actions() (summary, outputs string) {
	d.write("step/summary.md", "before\n")
	d.write("step/outputs", "")
	summary, outputs = d.path("step/summary.md"), d.path("step/outputs")
	d.within(map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": d.dir, "GITHUB_STEP_SUMMARY": summary, "GITHUB_OUTPUT": outputs,
	})
	return summary, outputs
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

func lateScenario() string {
	return strings.Replace(strings.Replace(smallScenario, `"small"`, `"late"`, 1), `within     = "5m"`, `within     = "5s"`, 1)
}

func TestInGitHubActionsAStepIsToldWhatWentWrongAndWhere(t *testing.T) {
	d := newDesk(t)
	summary, outputs := d.actions()
	d.write("late.hcl", lateScenario())
	d.write("late.sandbox.hcl", smallSandbox)

	require.Equal(t, experiments.ExitFailed, d.types("rehearse", "late.hcl", "small.hcl", "--ci", "auto"), d.err)

	out := d.out.String()
	assert.Empty(t, d.err.String())
	assert.NotContains(t, out, "\x1b")
	assert.True(t, strings.HasPrefix(out, "::group::late\n::stop-commands::0101"), out)
	assert.Contains(t, out, "::endgroup::\n::stop-commands::02", "the report of what did not pass is not folded")
	assert.Regexp(t, `(?m)^::error file=late\.hcl,line=\d+,endLine=\d+,title=assert\.fires failed`, out)
	assert.NotContains(t, out, "file=small.hcl")
	assert.Contains(t, out, "\nsmall: passed\n")
	assert.True(t, strings.HasSuffix(strings.TrimSpace(out), "::"), "the runner listens again at the end")

	written := read(t, summary)
	assert.True(t, strings.HasPrefix(written, "before\n"), "it is appended")
	assert.Contains(t, written, "`small`")
	assert.Contains(t, written, "`late`")

	told := read(t, outputs)
	runs := d.runs()
	require.Len(t, runs, 2)
	for _, value := range []string{"\nfailed\n", "\n1\n", runs[0], runs[1], filepath.Base(runs[0])} {
		assert.Contains(t, told, value)
	}
	assert.Equal(t, 4, strings.Count(told, "<<gameday_"))
}

func TestOutsideOfCIAndWithNoneNothingOfThatIsPrinted(t *testing.T) {
	d := newDesk(t)
	require.Equal(t, experiments.ExitPassed, d.types("rehearse", "small.hcl"))
	assert.NotContains(t, d.out.String(), "::")
	d = newDesk(t)
	_, outputs := d.actions()
	require.Equal(t, experiments.ExitPassed, d.types("rehearse", "small.hcl", "--ci=none"))
	assert.NotContains(t, d.out.String(), "::")
	assert.Empty(t, read(t, outputs))
}

func TestFilesThatCannotBeWrittenAreAWarningAndNoVerdict(t *testing.T) {
	d := newDesk(t)
	d.within(map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": d.path("gone/summary"), "GITHUB_OUTPUT": d.path("gone/outputs"),
	})
	require.Equal(t, experiments.ExitPassed, d.types("rehearse", "small.hcl", "small.hcl"))
	assert.Regexp(t, `(?m)^Warning: GITHUB_STEP_SUMMARY: .*no such file`, d.err.String())
	assert.Regexp(t, `(?m)^Warning: GITHUB_OUTPUT: .*no such file`, d.err.String())
	assert.Equal(t, 2, strings.Count(d.err.String(), "Warning: "), "each is said once")
	assert.NoDirExists(t, d.path("gone"))
}

func TestASummaryThatIsFullTakesNoMore(t *testing.T) {
	d := newDesk(t)
	summary, _ := d.actions()
	d.write("step/summary.md", strings.Repeat("x", 1<<20-300))
	require.Equal(t, experiments.ExitPassed, d.types("rehearse", "small.hcl"))
	written := read(t, summary)
	assert.LessOrEqual(t, len(written), 1<<20)
	assert.Contains(t, written, "The report was cut here")
	assert.Empty(t, d.err.String())
}

func TestWithJSONStdoutIsJSONAndStderrIsTheLog(t *testing.T) {
	d := newDesk(t)
	d.actions()
	d.write("late.hcl", strings.Replace(lateScenario(), `scenario "late" {`, "scenario \"late\" {\n  description = \"##[error]x\"", 1))
	d.write("late.sandbox.hcl", smallSandbox)
	require.Equal(t, experiments.ExitFailed, d.types("rehearse", "late.hcl", "--progress=json"))
	for line := range strings.Lines(d.out.String()) {
		assert.True(t, json.Valid([]byte(line)), line)
	}
	assert.NotContains(t, d.out.String(), "##[")
	assert.Contains(t, d.err.String(), "::group::late\n")
	assert.Contains(t, d.err.String(), "\n::error file=late.hcl,")
}

func TestMistakesAreAnnotatedWhereTheyAre(t *testing.T) {
	for _, args := range [][]string{{"validate", "wrong.hcl"}, {"rehearse", "wrong.hcl"}, {"run", "--yes", "wrong.hcl"}, {"check", "wrong.hcl"}} {
		d := newDesk(t)
		_, outputs := d.actions()
		d.write("wrong.hcl", smallScenario+"\nnonsense {}\n")
		require.Equal(t, experiments.ExitUsage, d.types(args...), args)
		assert.Contains(t, d.out.String(), "::error file=wrong.hcl,line=", args)
		assert.Contains(t, read(t, outputs), "\ninvalid\n", args)
	}
	d := newDesk(t)
	d.actions()
	d.write("wrong.hcl", smallScenario+"\nnonsense {}\n")
	require.Equal(t, experiments.ExitUsage, d.types("validate", "--json", "wrong.hcl"))
	assert.True(t, json.Valid([]byte(d.out.String())))
	assert.Equal(t, 1, strings.Count(d.err.String(), "::error file=wrong.hcl,line="))
}

func TestAnErrorIsAnnotatedOnce(t *testing.T) {
	d := newDesk(t)
	_, outputs := d.actions()
	d.deps.AWS = d.account("999999999999")
	require.Equal(t, experiments.ExitInconclusive, d.types("run", "small.hcl", "--yes"))
	assert.Equal(t, 1, strings.Count(d.out.String(), "::error "), d.out)
	assert.Contains(t, d.out.String(), "::error file=small.hcl,line=1,")
	assert.Contains(t, d.err.String(), "Error: ")
	assert.Contains(t, read(t, outputs), "\ninconclusive\n")

	d = newDesk(t)
	d.actions()
	require.Equal(t, experiments.ExitUsage, d.types("rehearse", "small.hcl", "--tick", "0s"))
	assert.Equal(t, 1, strings.Count(d.out.String(), "::error "), d.out)
}

func TestNobodyIsAskedInCI(t *testing.T) {
	d := newDesk(t)
	d.actions()
	d.deps.Terminal, d.deps.Stdin = true, strings.NewReader("yes\n")
	require.Equal(t, experiments.ExitUsage, d.types("run", "small.hcl"))
	assert.NotContains(t, d.out.String(), "Type yes")
	assert.Empty(t, d.runs())
}

func TestAFileOutsideTheWorkspaceIsNotNamed(t *testing.T) {
	d := newDesk(t)
	d.write("sub/late.hcl", lateScenario())
	d.write("sub/late.sandbox.hcl", smallSandbox)
	for root, file := range map[string]string{d.dir: "file=sub/late.hcl,", d.path("sub"): "file=late.hcl,", d.path("other"): ""} {
		d.out.text.Reset()
		d.within(map[string]string{"GITHUB_WORKSPACE": root})
		require.Equal(t, experiments.ExitFailed, d.types("rehearse", "sub/late.hcl", "--ci=github"))
		assert.Contains(t, d.out.String(), "::error "+file)
		assert.Equal(t, file != "", strings.Contains(d.out.String(), "file="))
	}
}

func TestInGitLabThereAreSectionsAndFilesInJUnit(t *testing.T) {
	d := newDesk(t)
	d.within(map[string]string{"GITLAB_CI": "true", "CI_PROJECT_DIR": d.dir})
	d.write("late.hcl", lateScenario())
	d.write("late.sandbox.hcl", smallSandbox)
	require.Equal(t, experiments.ExitFailed, d.types("rehearse", "late.hcl", "small.hcl", "--junit", "junit.xml"))
	seconds := fmt.Sprint(rehearsalStart().Unix())
	out := d.out.String()
	assert.True(t, strings.HasPrefix(out, "\x1b[0Ksection_start:"+seconds+":gameday_1_late\r\x1b[0Klate\n"), out)
	assert.Contains(t, out, "\n\x1b[0Ksection_end:"+seconds+":gameday_1_late\r\x1b[0K\nlate\n", "the report is outside")
	assert.Contains(t, out, "\n\x1b[0Ksection_start:"+seconds+":gameday_2_small\r\x1b[0Ksmall\n")
	assert.Equal(t, 8, strings.Count(out, "\x1b"))
	assert.NotContains(t, out, "::")
	assert.Contains(t, read(t, d.path("junit.xml")), ` file="late.hcl"`)
	for _, folder := range d.runs() {
		assert.NotContains(t, read(t, filepath.Join(folder, "junit.xml")), " file=", "the run folder is the same everywhere")
	}
}

func TestAQuietRunShowsThatItIsAlive(t *testing.T) {
	for _, flag := range []string{"--quiet", "--json"} {
		d := newDesk(t)
		d.actions()
		d.write("small.hcl", strings.Replace(smallScenario, `within    = "1m"`, `within    = "1m"`+"\n  jq = \"false\"\n  patience = \"20m\"", 1))
		require.Equal(t, experiments.ExitFailed, d.types("run", "small.hcl", "--yes", flag), d.err)
		alive := d.out
		if flag == "--json" {
			alive = d.err
			assert.NotContains(t, d.out.String(), "still going on")
		}
		assert.Contains(t, alive.String(), "  … still going on\n", flag)
	}
	d := newDesk(t)
	d.actions()
	require.Equal(t, experiments.ExitPassed, d.types("run", "small.hcl", "--yes"))
	assert.NotContains(t, d.out.String(), "still going on", "the progress says what it waits for")
}

func TestManyRehearsalsAreToldToCIAsTheWorstOfThem(t *testing.T) {
	d := newDesk(t)
	summary, outputs := d.actions()
	d.write("late.hcl", lateScenario())
	d.write("late.sandbox.hcl", smallSandbox)
	require.Equal(t, experiments.ExitFailed, d.types("rehearse", "late.hcl", "--runs", "3"))
	assert.Contains(t, d.out.String(), "3 rehearsals, seeds 1 to 3")
	assert.Equal(t, 1, strings.Count(d.out.String(), "title=assert.fires failed"))
	assert.Equal(t, 1, strings.Count(read(t, summary), "# ✗"))
	assert.Contains(t, read(t, outputs), filepath.Base(d.runs()[0]))
}
