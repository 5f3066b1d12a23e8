package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
)

// rehearsed are the journals of real rehearsals by name.
func rehearsed(t *testing.T) map[string][]experiments.Record {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "journals", "*.jsonl"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	all := map[string][]experiments.Record{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		var records []experiments.Record
		for line := range strings.Lines(string(text)) {
			var r experiments.Record
			require.NoError(t, json.Unmarshal([]byte(line), &r), path)
			records = append(records, r)
		}
		all[strings.TrimSuffix(filepath.Base(path), ".jsonl")] = records
	}
	return all
}

// papers are all runs that are printed in tests.
func papers(t *testing.T) map[string][]experiments.Record {
	all := rehearsed(t)
	for name, records := range runs() {
		all["made_"+name] = records
	}
	checkout := all["checkout"]
	for i, r := range checkout {
		if _, is := r.Event.(experiments.FaultInjected); is {
			all["cut_short"] = checkout[:i+1]
		}
	}
	return all
}

// poisoned returns the records with evil in every text that comes from outside.
func poisoned(t *testing.T, records []experiments.Record, evil string) []experiments.Record {
	t.Helper()
	quoted, err := json.Marshal(evil)
	require.NoError(t, err)
	within := string(quoted[1 : len(quoted)-1])
	var words []string
	for _, word := range []string{
		"orders pile up", "ALARM", "OK", "Throttling", "AccessDenied", "visible 0", "acknowledged", "checkout.hcl", "flood", "page-primary",
		"alarm is quiet", "payments-sre", "Drain-Orders", "worked_off", "on_call", "half_the_fleet", "customers", "found none", "InProgress",
	} {
		words = append(words, word, word+within)
	}
	replace := strings.NewReplacer(words...)
	var changed []experiments.Record
	for _, r := range records {
		text, err := json.Marshal(r)
		require.NoError(t, err)
		var record experiments.Record
		require.NoError(t, json.Unmarshal([]byte(replace.Replace(string(text))), &record))
		if start, is := record.Event.(experiments.RunStarted); is {
			start.Scenario, start.Owner, start.Description = start.Scenario+evil, evil, evil
			start.Playbook = "javascript:alert(1)//" + evil
			start.Labels, start.Variables = map[string]string{evil: evil}, map[string]any{evil: evil}
			record.Event = start
		}
		changed = append(changed, record)
	}
	return changed
}

// crowd is a run of so many assertions, every tenth of which failed.
func crowd(n int) []experiments.Record {
	t := armed()
	plan := planned()
	plan.Assertions, plan.Chains = nil, nil
	var decided []experiments.Event
	for i := range n {
		b := assertions()[0]
		b.Name = "alarm_" + itoa(i)
		plan.Assertions = append(plan.Assertions, b)
		d := came(b.Name, 15*time.Second, 62*time.Second, 62*time.Second, "ALARM")
		if i%10 == 0 {
			d = but(came(b.Name, 15*time.Second, 190*time.Second, 192*time.Second, "ALARM"), experiments.Failed, experiments.Late)
		}
		decided = append(decided, d)
	}
	t.records[1].Event = plan
	t.tell(4*time.Second, experiments.FaultInjecting{Name: "kill"})
	t.tell(5*time.Second, experiments.FaultInjected{Name: "kill", Began: exactly(4 * time.Second), Done: exactly(4 * time.Second)})
	t.tell(600*time.Second, decided...)
	return t.closed(experiments.RunFinished{Verdict: experiments.Failed, ExitCode: experiments.ExitFailed})
}

func TestAChainThatIsLateNamesTheHopThatAteTheTime(t *testing.T) {
	p := paperOf(rehearsed(t)["slow-playbook"])
	require.Len(t, p.Ladders, 2)
	require.Contains(t, p.Ladders[0].Slower, "Most of the time went between drain_started and drain_finished: ")
	var advised []string
	for _, n := range p.Next {
		advised = append(advised, n.Title+" "+strings.Join(n.Text, " "))
	}
	require.Contains(t, strings.Join(advised, "\n"), "Most of the time went between drain_started and drain_finished: ")
}

func TestAStepThatNeverCameIsNamed(t *testing.T) {
	p := paperOf(rehearsed(t)["broken-playbook"])
	require.Contains(t, p.Ladders[0].Slower, "The step drain_finished never came.")
	require.Contains(t, strings.Join(p.Next[0].Text, " "), "Last seen of Drain-Orders, at +00:56: Failed.")
}

func TestTheEvidenceIsWhatAWSSaidAtTheMoment(t *testing.T) {
	for _, e := range paperOf(rehearsed(t)["checkout"]).Evidence {
		assert.NotNil(t, e.Since, e.Name)
		assert.NotNil(t, e.Moment, e.Name)
		assert.NotEmpty(t, e.Value, e.Name)
		assert.NotEmpty(t, e.Seen, e.Name)
	}
}

func TestWhoWasPagedIsOnTheLadder(t *testing.T) {
	for _, l := range paperOf(rehearsed(t)["checkout"]).Ladders {
		if l.Name != "on_call" {
			require.False(t, l.Paging)
			continue
		}
		require.Equal(t, "page-primary", l.Rungs[0].Paged)
		require.Equal(t, "page-secondary", l.Rungs[1].Paged)
	}
}

func TestAJournalThatIsCutAnywhereIsNeverGood(t *testing.T) {
	whole := rehearsed(t)["checkout"]
	for n := range whole {
		v := paperOf(whole[:n]).Verdict
		require.NotEqual(t, "good", v.Class, "%d records", n)
		require.NotContains(t, v.Lead, "as it should be")
	}
	require.Equal(t, "good", paperOf(whole).Verdict.Class)
}

func TestOnlyWebPagesAreLinkedTo(t *testing.T) {
	for address, want := range map[string]string{
		"https://wiki.example.com/drain?step=1#two": "https://wiki.example.com/drain?step=1#two",
		"http://wiki/drain":                         "http://wiki/drain",
		"javascript:alert(1)":                       "",
		"JAVASCRIPT:alert(1)":                       "",
		" https://wiki":                             "",
		"data:text/html,<script>":                   "",
		"//wiki.example.com":                        "",
		"https:wiki":                                "",
		"https://me:secret@example.com/":            "",
		"https://wiki/\u202egnp":                    "",
		"":                                          "",
	} {
		assert.Equal(t, want, webAddress(address), address)
	}
}

func TestTheVerdictNeedsNoExplanation(t *testing.T) {
	for name, want := range map[string]string{
		"made_passed": "Passed", "made_failed": "Failed", "made_stopped": "Not reverted", "made_refused": "Did not start",
		"made_dead": "Not reverted", "made_empty": "Nothing to tell", "no-effect": "No answer", "stopped": "Stopped", "cut_short": "Not reverted",
	} {
		v := paperOf(papers(t)[name]).Verdict
		assert.Equal(t, want, v.Word, name)
		assert.NotEmpty(t, v.Lead, name)
	}
}
