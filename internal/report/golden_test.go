package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
)

var update = flag.Bool("update", false, "write the goldens anew")

// golden compares with, or with -update writes, testdata/NAME.golden. Escape sequences are shown as \e.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	text := strings.ReplaceAll(string(got), "\x1b", `\e`)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run with -update")
	require.Equal(t, string(want), text, "%s: run with -update if this is meant", name)
}

// runs are all fixtures by name.
func runs() map[string][]experiments.Record {
	return map[string][]experiments.Record{
		"passed": passedRun(), "failed": failedRun(), "stopped": stoppedRun(), "refused": refusedRun(), "wide": wideRun(),
		"dead": injected().records, "empty": nil,
	}
}

func TestHumanReport(t *testing.T) {
	folder := ".gameday/runs/20261122-021200-4f9a"
	for name, records := range runs() {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, Human(&out, records, HumanOptions{Style: Style{Width: 100}, Folder: folder}))
			golden(t, "human_"+name, out.Bytes())
		})
	}
	for name, style := range map[string]Style{"narrow": {Width: 60}, "color": {Width: 100, Color: true}, "ascii": {Width: 100, ASCII: true}} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, Human(&out, failedRun(), HumanOptions{Style: style, Folder: folder}))
			golden(t, "human_failed_"+name, out.Bytes())
		})
	}
}

// progress writes the lines of a run, with a beat every five seconds in between.
func progress(style Style, quiet bool, records []experiments.Record) []byte {
	var out bytes.Buffer
	p := NewProgress(&out, style, quiet)
	var now time.Time
	for _, r := range records {
		for ; !now.IsZero() && now.Before(r.Time); now = now.Add(5 * time.Second) {
			p.Beat(now)
		}
		now = r.Time
		p.Report(r)
	}
	return out.Bytes()
}

func TestProgress(t *testing.T) {
	for name, records := range runs() {
		golden(t, "progress_"+name, progress(Style{Width: 100}, false, records))
	}
	golden(t, "progress_failed_quiet", progress(Style{Width: 100}, true, failedRun()))
	golden(t, "progress_failed_color", progress(Style{Width: 100, Color: true}, false, failedRun()))
	golden(t, "progress_failed_narrow", progress(Style{Width: 50, ASCII: true}, false, failedRun()))
}

func TestPlan(t *testing.T) {
	for name, style := range map[string]Style{"plain": {Width: 100}, "color": {Width: 100, Color: true}, "narrow": {Width: 60, ASCII: true}} {
		var out bytes.Buffer
		require.NoError(t, Plan(&out, started(), warned(), style))
		golden(t, "plan_"+name, out.Bytes())
	}
	var out bytes.Buffer
	require.NoError(t, Plan(&out, experiments.RunStarted{Scenario: "nothing"}, experiments.PlanMade{}, Style{}))
	golden(t, "plan_empty", out.Bytes())
}

func TestTableOfRuns(t *testing.T) {
	var rows []Row
	for _, name := range []string{"passed", "failed", "stopped", "wide", "dead"} {
		s := experiments.Summarize(runs()[name])
		rows = append(rows, Row{Run: s.Run, Path: "x", When: s.Started, Summary: s})
	}
	rows = append(rows, Row{Run: "broken", Err: os.ErrNotExist})
	var out bytes.Buffer
	require.NoError(t, Runs(&out, rows, Style{Width: 100}))
	golden(t, "runs", out.Bytes())

	out.Reset()
	require.NoError(t, Runs(&out, rows, Style{}))
	golden(t, "runs_narrow", out.Bytes())

	out.Reset()
	require.NoError(t, Runs(&out, nil, Style{}))
	require.Equal(t, "There are no runs yet.\n", out.String())
}

// copied are lines that must stay whole, so that they can be copied.
func copied(line string) bool {
	return strings.Contains(line, "arn:") || strings.Contains(line, "gameday revert") || strings.Contains(line, "Folder:") ||
		strings.Contains(line, ": ") && strings.HasPrefix(line, "    ") // scenario text
}

func TestNothingIsWiderThanTheTerminal(t *testing.T) {
	for name, records := range runs() {
		for _, width := range []int{40, 60, 100} {
			var out bytes.Buffer
			style := Style{Width: width, Color: true}
			require.NoError(t, Human(&out, records, HumanOptions{Style: style}))
			require.NoError(t, Plan(&out, started(), warned(), style))
			out.Write(progress(style, false, records))
			for _, line := range strings.Split(out.String(), "\n") {
				if !copied(line) {
					assert.LessOrEqual(t, columns(line), width, "%s at %d: %q", name, width, line)
				}
			}
		}
	}
}

func TestNothingFromOutsideReachesTheTerminalRaw(t *testing.T) {
	evil := "\x1b]0;owned\x07\x1b[2J\u202e\u0085\r\n::error::x"
	for _, r := range runs() {
		text, err := bytesOf(r, evil)
		require.NoError(t, err)
		for _, line := range strings.Split(string(text), "\n") {
			assert.Equal(t, line, Plain(line))
			assert.False(t, strings.HasPrefix(line, "::"), line)
		}
	}
}

func TestASCIITerminalsGetASCIIOnly(t *testing.T) {
	for name, records := range runs() {
		style := Style{ASCII: true, Width: 100}
		var out bytes.Buffer
		require.NoError(t, Human(&out, records, HumanOptions{Style: style}))
		out.Write(progress(style, false, records))
		require.NoError(t, Plan(&out, started(), warned(), style))
		for _, r := range out.String() {
			require.Less(t, r, rune(128), "%s: %q", name, r)
		}
	}
}
