package scenarios_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/injectors"
	"gameday/scenarios"
)

const withVariables = `scenario "x" {}

variable "n" {
  type    = number
  default = 1
}

variable "names" {
  type    = list(string)
  default = []
}

locals { used = "${var.n} ${join(",", var.names)}" }
`

func TestTheLastSourceOfAVariableWins(t *testing.T) {
	path := write(t, "x.hcl", withVariables)
	beside := func(name, text string) string {
		file := filepath.Join(filepath.Dir(path), name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	o := options()
	n := func(vars ...scenarios.VarSource) any {
		o.Vars = vars
		loaded, err := scenarios.Load(path, o)
		require.NoError(t, err, shown(err))
		return loaded.Experiment.Variables["n"]
	}
	assert.Equal(t, 1.0, n())
	o.Env = func(name string) (string, bool) { return "2", name == "GAMEDAY_VAR_n" }
	assert.Equal(t, 2.0, n())
	beside("b.auto.hclvars", "n = 4")
	beside("a.auto.hclvars", "n = 3")
	assert.Equal(t, 4.0, n())
	file := beside("more.hclvars", "n = 5")
	assert.Equal(t, 5.0, n(scenarios.VarFile(file)))
	assert.Equal(t, 6.0, n(scenarios.VarFile(file), scenarios.Var("n=6")))
	assert.Equal(t, 5.0, n(scenarios.Var("n=6"), scenarios.VarFile(file)))
}

func TestAVariableThatIsNotTextIsAnExpression(t *testing.T) {
	x := load(t, write(t, "x.hcl", withVariables), scenarios.Var(`names=["a", "b"]`)).Experiment
	assert.Equal(t, []any{"a", "b"}, x.Variables["names"])
}

func TestMistakesInVariablesAreSaidWhereTheyAre(t *testing.T) {
	path := write(t, "x.hcl", withVariables)
	for arg, want := range map[string]string{
		"nams=1":   `Did you mean "names"?`,
		"n":        "--var takes NAME=VALUE",
		"n=many":   "A number is required",
		"names=[":  "not an expression of type list(string)",
		"names=12": "List of string required",
	} {
		assert.Contains(t, refusal(t, path, scenarios.Var(arg)), want, arg)
	}
	file := write(t, "v.hclvars", "n = 1\nnams = []\n")
	assert.Contains(t, refusal(t, path, scenarios.VarFile(file)), "v.hclvars line 2")
	assert.Contains(t, refusal(t, path, scenarios.VarFile(file+"x")), "File not found")
}

func TestAnAutoFileMayServeOtherScenariosToo(t *testing.T) {
	path := write(t, "x.hcl", withVariables)
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(path), "all.auto.hclvars"), []byte("other = 1\n"), 0o600))
	loaded := load(t, path)
	warnings := scenarios.Diagnose(loaded.Warnings)
	require.NotEmpty(t, warnings)
	assert.Equal(t, "warning", warnings[0].Severity)
	assert.Equal(t, "Unknown variable", warnings[0].Summary)
}

const canary = "c4n4ry-s3cr3t"

// secretive is a scenario with a sensitive variable, and room for a mistake.
func secretive(body string) string {
	return `scenario "x" {}

variable "token" {
  type      = string
  sensitive = true
}

locals { from_env = env("CANARY") }

locals { copy = [var.token, { inner = var.token }] }

` + body
}

func TestSensitiveValuesAreNeverShown(t *testing.T) {
	const url = `"https://sqs.eu-west-1.amazonaws.com/111122223333/orders"`
	flood := func(attribute string) string {
		return "inject \"sqs_backlog\" \"flood\" {\n  queue_url = " + url + "\n  messages = 1\n  " + attribute + "\n}\n"
	}
	bodies := map[string]string{
		"a number":               flood(`per_second = var.token`),
		"a number from a local":  flood(`per_second = local.from_env`),
		"a function":             flood(`per_second = parseint(var.token, 10)`),
		"a function of env":      flood(`per_second = parseint(env("CANARY"), 10)`),
		"JSON":                   flood(`body = jsondecode("{${var.token}")`),
		"YAML":                   flood(`body = yamldecode("- ${var.token}: [")`),
		"a pattern":              flood(`body = regex("(${local.from_env}", "x")`),
		"an index":               flood(`body = local.copy[0].inner`),
		"a map's key":            flood(`body = { a = 1 }[var.token]`),
		"two keys":               flood(`body = { for x in [1, 2] : var.token => x }`),
		"a value a kind refuses": `inject "cloudwatch_alarm_state" "a" {` + "\n  alarm_name = \"a\"\n  state = var.token\n}\n",
		"a filter":               "inject \"ec2_stop\" \"s\" {\n instance_ids = [\"i-0\"]\n}\nassert \"sns_message\" \"m\" {\n  topic_arn = \"arn:aws:sns:eu-west-1:111122223333:p\"\n  jq = \".a == ${var.token}(\"\n within = \"1m\"\n}\n",
		"a duration":             flood(`delay = var.token`),
		"a duration's function":  flood(`delay = "${duration(var.token)}s"`),
		"an error message":       "variable \"n\" {\n  default = 1\n  validation {\n    condition = var.n > 1\n    error_message = \"not ${var.token}\"\n  }\n}\n",
		"a region":               "aws {\n  accounts = [var.token]\n}\n",
		"a pick":                 "target \"ec2_instances\" \"t\" {\n  tags = { a = var.token }\n  pick { count = var.token }\n}\n",
		"an index out of range":  flood(`body = split("-", var.token)[9]`),
	}
	o := options()
	o.Env = func(name string) (string, bool) { return canary, name == "CANARY" || name == "GAMEDAY_VAR_token" }
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			_, err := scenarios.Load(write(t, "x.hcl", secretive(body)), o)
			require.Error(t, err)
			assert.NotContains(t, shown(err)+err.Error()+fmt.Sprint(scenarios.Diagnose(err)), canary)
		})
	}
}

func TestFilesWithSensitiveValuesAreNotShown(t *testing.T) {
	path := write(t, "x.hcl", secretive(""))
	for name, text := range map[string]string{
		"wrong type": "token = [\"" + canary + "\"]\n",
		"syntax":     "token = \"" + canary + "\n",
		"unknown":    "tokn = \"" + canary + "\"\n",
	} {
		text := refusal(t, path, scenarios.VarFile(write(t, "v.hclvars", text)))
		assert.NotContains(t, text, canary, name)
		assert.Contains(t, text, "v.hclvars", name)
	}
}

func TestSensitiveValuesReachTheFaultButNotTheJournal(t *testing.T) {
	o := options(scenarios.Var("token=" + canary))
	o.Env = func(string) (string, bool) { return "from-env", true }
	loaded, err := scenarios.Load(write(t, "x.hcl", secretive(`
inject "sqs_backlog" "flood" {
  queue_url  = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  messages   = 1
  body       = "${var.token} ${local.from_env} ${run.id}"
  attributes = { token = var.token }
}
`)), o)
	require.NoError(t, err, shown(err))
	assert.Empty(t, loaded.Experiment.Variables)
	assert.NotContains(t, fmt.Sprintf("%+v", loaded.Experiment), canary)
	known := experiments.Known{Run: experiments.RunFacts{ID: "r1"}}
	injector, err := loaded.Experiment.Faults[0].Build(known, injectors.Env{})
	require.NoError(t, err, shown(err))
	assert.Contains(t, fmt.Sprintf("%+v", injector), canary+" from-env r1")
}
