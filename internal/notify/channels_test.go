package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/clock"
	"gameday/internal/cloud"
)

// fierce is a message whose text comes from people who mean no good.
func fierce() Message {
	fold := &experiments.Fold{}
	for _, e := range []experiments.Event{
		experiments.RunStarted{
			Run: "20260105-090000-abcd", Mode: experiments.ModeRun, Scenario: "check\nout", Account: "111122223333", Region: "eu-west-1",
			Owner: "sre", Playbook: "https://wiki.example.com/page?a=1",
		},
		experiments.RunStopping{Cause: experiments.StopGuard, Detail: "guard.x is broken: <!channel> & <https://evil.example.com|click> @here \x1b[31m\u202e"},
	} {
		fold.Add(experiments.Record{Time: morning(), Event: e})
	}
	return compose(fold, Stopped, morning())
}

func deliverTo(t *testing.T, c Channel, m Message) {
	t.Helper()
	k := clock.Virtual(morning(), 0)
	k.Run(func() {
		require.NoError(t, c.Tell(t.Context(), Means{Web: cloud.Web(k, tryLimit), Clock: k}, m))
	})
}

func TestSlackMentionsNobody(t *testing.T) {
	s := serve(t, answer{status: 200, body: "ok"})
	hook := s.hook()
	hook.Channel, hook.Username = "#game-days", "gameday"
	deliverTo(t, hook, fierce())
	require.Len(t, s.requests(), 1)
	assert.Equal(t, "/services/"+canary, s.requests()[0].path)
	assert.Equal(t, "application/json", s.requests()[0].header.Get("Content-Type"))
	var sent map[string]any
	require.NoError(t, json.Unmarshal([]byte(s.requests()[0].body), &sent))
	assert.Equal(t, strings.Join([]string{
		"*Game day is stopping: check out*",
		"Run 20260105-090000-abcd in account 111122223333, eu-west-1.",
		"Why: guard.x is broken: &lt;!channel&gt; &amp; &lt;https://evil.example.com|click&gt; @here [31m",
		"Nothing more is injected. Everything is being reverted.",
		"Owner: sre",
		"Playbook: <https://wiki.example.com/page?a=1>",
	}, "\n"), sent["text"])
	assert.Equal(t, "none", sent["parse"], "names and addresses are text")
	assert.Equal(t, "#game-days", sent["channel"])
	assert.Equal(t, "gameday", sent["username"])
}

func TestAWebhookGetsASignedCloudEvent(t *testing.T) {
	s := serve(t, answer{status: 202})
	deliverTo(t, &Webhook{
		URL: s.URL + "/in/" + canary, Secret: "key", Headers: map[string]string{"Authorization": "Bearer b", "x-team": "sre"},
	}, fierce())
	require.Len(t, s.requests(), 1)
	r := s.requests()[0]
	assert.Equal(t, "/in/"+canary, r.path)
	assert.Equal(t, "application/cloudevents+json", r.header.Get("Content-Type"))
	assert.Equal(t, "Bearer b", r.header.Get("Authorization"))
	assert.Equal(t, "sre", r.header.Get("X-Team"))
	hash := hmac.New(sha256.New, []byte("key"))
	hash.Write([]byte(r.body))
	assert.Equal(t, "sha256="+hex.EncodeToString(hash.Sum(nil)), r.header.Get("X-Gameday-Signature"))

	var e event.Event
	require.NoError(t, json.Unmarshal([]byte(r.body), &e))
	require.NoError(t, e.Validate())
	assert.Equal(t, "1.0", e.SpecVersion())
	assert.Equal(t, "dev.gameday.run.stopped", e.Type())
	assert.Equal(t, "urn:gameday:111122223333:eu-west-1", e.Source())
	assert.Equal(t, "20260105-090000-abcd", e.Subject())
	assert.Equal(t, "20260105-090000-abcd/stopped", e.ID())
	assert.Equal(t, morning(), e.Time())
	var data map[string]any
	require.NoError(t, e.DataAs(&data))
	assert.Equal(t, "check out", data["scenario"])
	assert.Equal(t, "Game day is stopping: check out", data["text"])
	assert.Equal(t, []any{}, data["faults"])
	assert.NotContains(t, data, "verdict", "there is none yet")
}

func TestPagerDutyGetsAChangeEvent(t *testing.T) {
	s := serve(t, answer{status: 202, body: `{"status":"success"}`})
	deliverTo(t, &PagerDuty{RoutingKey: canary, URL: s.URL + "/"}, fierce())
	require.Len(t, s.requests(), 1)
	assert.Equal(t, "/v2/change/enqueue", s.requests()[0].path)
	var sent struct {
		RoutingKey string `json:"routing_key"`
		Payload    struct {
			Summary, Source, Timestamp string
			CustomDetails              map[string]any `json:"custom_details"`
		}
		Links []map[string]string
	}
	require.NoError(t, json.Unmarshal([]byte(s.requests()[0].body), &sent))
	assert.Equal(t, canary, sent.RoutingKey)
	assert.Equal(t, "Game day is stopping: check out", sent.Payload.Summary)
	assert.Equal(t, "2026-01-05T09:00:00Z", sent.Payload.Timestamp)
	assert.Equal(t, "20260105-090000-abcd/stopped", sent.Payload.CustomDetails["event"])
	assert.Equal(t, []map[string]string{{"href": "https://wiki.example.com/page?a=1", "text": "Playbook"}}, sent.Links)
}

func TestAnAnswerThatALibraryCannotReadIsNoFailure(t *testing.T) {
	s := serve(t, answer{status: 202, body: "<html>"})
	deliverTo(t, &PagerDuty{RoutingKey: canary, URL: s.URL}, fierce())
	assert.Len(t, s.requests(), 1)
}

func TestASubjectIsShortASCII(t *testing.T) {
	assert.Equal(t, "Game day failed: caf? ?", subject("Game day failed: café …"))
	assert.Len(t, subject(strings.Repeat("ä", 300)), 100)
}

func TestWhatARunEndedWithIsSaid(t *testing.T) {
	start := experiments.RunStarted{Run: "r", Mode: experiments.ModeRun, Scenario: "s", Account: "1", Region: "eu-west-1"}
	plan := experiments.PlanMade{
		Faults:     []experiments.PlannedFault{{Block: experiments.Block{Name: "flood", Kind: "sqs_backlog"}}},
		Assertions: []experiments.Block{{Name: "fires", Kind: "cloudwatch_alarm"}},
	}
	injecting := experiments.FaultInjecting{Name: "flood"}
	decided := experiments.AssertionDecided{Name: "fires", Verdict: experiments.Failed, Reason: experiments.TooEarly}
	cases := map[string]struct {
		events []experiments.Event
		title  string
		last   []string
	}{
		"nothing was touched": {
			[]experiments.Event{start, plan, experiments.RunFinished{Verdict: experiments.Inconclusive, ExitCode: 3, Error: "no\nluck"}},
			"Game day failed: s: inconclusive",
			[]string{"Why: no luck", "Assertions that passed: 0 of 1.", "fires: inconclusive (skipped)", "Nothing was touched."},
		},
		"all is reverted": {
			[]experiments.Event{start, plan, injecting, decided, experiments.FaultReverted{Name: "flood"}, experiments.RunFinished{Verdict: experiments.Failed, ExitCode: 1}},
			"Game day failed: s: failed",
			[]string{"Assertions that passed: 0 of 1.", "fires: failed (too early)", "Everything is reverted."},
		},
		"something is left": {
			[]experiments.Event{start, plan, injecting, experiments.FaultRevertFailed{Name: "flood", Error: "x"}, experiments.RunFinished{Verdict: experiments.NotReverted, ExitCode: 5}},
			"Game day failed: s: not reverted",
			[]string{"NOT REVERTED, may still be live: inject.flood. Revert with: gameday revert r"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			fold := &experiments.Fold{}
			for _, e := range c.events {
				fold.Add(experiments.Record{Time: morning(), Event: e})
			}
			m := compose(fold, Failed, morning())
			assert.Equal(t, c.title, m.Title)
			require.GreaterOrEqual(t, len(m.Lines), len(c.last))
			assert.Equal(t, c.last, m.Lines[len(m.Lines)-len(c.last):])
		})
	}
}
