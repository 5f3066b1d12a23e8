package scenarios_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/scenarios"
)

// snippet is a fenced block of a Markdown file.
type snippet struct{ place, language, text string }

func snippets(t *testing.T) []snippet {
	t.Helper()
	files, err := filepath.Glob("../docs/*.md")
	require.NoError(t, err)
	var all []snippet
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, at := range regexp.MustCompile("(?ms)^```(hcl|json)\n(.*?)^```$").FindAllStringSubmatchIndex(string(text), -1) {
			place := fmt.Sprintf("%s:%d", file, 1+strings.Count(string(text[:at[0]]), "\n"))
			all = append(all, snippet{place, string(text[at[2]:at[3]]), string(text[at[4]:at[5]])})
		}
	}
	require.NotEmpty(t, all)
	return all
}

func TestTheSnippetsOfTheDocsAreValid(t *testing.T) {
	whole, stages, written := 0, 0, 0
	for _, s := range snippets(t) {
		switch {
		case s.language == "hcl" && strings.HasPrefix(s.text, "scenario "):
			whole++
			loaded, err := scenarios.Load(write(t, "x.hcl", s.text), options())
			require.NoError(t, err, "%s\n%s", s.place, shown(err))
			assert.NoError(t, loaded.Warnings, "%s\n%s", s.place, shown(loaded.Warnings))
		case s.language == "hcl" && strings.HasPrefix(s.text, "sandbox {"):
			stages++
			_, err := scenarios.LoadSandbox(write(t, "x.sandbox.hcl", s.text))
			assert.NoError(t, err, "%s\n%s", s.place, shown(err))
		case s.language == "json" && strings.Contains(s.text, `"scenario": {"`):
			written++
			_, err := scenarios.Load(write(t, "x.hcl.json", s.text), options())
			assert.NoError(t, err, "%s\n%s", s.place, shown(err))
		}
		if s.language == "hcl" && strings.HasPrefix(s.place, "../docs/language.md") {
			formatted, err := scenarios.Format([]byte(s.text), "x.hcl")
			require.NoError(t, err, "%s\n%s", s.place, shown(err))
			assert.Equal(t, string(formatted), s.text, "%s is not formatted", s.place)
		}
	}
	assert.GreaterOrEqual(t, whole, 2)
	assert.NotZero(t, stages)
	assert.NotZero(t, written)
}

func TestTheGuidesSandboxFitsItsFirstScenario(t *testing.T) {
	text, err := os.ReadFile("../docs/language.md")
	require.NoError(t, err)
	find := func(start string) string {
		_, rest, there := strings.Cut(string(text), "```hcl\n"+start)
		require.True(t, there)
		body, _, _ := strings.Cut(rest, "\n```")
		return start + body + "\n"
	}
	loaded := load(t, write(t, "x.hcl", find("scenario ")))
	spec, err := scenarios.LoadSandbox(write(t, "x.sandbox.hcl", find("sandbox {")))
	require.NoError(t, err)
	assert.NoError(t, loaded.Review(&scenarios.Account{Path: "x.sandbox.hcl", Spec: spec}))
}
