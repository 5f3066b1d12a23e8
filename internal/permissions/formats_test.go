package permissions_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"gameday/experiments"
	"gameday/internal/permissions"
)

var update = flag.Bool("update", false, "rewrite the expected outputs")

func written(t testing.TB, format string, s permissions.Sheet) string {
	t.Helper()
	for _, f := range permissions.Formats() {
		if f.Name == format {
			var text bytes.Buffer
			require.NoError(t, f.Write(&text, s))
			return text.String()
		}
	}
	require.Fail(t, "no such format", format)
	return ""
}

func sheet(t testing.TB, needs experiments.Needs, largest int) permissions.Sheet {
	t.Helper()
	policies, err := permissions.Policies(permissions.Grants(needs), largest)
	require.NoError(t, err)
	return permissions.Sheet{Scenario: "checkout", Account: needs.Account, Region: needs.Region, Policies: policies}
}

func TestTheFormatsOfTheCheckoutAreAsExpected(t *testing.T) {
	s := sheet(t, rehearse(t, "library/checkout", 1).needs, permissions.Largest)
	for format, file := range map[string]string{"json": "checkout.json", "terraform": "checkout.tf", "cloudformation": "checkout.yaml"} {
		text, path := written(t, format, s), filepath.Join("testdata", file)
		if *update {
			require.NoError(t, os.MkdirAll("testdata", 0o755))
			require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		}
		golden, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, string(golden), text, "go test ./internal/permissions -update rewrites %s", path)
	}
}

// awkward needs every character that one of the formats, or a policy, takes for something else.
func awkward(t testing.TB) permissions.Sheet {
	t.Helper()
	name := `a "b" ${c} %{d} *? \ é: # - &{e}`
	policies, err := permissions.Policies([]permissions.Grant{{
		Purpose: permissions.Inject, Actions: []string{"cloudwatch:SetAlarmState"}, Resources: []string{"arn:aws:cloudwatch:r:a:alarm:" + name},
		Conditions: []permissions.Condition{{Operator: "StringEquals", Key: "aws:ResourceTag/" + name, Values: []string{name, "yes", "1"}}},
	}}, permissions.Largest)
	require.NoError(t, err)
	return permissions.Sheet{Scenario: name + "\n", Account: account, Region: region, Policies: policies}
}

func TestEveryFormatSaysTheSameOfAwkwardNames(t *testing.T) {
	for _, s := range []permissions.Sheet{awkward(t), sheet(t, rehearse(t, "library/checkout", 1).needs, 1500)} {
		for n, p := range s.Policies {
			want, err := json.Marshal(p.Statement)
			require.NoError(t, err)
			assert.JSONEq(t, string(want), terraformStatements(t, written(t, "terraform", s), n))
			assert.JSONEq(t, string(want), cloudFormationStatements(t, written(t, "cloudformation", s), n))
		}
	}
}

func TestTerraformIsFormattedAsItsOwnCommandWould(t *testing.T) {
	for _, s := range []permissions.Sheet{awkward(t), sheet(t, rehearse(t, "library/checkout", 1).needs, 1500)} {
		text := written(t, "terraform", s)
		assert.Equal(t, string(hclwrite.Format([]byte(text))), text)
	}
}

// terraformStatements reads the nth document back.
func terraformStatements(t testing.TB, text string, n int) string {
	t.Helper()
	file, diagnostics := hclsyntax.ParseConfig([]byte(text), "policy.tf", hcl.InitialPos)
	require.False(t, diagnostics.HasErrors(), diagnostics.Error())
	strs := func(body *hclsyntax.Body, name string) (all []string) {
		value, diagnostics := body.Attributes[name].Expr.Value(nil)
		require.False(t, diagnostics.HasErrors(), diagnostics.Error())
		if value.Type() == cty.String {
			return []string{value.AsString()}
		}
		for _, one := range value.AsValueSlice() {
			all = append(all, one.AsString())
		}
		return all
	}
	var statements []map[string]any
	for _, block := range file.Body.(*hclsyntax.Body).Blocks[2*n].Body.Blocks {
		statement := map[string]any{
			"Sid": strs(block.Body, "sid")[0], "Effect": "Allow", // Terraform's default
			"Action": strs(block.Body, "actions"), "Resource": strs(block.Body, "resources"),
		}
		conditions := map[string]map[string][]string{}
		for _, condition := range block.Body.Blocks {
			test, variable := strs(condition.Body, "test")[0], strs(condition.Body, "variable")[0]
			if conditions[test] == nil {
				conditions[test] = map[string][]string{}
			}
			conditions[test][variable] = strs(condition.Body, "values")
		}
		if len(conditions) > 0 {
			statement["Condition"] = conditions
		}
		statements = append(statements, statement)
	}
	out, err := json.Marshal(statements)
	require.NoError(t, err)
	return string(out)
}

// cloudFormationStatements reads the nth policy back.
func cloudFormationStatements(t testing.TB, text string, n int) string {
	t.Helper()
	text, _, found := strings.Cut(text, "Outputs:") // whose tags are CloudFormation's own
	require.True(t, found)
	kind, err := yaml.Standard.ImpliedType([]byte(text))
	require.NoError(t, err)
	value, err := yaml.Standard.Unmarshal([]byte(text), kind)
	require.NoError(t, err)
	resources := value.GetAttr("Resources").AsValueMap()
	name := "GamedayCheckout"
	if n > 0 {
		name += string(rune('1' + n))
	}
	if len(resources) == 1 {
		for only := range resources {
			name = only
		}
	}
	require.Contains(t, resources, name)
	require.Regexp(t, `^[A-Za-z0-9]+$`, name)
	statements := resources[name].GetAttr("Properties").GetAttr("PolicyDocument").GetAttr("Statement")
	out, err := ctyjson.Marshal(statements, statements.Type())
	require.NoError(t, err)
	return string(out)
}
