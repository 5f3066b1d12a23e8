package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"gameday/experiments"
)

// numbers is a source of tokens that are known: 0101…, 0202….
type numbers byte

// Read fills the text with the next number.
func (n *numbers) Read(text []byte) (int, error) {
	*n++
	for i := range text {
		text[i] = byte(*n)
	}
	return len(text), nil
}

// runner returns the commands that GitHub's runner hears in a log: a line that begins, after space, with ::NAME…::, and a
// line with ##[NAME…] anywhere; none while they are stopped.
func runner(log string) []string {
	var heard []string
	stopped := ""
	lines := strings.FieldsFunc(log, func(r rune) bool { return r == '\n' || r == '\r' })
	for _, line := range lines {
		command := ""
		if rest, its := strings.CutPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::"); its && strings.Contains(rest, "::") {
			command = rest
		} else if _, rest, its := strings.Cut(line, "##["); its && strings.Contains(rest, "]") {
			command = strings.Replace(rest, "]", "::", 1)
		}
		name, value, _ := strings.Cut(command, "::")
		switch {
		case command == "":
		case stopped != "" && name == stopped:
			stopped = ""
		case stopped != "":
		case name == "stop-commands":
			stopped = value
		default:
			heard = append(heard, command)
		}
	}
	return heard
}

const hostile = "::set-output name=verdict::passed\n ::error::a%0Ab\r::warning::c\n\u00a0::add-mask::d\n##[set-env name=PATH;]x\n" +
	"text ##[error]e ###[error]f\n\x1b[0Ksection_end:1:gameday_1_checkout\r\x1b[0K\x1b[31mred\u202eder\x07\x00\xff\n::"

func TestNoTextFromOutsideIsACommandOfTheRunner(t *testing.T) {
	require.Len(t, runner(hostile), 6, "the runner of this test hears what the real one does")
	var fenced, tamed bytes.Buffer
	log, beside := NewGitHub(&fenced, new(numbers)), Tame(&tamed)
	for _, chunk := range []int{1, 3, len(hostile)} {
		for rest := hostile; rest != ""; {
			n := min(chunk, len(rest))
			fmt.Fprint(log, rest[:n])
			fmt.Fprint(beside, rest[:n])
			rest = rest[n:]
		}
		log.Ungroup() // says nothing: there is no group
	}
	log.Flush()
	assert.Empty(t, runner(fenced.String()))
	assert.Empty(t, runner(tamed.String()))
	assert.NotContains(t, fenced.String()+tamed.String(), "\x1b")
	assert.NotContains(t, fenced.String()+tamed.String(), "\r")
	assert.NotContains(t, fenced.String()+tamed.String(), "\u202e")
}

func TestNoTextIsACommandHoweverItIsCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOf(rapid.SampledFrom([]string{
			":", "::", "#", "##", "[", "]", "error", "stop-commands", " ", "\t", "\u2003", "\n", "\r", "\u0085", "\u2028", "\x1b", "é", "0101", "\x0b",
		})).Draw(t, "pieces")
		var tamed bytes.Buffer
		out := Tame(&tamed)
		for _, piece := range pieces {
			n, err := out.Write([]byte(piece))
			require.NoError(t, err)
			require.Equal(t, len(piece), n)
		}
		require.Empty(t, runner(tamed.String()), "%q", tamed.String())
	})
}

func TestTextThatIsNoCommandStaysAsItIs(t *testing.T) {
	const text = "arn:aws:iam::111122223333:role/x # [a] ::\n\tat :443\n✓ é 注文\n\n"
	var out bytes.Buffer
	fmt.Fprint(Tame(&out), text)
	require.Equal(t, text, out.String())
	out.Reset()
	fmt.Fprint(TameJSON(&out), `{"observed":"###[error]x ::error::"}`+"\n")
	require.JSONEq(t, `{"observed":"###[error]x ::error::"}`, out.String())
	require.Empty(t, runner(out.String()))
}

func TestAnnotationsSayWhatWentWrongOnItsLines(t *testing.T) {
	for _, name := range []string{"failed", "stopped", "refused", "dead", "wide"} {
		var out bytes.Buffer
		log := NewGitHub(&out, new(numbers))
		log.Annotate(Annotations(runs()[name])...)
		log.Flush()
		golden(t, "github_"+name, out.Bytes())
		assert.Len(t, runner(out.String()), len(Annotations(runs()[name])))
	}
	require.Empty(t, Annotations(passedRun()))
}

func TestARunThatDidNotPassIsNeverWithoutAnAnnotation(t *testing.T) {
	for name, records := range runs() {
		for n := range len(records) + 1 {
			if experiments.Summarize(records[:n]).Verdict != experiments.Passed {
				assert.NotEmpty(t, Annotations(records[:n]), "%s cut after %d", name, n)
			}
		}
	}
}

func TestOfManyAnnotationsTheTenthNamesTheOthers(t *testing.T) {
	for n, lines := range map[int]int{9: 9, 10: 10, 11: 10, 400: 10} {
		var out bytes.Buffer
		log := NewGitHub(&out, new(numbers))
		for i := range n {
			log.Annotate(Annotation{Level: LevelError, File: "a.hcl", Line: i + 1, Title: fmt.Sprintf("e%d", i+1)})
			log.Annotate(Annotation{Level: LevelWarning, Title: fmt.Sprintf("w%d", i+1)})
		}
		log.Flush()
		heard := runner(out.String())
		require.Len(t, heard, 2*lines)
		assert.Equal(t, lines, strings.Count(out.String(), "::error "))
		last := heard[len(heard)-2]
		if n == 11 {
			assert.Equal(t, "error file=a.hcl,line=10,endLine=10,title=2 more errors::"+
				"GitHub shows 10 of a step, these are the others:%0Ae10 (a.hcl:10)%0Ae11 (a.hcl:11)", last)
		}
		assert.Less(t, len(last), 3*longestMessage)
	}
}

func TestACommandHoldsWhatItIsGivenWhateverThatIs(t *testing.T) {
	line := githubAnnotation(Annotation{
		Level: LevelWarning, File: "a,b:c%.hcl", Line: 3, EndLine: 3, Column: 2, EndColumn: 9,
		Title: "x::y,z=1\n::error::", Text: "100%0A\n::error::\x1b[31m\u202e",
	})
	require.Equal(t, `::warning file=a%2Cb%3Ac%25.hcl,line=3,endLine=3,col=2,endColumn=9,title=x%3A%3Ay%2Cz=1 %3A%3Aerror%3A%3A::`+
		`100%250A%0A::error::\x1b[31m\u202e`, line)
	require.Len(t, runner(line), 1)
	long := githubAnnotation(Annotation{Level: LevelError, Title: strings.Repeat("é", 1000), Text: strings.Repeat("é", 9000)})
	require.Less(t, len(long), 2*longestMessage)
	require.NotContains(t, long, "\ufffd")
}

func TestTheLogOfAStep(t *testing.T) {
	var out bytes.Buffer
	log := NewGitHub(&out, new(numbers))
	log.Group("checkout\n::error::x")
	fmt.Fprintln(log, "+00:00  check.calm  OK")
	fmt.Fprint(log, "+00:05  no end of line")
	log.Annotate(Annotation{Level: LevelError, File: "checkout.hcl", Line: 3, EndLine: 5, Title: "t", Text: "text"})
	log.Group("second")
	fmt.Fprintln(log, "::endgroup::")
	log.Ungroup()
	fmt.Fprint(log, "the report")
	log.Flush()
	golden(t, "github_log", out.Bytes())
	assert.Equal(t, []string{
		"group::checkout ::error::x", "error file=checkout.hcl,line=3,endLine=5,title=t::text", "endgroup::", "group::second", "endgroup::",
	}, runner(out.String()))
}

func TestWithoutATokenNothingIsRelayed(t *testing.T) {
	var out bytes.Buffer
	_, err := fmt.Fprint(NewGitHub(&out, strings.NewReader("too short")), "text")
	require.ErrorContains(t, err, "draw a token")
	require.Empty(t, out.String())
}

func TestTheLogOfAJob(t *testing.T) {
	var out bytes.Buffer
	now := began
	log := NewGitLab(&out, func() time.Time { now = now.Add(time.Second); return now })
	log.Group("注文 [collapsed=true]\r\x1b[0K")
	fmt.Fprint(log, "+00:00  check.calm  OK\n"+hostile)
	log.Group("second")
	log.Annotate(Annotation{Level: LevelError})
	log.Flush()
	golden(t, "gitlab_log", out.Bytes())
	assert.Equal(t, 4, strings.Count(out.String(), "\x1b[0Ksection_"), "only its own sections")
	assert.Equal(t, 8, strings.Count(out.String(), "\x1b"))
}

func TestJUnitForGitLabNamesFilesAndTheOtherDoesNot(t *testing.T) {
	var gitlab, plain bytes.Buffer
	require.NoError(t, GitLabJUnit(&gitlab, func(file string) string { return "sub/" + file + "\x00" }, failedRun(), wideRun()))
	require.NoError(t, JUnit(&plain, failedRun(), wideRun()))
	assert.NotContains(t, plain.String(), " file=")
	const file = ` file="sub/scenarios/checkout.hcl"`
	assert.Equal(t, strings.Count(gitlab.String(), "<testcase "), strings.Count(gitlab.String(), file))
	assert.Equal(t, plain.String(), strings.ReplaceAll(gitlab.String(), file, ""))
	require.NoError(t, xml.Unmarshal(gitlab.Bytes(), new(struct{})))
}

// outputs reads a file of outputs as GitHub does.
func outputs(t *testing.T, text string) map[string]string {
	found := map[string]string{}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for len(lines) > 0 {
		name, delimiter, is := strings.Cut(lines[0], "<<")
		require.True(t, is, lines[0])
		var value []string
		for lines = lines[1:]; lines[0] != delimiter; lines = lines[1:] {
			value = append(value, lines[0])
		}
		found[name], lines = strings.Join(value, "\n"), lines[1:]
	}
	return found
}

func TestAnOutputIsOneOutputWhateverItsValue(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, GitHubOutputs(&out, new(numbers), []Output{
		{"verdict", "failed"}, {"folder", "a\nEOF\nverdict=passed\nverdict<<x\npassed\nx\r\ngameday_"}, {"run", ""},
	}))
	require.Equal(t, map[string]string{
		"verdict": "failed", "folder": "a\nEOF\nverdict=passed\nverdict<<x\npassed\nx \ngameday_", "run": "",
	}, outputs(t, out.String()))
	require.ErrorContains(t, GitHubOutputs(&out, strings.NewReader(""), []Output{{"a", "b"}}), "draw a token")
}

func TestMarkdownIsCutWhereThereIsNoRoom(t *testing.T) {
	text := "# Title\n\n<details><summary>x</summary>\n\n````hcl\n" + strings.Repeat("é ```\n", 200) + "````\n</details>\n"
	require.Equal(t, text, FitMarkdown(text, len(text)))
	for room := range len(text) {
		fitted := FitMarkdown(text, room)
		require.LessOrEqual(t, len(fitted), room)
		if fitted == "" {
			require.Less(t, room, len(cutNote)+60)
			continue
		}
		require.True(t, strings.HasSuffix(fitted, cutNote), room)
		require.Equal(t, strings.Count(fitted, "<details>"), strings.Count(fitted, "</details>"), room)
		require.Zero(t, strings.Count(fitted, "\n````")%2, room)
		require.NotContains(t, fitted, "\ufffd")
	}
}
