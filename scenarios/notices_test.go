package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/notify"
	"gameday/scenarios"
)

func TestANoticeIsBuiltFromTheFactsOfItsRun(t *testing.T) {
	loaded := load(t, "testdata/valid/notices.hcl")
	require.Len(t, loaded.Notices, 4)
	team := loaded.Notices[0]
	assert.Equal(t, "team", team.Name)
	assert.Equal(t, notify.Occasions(), team.On)
	assert.Equal(t, 19, team.Where.Line)
	built, err := team.Build(experiments.Known{Run: experiments.RunFacts{ID: "r-1", Seed: 1}})
	require.NoError(t, err)
	assert.Equal(t, &notify.Slack{WebhookURL: "https://hooks.example.com/services/T0/B0/X0", Channel: "#game-days", Username: "gameday r-1"}, built)
	built, err = loaded.Notices[2].Build(experiments.Known{})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"X-Team": "sre", "Authorization": "Bearer sre"}, built.(*notify.Webhook).Headers)
	built, err = loaded.Notices[3].Build(experiments.Known{})
	require.NoError(t, err)
	assert.Equal(t, "events.pagerduty.com", built.Address())
}

func TestSecretsOfANoticeAreNotJournalledAndNotPrinted(t *testing.T) {
	const secret = "caNary0secret"
	path := write(t, "x.hcl", `scenario "x" {}

variable "hook" {
  type      = string
  sensitive = true
}

notify "slack" "team" {
  on          = ["finished"]
  webhook_url = var.hook
}
`)
	loaded := load(t, path, scenarios.Var("hook=https://hooks.example.com/"+secret))
	assert.Empty(t, loaded.Experiment.Variables)
	assert.NotContains(t, loaded.Experiment.Text, secret)
	assert.NotContains(t, refusal(t, path, scenarios.Var("hook=http://hooks.example.com/"+secret)), secret)

	open := write(t, "x.hcl", "scenario \"x\" {}\n\nnotify \"pagerduty\" \"team\" {\n  on          = [\"finished\"]\n  routing_key = \""+secret+"\"\n}\n")
	text := refusal(t, open)
	assert.Contains(t, text, "Secret in the open")
	assert.NotContains(t, text, secret)
}

func TestANoticeCanBeWrittenInJSON(t *testing.T) {
	loaded := load(t, write(t, "x.hcl.json", `{
  "scenario": {"x": {}},
  "notify": {"slack": {"team": {"on": ["failed"], "webhook_url": "${env(\"HOOK\")}"}}}
}`))
	require.Len(t, loaded.Notices, 1)
	assert.Equal(t, []notify.Occasion{notify.Failed}, loaded.Notices[0].On)
}
