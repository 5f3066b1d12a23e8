package tui

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/report"
)

func TestReportNeverBlocksEvenWhenNobodyDraws(t *testing.T) {
	s := &Screen{options: Options{Now: func() time.Time { return t0 }}, ended: make(chan struct{})}
	for i := range 100_000 {
		s.Report(experiments.Record{Seq: i, Event: experiments.RunFinished{}})
	}
	f := s.next()
	require.Len(t, f.records, 100_000, "one message for all of them")
	require.Empty(t, s.next().records)
}

func TestPlainTextBeginsWhenTheViewIsGone(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"detached": {nil, "The run goes on.\nsecond\nthird\n"},
		"broken":   {errors.New("a \x1b[31mbug"), "a \\x1b[31mbug\nThe run goes on.\nsecond\nthird\n"},
	} {
		s := &Screen{}
		var out bytes.Buffer
		w := s.Plain(&out)
		_, err := w.Write([]byte("first\n"))
		require.NoError(t, err)
		s.gone, s.err = true, c.err
		for _, line := range []string{"second\n", "third\n"} {
			_, err := w.Write([]byte(line))
			require.NoError(t, err)
		}
		assert.Equal(t, c.want, out.String(), name)
	}
}

func TestWhatIsHeardIsWordsOnly(t *testing.T) {
	var out bytes.Buffer
	s := NewSpoken(&out, report.Style{ASCII: true})
	for _, r := range rehearsed(t, "broken-playbook") {
		s.Report(r)
	}
	text := out.String()
	for _, want := range []string{
		"After 0s, broken-playbook begins. This is a rehearsal in a sandbox; nothing is real.\n",
		"check.calm passed: OK\n", "inject.flood: injected\n", "assert.drain_finished failed: did not come within 1m30s\n",
		"finished: failed: an SLO was missed\n",
	} {
		assert.Contains(t, text, want)
	}
	for _, r := range text {
		require.True(t, r == '\n' || r >= ' ' && r < 0x7f, "%q", r)
	}
	require.NotContains(t, text, "visible 0\n", "signals are left out")
}

func TestSilenceIsBrokenAfterHalfAMinute(t *testing.T) {
	var out bytes.Buffer
	s := NewSpoken(&out, report.Style{})
	s.Beat(t0)
	require.Empty(t, out.String(), "nothing began")
	for _, r := range told(story()...) {
		s.Report(r)
	}
	out.Reset()
	s.Beat(t0.Add(20 * time.Second))
	require.Empty(t, out.String())
	s.Beat(t0.Add(2 * time.Minute))
	require.Equal(t, "After 2m, Still preparing: 0 faults live, 2 answers to be decided.\n", out.String())
	require.Equal(t, 1, strings.Count(out.String(), "\n"))
}
