package reference

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/assertions"
	"gameday/injectors"
	"gameday/internal/notify"
	"gameday/internal/signals"
)

func standard() []Entry {
	return Entries(injectors.Standard(), assertions.Standard(), signals.Standard(), notify.Standard())
}

func TestTheReferenceInDocsIsWhatTheTablesSay(t *testing.T) {
	var fresh bytes.Buffer
	require.NoError(t, Markdown(&fresh, standard()))
	kept, err := os.ReadFile("../../docs/reference.md")
	require.NoError(t, err)
	assert.Equal(t, fresh.String(), string(kept), "docs/reference.md is stale: go generate ./cmd/gameday")
}

func TestEveryKindExplainsItselfWhole(t *testing.T) {
	for _, e := range standard() {
		t.Run(e.Block+" "+e.Name, func(t *testing.T) {
			assert.NotEmpty(t, e.Summary)
			assert.True(t, len(e.Attributes) > 0 || e.Name == "sns_topic" && e.Block == "sandbox")
			assert.True(t, len(e.Permissions) > 0 || e.Block == "notify" || e.Block == "sandbox", "%s needs permissions", e.Name)
			for _, a := range e.Attributes {
				assert.NotEmpty(t, a.Doc, "attribute %s needs a doc tag", a.Name)
				assert.NotEqual(t, "any", a.Type, a.Name)
			}
			var text bytes.Buffer
			require.NoError(t, Text(&text, e))
			if e.Block == "sandbox" {
				assert.Contains(t, text.String(), "\n  "+e.Name+" ")
				return
			}
			assert.Contains(t, text.String(), e.Block+` "`+e.Name+`" "example" {`)
		})
	}
}

func TestAttributesAreReadFromTheStructThatIsDecoded(t *testing.T) {
	count := 3
	type kind struct {
		URL     string            `hcl:"url" doc:"where"`
		Rate    float64           `hcl:"rate,optional"`
		Force   bool              `hcl:"force,optional"`
		States  []string          `hcl:"states,optional"`
		Tags    map[string]string `hcl:"tags,optional"`
		Count   *int              `hcl:"count,optional"`
		Limit   *int              `hcl:"limit,optional"`
		Rest    string            `hcl:"rest,remain"`
		private string
	}
	assert.Equal(t, []Attribute{
		{Name: "url", Type: "string", Required: true, Doc: "where"},
		{Name: "rate", Type: "number", Default: "2.5"},
		{Name: "force", Type: "bool", Default: "false"},
		{Name: "states", Type: "list(string)", Default: `["a", "b"]`},
		{Name: "tags", Type: "map(string)"},
		{Name: "count", Type: "number", Default: "3"},
		{Name: "limit", Type: "number"},
	}, attributes(&kind{URL: "u", Rate: 2.5, States: []string{"a", "b"}, Count: &count, private: "p"}))
}

func TestOutputsAreReadFromTheirCtyTags(t *testing.T) {
	type shown struct {
		IDs    []string `cty:"ids" doc:"what"`
		hidden int
	}
	assert.Equal(t, []Attribute{{Name: "ids", Type: "list(string)", Doc: "what"}}, outputs(shown{hidden: 1}))
	assert.Empty(t, outputs(nil))
}

func TestTheBlocksOfSandboxFilesAreKindsToo(t *testing.T) {
	for _, name := range []string{"sandbox", "on_call", "metric", "sns_topic", "weather"} {
		found := Find(standard(), name)
		require.Len(t, found, 1, name)
		assert.Equal(t, "sandbox", found[0].Block)
	}
	queues := Find(standard(), "sqs_queue")
	require.Len(t, queues, 2)
	var text bytes.Buffer
	require.NoError(t, Text(&text, queues[1]))
	assert.Regexp(t, `consumes_per_second +number +default 0 +how many`, text.String())
	assert.Contains(t, text.String(), "Others may refer to (sqs_queue.NAME.…):\n  visible  number")
	assert.NotContains(t, text.String(), "Permissions")
}

func TestFindReturnsTargetAndAssertionOfOneName(t *testing.T) {
	found := Find(standard(), "ec2_instances")
	require.Len(t, found, 2)
	assert.Equal(t, "target", found[0].Block)
	assert.Equal(t, "assert", found[1].Block)
	assert.Empty(t, Find(standard(), "no_such_kind"))
}
