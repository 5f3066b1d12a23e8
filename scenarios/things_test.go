package scenarios

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/internal/sandbox"
)

func TestEveryBlockOfASandboxFileIsDocumented(t *testing.T) {
	assert.Empty(t, missingStories(), "the reference and the reader's table differ: see stories.go")
}

// missingStories are blocks and attributes that the reader's table knows and the reference does not, and the other way round.
func missingStories() []string {
	var missing []string
	known := map[string][]hcl.AttributeSchema{}
	for _, t := range things() {
		known[t.name] = t.schema
		told := stories()[t.name]
		if told.summary == "" || told.example == "" {
			missing = append(missing, t.name)
		}
		for _, a := range t.schema {
			if about := told.attributes[a.Name]; about.kind == "" || about.doc == "" {
				missing = append(missing, t.name+"."+a.Name)
			}
		}
	}
	for _, name := range sortedNames(stories()) {
		schema, there := known[name]
		if !there {
			missing = append(missing, name+" is none")
		}
		for _, a := range sortedNames(stories()[name].attributes) {
			takes := slices.ContainsFunc(schema, func(s hcl.AttributeSchema) bool { return s.Name == a })
			watches := slices.ContainsFunc(watched(), func(t target) bool { return t.kind == name && slices.Contains(t.attributes, a) })
			if !takes && !watches {
				missing = append(missing, name+"."+a+" is none")
			}
		}
	}
	return missing
}

// stageOf writes a sandbox file of every example, each changed by a function, and reads it.
func stageOf(t *testing.T, change func(Thing, *hclwrite.Body)) sandbox.Spec {
	t.Helper()
	var text strings.Builder
	for _, thing := range Things() {
		file, diags := hclwrite.ParseConfig([]byte(thing.Example+"\n"), thing.Name, hcl.InitialPos)
		require.False(t, diags.HasErrors(), diags.Error())
		change(thing, file.Body().Blocks()[0].Body())
		text.Write(file.Bytes())
	}
	path := filepath.Join(t.TempDir(), "x.sandbox.hcl")
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	spec, err := LoadSandbox(path)
	require.NoError(t, err, text.String())
	return spec
}

func TestTheExamplesOfTheSandboxAreOneSandbox(t *testing.T) {
	spec := stageOf(t, func(Thing, *hclwrite.Body) {})
	assert.Len(t, spec.Queues, 2)
	assert.Len(t, spec.Weather, 1)
	for _, thing := range Things() {
		formatted, err := Format([]byte(thing.Example+"\n"), "x.hcl")
		require.NoError(t, err)
		assert.Equal(t, thing.Example+"\n", string(formatted), thing.Name)
	}
}

func TestTheDefaultsOfTheSandboxAreThoseOfTheReference(t *testing.T) {
	without := func(thing Thing, body *hclwrite.Body) {
		for _, a := range thing.Attributes {
			if a.Default != "" && !(thing.Name == weatherBlock && a.Name == "throttle") {
				body.RemoveAttribute(a.Name)
			}
		}
	}
	checked := 0
	silent, explicit := stageOf(t, without), stageOf(t, func(thing Thing, body *hclwrite.Body) {
		without(thing, body)
		for _, a := range thing.Attributes {
			if a.Default != "" && body.GetAttribute(a.Name) == nil {
				checked++
				body.SetAttributeRaw(a.Name, hclwrite.TokensForIdentifier(a.Default))
			}
		}
	})
	require.Greater(t, checked, 20)
	require.Zero(t, silent.Queues[0].VisibilityTimeout)
	silent.Queues[0].VisibilityTimeout = 30 * time.Second // which is what the account makes of 0
	for i := range silent.Alarms {                        // no list and an empty one are the same
		explicit.Alarms[i].OKActions, silent.Alarms[i].OKActions = nil, nil
		explicit.Alarms[i].AlarmActions, silent.Alarms[i].AlarmActions = nil, nil
	}
	assert.Equal(t, silent, explicit)
}

func TestTheGuideListsEveryFunctionAndEveryBlock(t *testing.T) {
	text, err := os.ReadFile("../docs/language.md")
	require.NoError(t, err)
	for _, name := range sortedNames(functions(os.LookupEnv)) {
		assert.Regexp(t, "`"+name+"[`(]", string(text), "function %s", name)
	}
	for _, w := range words() {
		assert.Regexp(t, "(?m)^\\|.*`"+w.name+"[` ]", string(text), "block %s", w.name)
	}
	for _, word := range claimWords() {
		for _, a := range word.own {
			assert.Contains(t, string(text), "`"+a.Name+"`")
		}
	}
}
