package report

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
)

func marked(t testing.TB, records []experiments.Record) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, Markdown(&out, records))
	return out.String()
}

func TestMarkdownReport(t *testing.T) {
	for name, records := range papers(t) {
		t.Run(name, func(t *testing.T) {
			golden(t, "markdown_"+name, []byte(marked(t, records)))
		})
	}
}

// outsideOfCode is what is left of a line of Markdown without its code, its escapes and its entities, by the rules of CommonMark: a run of
// backticks opens code if a run of the same length follows.
func outsideOfCode(line string) string {
	var out strings.Builder
	for i := 0; i < len(line); {
		switch {
		case line[i] == '\\' && i+1 < len(line) && strings.ContainsRune("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", rune(line[i+1])):
			i += 2
		case line[i] == '`':
			run := len(line[i:]) - len(strings.TrimLeft(line[i:], "`"))
			end := closingRun(line, i+run, run)
			if end < 0 {
				out.WriteString(line[i : i+run])
				end = i + run
			}
			i = end
		default:
			out.WriteByte(line[i])
			i++
		}
	}
	return strings.NewReplacer("&lt;", "", "&gt;", "", "&amp;", "", "&#124;", "").Replace(out.String())
}

func closingRun(line string, from, length int) int {
	for i := from; i < len(line); {
		if line[i] != '`' {
			i++
			continue
		}
		run := len(line[i:]) - len(strings.TrimLeft(line[i:], "`"))
		if i += run; run == length {
			return i
		}
	}
	return -1
}

var acting = regexp.MustCompile("(?i)[<@#`$~\\[\\]]|://|www\\.|\\bgh-\\d|&")

// checkInert requires that Markdown has no other HTML, links, mentions or tables than gameday's own.
func checkInert(t *testing.T, name, text string) {
	t.Helper()
	fence, columns := "", 0
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		require.Equal(t, Plain(line), line, name)
		if ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]; fence != "" {
			if len(ticks) >= len(fence) {
				require.Equal(t, fence, line, "%s: only its own fence closes code", name)
				fence = ""
			}
			continue
		} else if len(ticks) >= 3 && regexp.MustCompile("^`+(sh|hcl)$").MatchString(line) {
			fence = ticks
			continue
		}
		left := strings.TrimLeft(strings.TrimPrefix(outsideOfCode(line), "# "), "# ")
		assert.False(t, acting.MatchString(left), "%s: %q of %q", name, left, line)
		if !strings.HasPrefix(line, "|") {
			columns = 0
			assert.NotContains(t, left, "|", "%s: %q", name, line)
			continue
		}
		bars := strings.Count(outsideOfCode(line), "|")
		assert.Equal(t, bars, strings.Count(line, "|"), "%s: bars in code end cells in some readers: %q", name, line)
		if columns != 0 {
			require.Equal(t, columns, bars, "%s: %q", name, line)
		}
		columns = bars
	}
	require.Empty(t, fence, "%s: code is closed", name)
}

func TestNothingFromOutsideActsInMarkdown(t *testing.T) {
	for name, records := range papers(t) {
		checkInert(t, name, marked(t, records))
		for _, evil := range poisons() {
			checkInert(t, name, marked(t, poisoned(t, records, evil)))
		}
	}
}

func TestProseShowsItsTextAndDoesNothingElse(t *testing.T) {
	for given, want := range map[string]string{
		"ALARM, 12s late":         "ALARM, 12s late",
		"drain_started took 4m":   "drain_started took 4m",
		"_very_ *bold* [a](b)":    `\_very\_ \*bold\* \[a\](b)`,
		"ping @team, see #12":     "ping `@team,` see `#12`",
		"see https://evil.test/x": "see `https://evil.test/x`",
		"a | b || c":              "a &#124; b &#124;&#124; c",
		"<b>&lt;":                 "&lt;b&gt;&amp;lt;",
		"`rm` @`x``":              "\\`rm\\` ``` @`x`` ```",
		"fixed in 1a2b3c4d":       "fixed in `1a2b3c4d`",
		":tada: 09:00:23":         "`:tada:` 09:00:23",
		"line\nbreak":             "line break",
		`C:\x`:                    `C:\\x`,
		"":                        "",
	} {
		assert.Equal(t, want, prose(given), given)
	}
}

func TestAParagraphBeginsNoList(t *testing.T) {
	for given, want := range map[string]string{
		"1. now": `1\. now`, "12) now": `12\) now`, "- now": `\- now`, "+ now": `\+ now`, "=== now": `\=== now`,
		"12s late": "12s late", "7": "7",
	} {
		assert.Equal(t, want, paragraph(given), given)
	}
}

func TestCodeShowsItsTextAsItIs(t *testing.T) {
	for given, want := range map[string]string{
		"orders": "`orders`", "a`b": "``a`b``", "`": "`` ` ``", "a|b": "`a`&#124;`b`", "|": "&#124;", "": "", " x ": "`  x  `", `a\`: "`a\\`",
	} {
		assert.Equal(t, want, code(given), given)
	}
}

func TestMarkdownOfAThousandAssertionsFitsAComment(t *testing.T) {
	text := marked(t, crowd(1000))
	require.Less(t, len(text), 65536)
	require.Contains(t, text, "… and 920 more, which report.html has.")
	checkInert(t, "crowd", text)
}

func FuzzProse(f *testing.F) {
	for _, evil := range poisons() {
		f.Add(evil)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, written := range []string{prose(text), paragraph(text), code(text)} {
			left := outsideOfCode("| " + written + " |")
			if acting.MatchString(left) || strings.Count(left, "|") != 2 || strings.Contains(written, "\n") {
				t.Fatalf("%q became %q, which leaves %q", text, written, left)
			}
		}
	})
}
