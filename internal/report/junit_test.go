package report

import (
	"bytes"
	"encoding/xml"
	"regexp"
	"testing"
	"time"

	"github.com/joshdk/go-junit"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
)

// readBack reads JUnit as CI systems do.
func readBack(t *testing.T, all ...[]experiments.Record) ([]junit.Suite, string) {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, JUnit(&out, all...))
	suites, err := junit.Ingest(out.Bytes())
	require.NoError(t, err)
	return suites, out.String()
}

func statuses(s junit.Suite) map[string]junit.Status {
	all := map[string]junit.Status{}
	for _, c := range s.Tests {
		all[c.Name] = c.Status
	}
	return all
}

func TestJUnit(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, JUnit(&out, failedRun()))
	golden(t, "junit_failed", out.Bytes())
}

func TestAMissedSLOIsAFailureAndWhatCouldNotBeSeenAnError(t *testing.T) {
	suites, _ := readBack(t, failedRun())
	require.Len(t, suites, 1)
	require.Equal(t, "checkout", suites[0].Name)
	require.Equal(t, map[string]junit.Status{
		"check.calm": junit.StatusPassed, "guard.customers": junit.StatusPassed,
		"assert.backlog_alarm": junit.StatusFailed, "assert.primary_paged": junit.StatusPassed, "assert.secondary_paged": junit.StatusFailed,
		"assert.worked_off": junit.StatusError, "assert.no_errors": junit.StatusFailed, "escalation.on_call": junit.StatusFailed,
		"revert.kill": junit.StatusSkipped, "revert.flood": junit.StatusPassed, "run": junit.StatusPassed,
	}, statuses(suites[0]))
	require.Equal(t, junit.Totals{
		Tests: 11, Passed: 5, Skipped: 1, Failed: 4, Error: 1, Duration: suites[0].Totals.Duration,
	}, suites[0].Totals)
	late := suites[0].Tests[2]
	require.Equal(t, 192*time.Second, late.Duration)
	require.Equal(t, "gameday.checkout", late.Classname)
	require.Contains(t, late.Error.Error(), "12s too late")
	require.Contains(t, late.SystemOut, "3m12s / 3m")
}

func TestAStoppedRunBlamesItsGuardAndItsRevertAndSkipsTheRest(t *testing.T) {
	suites, _ := readBack(t, stoppedRun())
	got := statuses(suites[0])
	require.Equal(t, junit.StatusFailed, got["guard.customers"])
	require.Equal(t, junit.StatusSkipped, got["assert.backlog_alarm"])
	require.Equal(t, junit.StatusSkipped, got["escalation.on_call"])
	require.Equal(t, junit.StatusError, got["revert.flood"])
	require.Equal(t, junit.StatusError, got["run"])
}

func TestARunThatDidNotPassIsNeverGreen(t *testing.T) {
	for name, records := range runs() {
		for n := range len(records) + 1 {
			cut := records[:n]
			suites, _ := readBack(t, cut)
			red := suites[0].Totals.Failed+suites[0].Totals.Error > 0
			passed := experiments.Summarize(cut).Verdict == experiments.Passed
			assert.Equal(t, !passed, red, "%s cut after %d", name, n)
		}
	}
}

func TestARunThatTouchedNothingSkipsWhatWasNotAskedAndSaysWhy(t *testing.T) {
	suites, text := readBack(t, refusedRun())
	got := statuses(suites[0])
	require.Equal(t, junit.StatusError, got["check.calm"], "a check that does not hold is no missed SLO")
	require.Equal(t, junit.StatusSkipped, got["guard.customers"])
	require.Equal(t, junit.StatusSkipped, got["assert.backlog_alarm"])
	require.Equal(t, junit.StatusSkipped, got["revert.flood"])
	require.Equal(t, junit.StatusError, got["run"])
	require.Contains(t, text, "check.calm does not hold: ALARM")
}

func TestSeveralScenariosAreSeveralSuitesOfOneFile(t *testing.T) {
	suites, text := readBack(t, passedRun(), failedRun(), wideRun())
	require.Len(t, suites, 3)
	require.Equal(t, "checkout", suites[0].Name)
	require.Equal(t, "checkout #2", suites[1].Name)
	require.Equal(t, "注文の滞留", suites[2].Name)
	total := 0
	for _, s := range suites {
		total += s.Totals.Tests
	}
	require.Contains(t, text, `<testsuites name="gameday" tests="`+itoa(total)+`"`)
}

func TestNamesAreUniqueAndTimesHaveNoExponent(t *testing.T) {
	twice := planned()
	twice.Assertions = append(twice.Assertions, twice.Assertions[0])
	records := (&tale{}).tell(0, started(), twice).records
	suites, text := readBack(t, records)
	seen := map[string]bool{}
	for _, c := range suites[0].Tests {
		assert.False(t, seen[c.Name], c.Name)
		seen[c.Name] = true
	}
	_, all := readBack(t, passedRun(), failedRun(), records)
	for _, match := range regexp.MustCompile(` time="([^"]*)"`).FindAllStringSubmatch(text+all, -1) {
		assert.Regexp(t, `^\d+\.\d{3}$`, match[1])
	}
}

func TestWhatXMLCannotHoldIsLeftOut(t *testing.T) {
	plan := planned()
	d := but(came("backlog_alarm", 0, time.Minute, time.Minute, "a\x00b\x1b[31m\ufffe\ud7ff]]><x>&\u202e\n"), experiments.Failed, experiments.Late)
	d.Detail = "x\x08\xff"
	records := (&tale{}).tell(0, started(), plan).tell(time.Minute, d).records
	suites, text := readBack(t, records)
	require.NoError(t, xml.Unmarshal([]byte(text), new(struct{})))
	require.NotContains(t, text, "\x1b")
	require.NotContains(t, text, "\ufffe")
	require.Equal(t, junit.StatusFailed, statuses(suites[0])["assert.backlog_alarm"])
}

func itoa(n int) string {
	text, _ := experiments.Millis(time.Duration(n) * time.Millisecond).MarshalJSON()
	return string(text)
}
