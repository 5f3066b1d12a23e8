package cli

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
)

// Secrets: none of them may show up anywhere.
const (
	hookCanary   = "caNary-hook-path"
	keyCanary    = "caNary-routing-key"
	headerCanary = "caNary-bearer"
	signCanary   = "caNary-signature-key"
)

// hearer is a service that hears of runs, and answers with what it was asked, secrets and all.
type hearer struct {
	*httptest.Server
	status int
	mu     sync.Mutex
	all    []string
}

func hear(t *testing.T, status int) *hearer {
	h := &hearer{status: status}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h.mu.Lock()
		h.all = append(h.all, string(body))
		h.mu.Unlock()
		w.WriteHeader(h.status)
		_, _ = io.WriteString(w, r.URL.Path+" "+r.Header.Get("Authorization")+" "+string(body))
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hearer) heard() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.all)
}

const tellingScenario = `
variable "hook" {
  type      = string
  sensitive = true
}

variable "key" {
  type      = string
  sensitive = true
}

notify "slack" "team" {
  on          = ["started", "finished", "failed"]
  webhook_url = "${var.hook}/slack"
}

notify "webhook" "bus" {
  on      = ["started", "finished"]
  url     = "${var.hook}/bus"
  headers = { Authorization = "Bearer ${env("BEARER")}" }
  secret  = env("SIGN")
}

notify "pagerduty" "service" {
  on          = ["finished"]
  routing_key = var.key
  url         = env("EVENTS")
}

notify "sns" "people" {
  on        = ["finished"]
  topic_arn = "arn:aws:sns:eu-west-1:111122223333:team"
}
`

// tellingDesk has a scenario that tells h.
func tellingDesk(t *testing.T, h *hearer) *desk {
	d := newDesk(t)
	d.write("small.hcl", smallScenario+tellingScenario)
	d.write("small.sandbox.hcl", smallSandbox+"\nsns_topic \"team\" {}\n")
	d.deps.Env = func(name string) (string, bool) {
		value, set := map[string]string{
			"GAMEDAY_VAR_hook": h.URL + "/" + hookCanary, "GAMEDAY_VAR_key": keyCanary, "BEARER": headerCanary, "SIGN": signCanary, "EVENTS": h.URL,
		}[name]
		return value, set
	}
	return d
}

// artefacts are everything that a person, a log or a folder gets to see.
func (d *desk) artefacts() string {
	all := d.out.String() + d.err.String()
	require.NoError(d.t, filepath.WalkDir(d.path(".gameday"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all += string(text)
		return err
	}))
	return all
}

func assertNoCanary(t *testing.T, text string) {
	t.Helper()
	require.NotEmpty(t, text)
	assert.NotContains(t, text, "caNary")
}

func TestARunTellsItsStakeholdersAndNobodyElseTheirSecrets(t *testing.T) {
	h := hear(t, http.StatusOK)
	d := tellingDesk(t, h)
	require.Equal(t, experiments.ExitPassed, d.types("run", "small.hcl", "--yes"), d.err)
	assert.Len(t, h.heard(), 5)
	all := strings.Join(h.heard(), "\n")
	assert.Contains(t, all, "*Game day started: small*")
	assert.Contains(t, all, "*Game day finished: small: passed*")
	assert.Contains(t, all, `"type":"dev.gameday.run.finished"`)
	assert.Contains(t, all, keyCanary)
	assert.NotContains(t, all, "Game day failed")
	out := strings.Join(strings.Fields(d.out.String()), " ")
	assert.Contains(t, out, "Who was told of this run")
	assert.Contains(t, out, "notify.people told sns (arn:aws:sns:eu-west-1:111122223333:team): Game day finished: small: passed")
	assert.Contains(t, out, "notify.team told slack ("+strings.TrimPrefix(h.URL, "http://")+"): Game day started: small")
	assert.Empty(t, d.err.String())
	assertNoCanary(t, d.artefacts())
}

func TestWhatCannotBeToldChangesNoVerdict(t *testing.T) {
	for _, status := range []int{http.StatusNotFound, http.StatusServiceUnavailable} {
		h := hear(t, status)
		d := tellingDesk(t, h)
		require.Equal(t, experiments.ExitPassed, d.types("run", "small.hcl", "--yes"), d.err)
		out := strings.Join(strings.Fields(d.out.String()), " ")
		assert.Contains(t, out, "! notify.bus could not tell webhook")
		assert.Contains(t, out, fmt.Sprintf("that the run finished: answered %d %s", status, http.StatusText(status)))
		assertNoCanary(t, d.artefacts())
	}
}

func TestWhoCouldNotBeToldIsAWarningWhereProgramsRead(t *testing.T) {
	h := hear(t, http.StatusNotFound)
	d := tellingDesk(t, h)
	require.Equal(t, experiments.ExitPassed, d.types("run", "small.hcl", "--yes", "--json"), d.err)
	assert.Contains(t, d.err.String(), "Warning: notify.team could not tell slack ("+strings.TrimPrefix(h.URL, "http://")+") that the run started: answered 404 Not Found\n")
	assertNoCanary(t, d.artefacts())
}

func TestARehearsalTellsNobodyButTheSimulatedTopic(t *testing.T) {
	h := hear(t, http.StatusOK)
	d := tellingDesk(t, h)
	require.Equal(t, experiments.ExitPassed, d.types("rehearse", "small.hcl"), d.err)
	assert.Empty(t, h.heard())
	out := strings.Join(strings.Fields(d.out.String()), " ")
	assert.Contains(t, out, "notify.team would tell slack ("+strings.TrimPrefix(h.URL, "http://")+"): Rehearsal started: small")
	assert.Contains(t, out, "notify.people told sns (arn:aws:sns:eu-west-1:111122223333:team): Rehearsal finished: small: passed")
	assertNoCanary(t, d.artefacts())
	first := d.artefacts()
	d.out.text.Reset()
	require.Equal(t, experiments.ExitPassed, d.types("rehearse", "small.hcl"), d.err)
	assert.Equal(t, first, d.artefacts(), "the same rehearsal writes the same bytes")
}

func TestManyRehearsalsGoTheWayThatEachGoesAlone(t *testing.T) {
	d := tellingDesk(t, hear(t, http.StatusOK))
	require.Equal(t, experiments.ExitPassed, d.types("rehearse", "small.hcl", "--runs", "4"), d.err)
	assert.NotContains(t, d.out.String(), "would tell")
	assertNoCanary(t, d.artefacts())
}

func TestChecksAloneTellNobody(t *testing.T) {
	h := hear(t, http.StatusOK)
	d := tellingDesk(t, h)
	require.Equal(t, experiments.ExitPassed, d.types("check", "small.hcl"), d.err)
	assert.Empty(t, h.heard())
}

func TestASecretInTheTextOfAScenarioIsRefusedAndNotRepeated(t *testing.T) {
	d := newDesk(t)
	d.write("small.hcl", smallScenario+`
notify "slack" "team" {
  on          = ["finished"]
  webhook_url = "https://hooks.example.com/`+hookCanary+`"
}
`)
	require.Equal(t, experiments.ExitUsage, d.types("run", "small.hcl", "--yes"))
	assert.Contains(t, d.err.String(), "Secret in the open")
	assertNoCanary(t, d.out.String()+d.err.String())
}
