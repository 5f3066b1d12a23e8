package scenarios_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/injectors"
	"gameday/scenarios"
)

const wholePolicy = `
accounts       = ["111122223333", "444455556666"]
regions        = ["eu-west-1"]
kinds          = ["sqs_backlog", "ec2_stop"]
max_targets    = 5
max_percent    = 34
irreversible   = false
protected_tags = { tier = "critical" }
kill_switch    = "s3://switches/stop"

window {
  days      = ["mon", "Tuesday"]
  from      = "9:00"
  to        = "16:30"
  time_zone = "Europe/Berlin"
}

window {
  from = "22:00"
  to   = "24:00"
}

freeze {
  from   = "2026-12-18"
  to     = "2027-01-03"
  reason = "holidays"
}
`

func loadPolicy(t testing.TB, name, text string) (*experiments.Policy, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return scenarios.LoadPolicy(path, injectors.Standard())
}

func TestAPolicyIsReadWhole(t *testing.T) {
	p, err := loadPolicy(t, "org.hcl", wholePolicy)
	require.NoError(t, err)
	assert.Equal(t, []string{"111122223333", "444455556666"}, p.Only[experiments.RuleAccounts])
	assert.Equal(t, []string{"eu-west-1"}, p.Only[experiments.RuleRegions])
	assert.Equal(t, []string{"sqs_backlog", "ec2_stop"}, p.Only[experiments.RuleKinds])
	assert.Equal(t, 5, p.MaxTargets)
	assert.Equal(t, 34.0, p.MaxPercent)
	assert.True(t, p.Reversible)
	assert.Equal(t, map[string]string{"tier": "critical"}, p.ProtectedTags)
	assert.Equal(t, "s3://switches/stop", p.KillSwitch)
	require.Len(t, p.Windows, 2)
	assert.Equal(t, []time.Weekday{time.Monday, time.Tuesday}, p.Windows[0].Days)
	assert.Equal(t, 9*time.Hour, p.Windows[0].From)
	assert.Equal(t, 16*time.Hour+30*time.Minute, p.Windows[0].To)
	assert.Equal(t, "Europe/Berlin", p.Windows[0].Zone.String())
	assert.Equal(t, 24*time.Hour, p.Windows[1].To)
	assert.Equal(t, "2026-12-18", p.Freezes[0].From)
	assert.Equal(t, "holidays", p.Freezes[0].Reason)
	assert.Equal(t, 5, p.Where[experiments.RuleMaxTargets].Line)
	assert.Equal(t, 11, p.Windows[0].Where.Line)
}

func TestAPolicyMayBeJSON(t *testing.T) {
	p, err := loadPolicy(t, "org.hcl.json", `{"max_targets": 3, "window": [{"days": ["sat"]}]}`)
	require.NoError(t, err)
	assert.Equal(t, 3, p.MaxTargets)
	assert.Equal(t, []time.Weekday{time.Saturday}, p.Windows[0].Days)
}

func TestEveryMistakeInAPolicyIsBlamedOnItsLine(t *testing.T) {
	for text, summary := range map[string]string{
		"":                                        "Empty policy",
		"max_target = 5":                          "Unsupported argument",
		"max_targets = 0":                         "Number out of range",
		"max_percent = 0":                         "Number out of range",
		"max_percent = \"all\"":                   "Wrong type",
		"accounts = []":                           "Nothing is allowed",
		"accounts = [\"prod\"]":                   "Not an account",
		"regions = [\"\"]":                        "Not a region",
		"kinds = [\"sqs_backlogs\"]":              "Unknown kind of fault",
		"protected_tags = {}":                     "No tags",
		"kill_switch = \"stop\"":                  "Not a kill switch",
		"kill_switch = \"s3://bucket\"":           "Not a kill switch",
		"irreversible = var.x":                    "",
		"max_targets = env(\"X\")":                "",
		"window { days = [\"someday\"] }":         "Unknown day",
		"window { days = [] }":                    "No days",
		"window { from = \"25:00\" }":             "Not a time of the day",
		"window { from = \"9\" }":                 "Not a time of the day",
		"window { from = \"24:00\" }":             "Not a time of the day",
		"window { to = \"00:00\" }":               "Empty window",
		"window { time_zone = \"Mars/Olympus\" }": "Unknown time zone",
		"window { time_zone = \"Local\" }":        "Unknown time zone",
		"freeze { from = \"2026-12-18\" }":        "Missing required argument",
		"freeze {\n from = \"2026-02-30\"\n to = \"2026-03-01\"\n}": "Not a date",
		"freeze {\n from = \"2026-12-18\"\n to = \"2026-12-17\"\n}": "Empty freeze",
		"limits { max_targets = 1 }":                                "Unsupported block type",
		"max_targets = ":                                            "Missing expression",
	} {
		t.Run(text, func(t *testing.T) {
			_, err := loadPolicy(t, "org.hcl", text)
			found := scenarios.Diagnose(err)
			require.NotEmpty(t, found)
			assert.Contains(t, found[0].Summary, summary)
			assert.NotEmpty(t, found[0].Detail)
			assert.Positive(t, found[0].Line)
			assert.Contains(t, found[0].File, "org.hcl")
		})
	}
}

func TestTheLimitsOfAScenarioAreRead(t *testing.T) {
	l := load(t, "testdata/valid/limits.hcl").Experiment.Limits
	assert.Equal(t, 5, l.MaxTargets)
	assert.Equal(t, 33.4, l.MaxPercent)
	assert.True(t, l.Reversible)
	assert.Equal(t, map[string]string{"tier": "critical", "gameday:never": "*"}, l.ProtectedTags)
	assert.Equal(t, "ssm:/gameday/stop", l.KillSwitch)
	assert.Equal(t, 9, l.Where[experiments.RuleMaxTargets].Line)
}

// FuzzLoadPolicy: whatever stands in a policy, nothing panics, every diagnostic has a place, and what is read limits something.
func FuzzLoadPolicy(f *testing.F) {
	f.Add([]byte(wholePolicy))
	f.Add([]byte(`{"max_targets": 3, "window": [{"days": ["sat"]}], "freeze": {"from": "2026-01-01", "to": "2026-01-02"}}`))
	f.Add([]byte("window { from = null }"))
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, name := range []string{"x.hcl", "x.hcl.json"} {
			path := filepath.Join(folder, name)
			require.NoError(t, os.WriteFile(path, text, 0o600))
			p, err := scenarios.LoadPolicy(path, injectors.Standard())
			placed(t, err)
			require.Equal(t, err == nil, p != nil)
		}
	})
}
