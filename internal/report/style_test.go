package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
)

func TestPlainShowsWhatATerminalWouldActUpon(t *testing.T) {
	for given, want := range map[string]string{
		"":                         "",
		"orders-backlog is ALARM":  "orders-backlog is ALARM",
		"注文 ünïcödé 🚒":             "注文 ünïcödé 🚒",
		"می\u200cخواهم":            "می\u200cخواهم", // with a joiner, which Persian needs
		"\x1b[31mred\x1b[0m":       `\x1b[31mred\x1b[0m`,
		"\x1b]0;title\x07":         `\x1b]0;title\x07`,
		"\u009b31m":                `\x9b31m`,
		"a\x00b\x7f":               `a\x00b\x7f`,
		"a\r\n\tb\u2028c":          "a   b c",
		"user\u202egnp.exe":        `user\u202egnp.exe`,
		"\u2066x\u2069\u200f":      `\u2066x\u2069\u200f`,
		"zero\u200bwidth\ufeff":    `zero\u200bwidth\ufeff`,
		"tag\U000e0041":            `tag\ue0041`,
		"not \xff\xfe UTF-8":       "not \ufffd\ufffd UTF-8",
		"backspace\b\bs":           `backspace\x08\x08s`,
		"\x90device control\u009c": "\ufffd" + `device control\x9c`,
	} {
		assert.Equal(t, want, Plain(given), "%q", given)
		assert.Equal(t, Plain(given), Plain(Plain(given)), "%q", given)
	}
}

func FuzzPlainIsSafeAndStaysSo(f *testing.F) {
	f.Add("\x1b[31m\u202e\xff")
	f.Fuzz(func(t *testing.T, text string) {
		plain := Plain(text)
		require.True(t, utf8.ValidString(plain))
		require.Equal(t, plain, Plain(plain))
		for _, r := range plain {
			require.False(t, unsafe(r), "%q", r)
		}
	})
}

func TestGitHubTakesNothingForACommand(t *testing.T) {
	for given, want := range map[string]string{
		"arn:aws:s3:::bucket":      "arn:aws:s3:::bucket",
		"fine\n  ::error::x\nfine": "fine\n-   ::error::x\nfine",
		"\x1b[1m::set-output\n":    "- \x1b[1m::set-output\n",
		"a ##[add-mask]b":          "a ## [add-mask]b",
	} {
		assert.Equal(t, want, inert(given))
	}
}

func TestColoursAreForTerminalsThatWantThem(t *testing.T) {
	for name, c := range map[string]struct {
		env      map[string]string
		terminal bool
		color    bool
		ascii    bool
	}{
		"a terminal":             {map[string]string{"TERM": "xterm", "LANG": "en_US.UTF-8"}, true, true, false},
		"a pipe":                 {map[string]string{"TERM": "xterm"}, false, false, false},
		"NO_COLOR=1":             {map[string]string{"NO_COLOR": "1"}, true, false, false},
		"NO_COLOR=yes":           {map[string]string{"NO_COLOR": "yes"}, true, false, false},
		"NO_COLOR=0":             {map[string]string{"NO_COLOR": "0"}, true, false, false},
		"NO_COLOR set to empty":  {map[string]string{"NO_COLOR": ""}, true, true, false},
		"a dumb terminal":        {map[string]string{"TERM": "dumb"}, true, false, false},
		"the C locale":           {map[string]string{"LANG": "C"}, true, true, true},
		"LC_ALL before LANG":     {map[string]string{"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, true, true, true},
		"LC_CTYPE before LANG":   {map[string]string{"LC_CTYPE": "C.utf8", "LANG": "C"}, true, true, false},
		"a Latin locale, a pipe": {map[string]string{"LANG": "de_DE.ISO-8859-1"}, false, false, true},
	} {
		s := Detect(func(key string) string { return c.env[key] }, c.terminal, 100)
		assert.Equal(t, Style{Color: c.color, ASCII: c.ascii, Width: 100}, s, name)
	}
}

func TestDurationsAreShortAndNeverSeemToBeOnTheOtherSideOfALimit(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 350 * time.Millisecond: "350ms", 1500 * time.Millisecond: "1.5s", 9*time.Second + 40*time.Millisecond: "9s",
		time.Minute: "1m", 62 * time.Second: "1m2s", 3 * time.Minute: "3m", time.Hour: "1h", 90 * time.Minute: "1h30m",
		time.Hour + 5*time.Second: "1h0m5s", -12 * time.Second: "-12s", 10 * time.Minute: "10m", 100 * time.Minute: "1h40m", 20 * time.Second: "20s",
	} {
		assert.Equal(t, want, short(d))
	}
	minute := time.Minute
	assert.Equal(t, "1m1s", beside(61002*time.Millisecond, minute))
	assert.Equal(t, "1m0.1s", beside(60070*time.Millisecond, minute))
	assert.Equal(t, "1m0.004s", beside(60004*time.Millisecond, minute))
	assert.Equal(t, "59.96s", beside(59960*time.Millisecond, minute))
	assert.Equal(t, "1m", beside(60*time.Second, minute))
}

func TestALatencyIsAnIntervalOnlyWhereThatIsWide(t *testing.T) {
	for _, c := range []struct {
		min, max, limit time.Duration
		want            string
	}{
		{62 * time.Second, 62 * time.Second, 3 * time.Minute, "1m2s / 3m"},
		{62 * time.Second, 62500 * time.Millisecond, 3 * time.Minute, "1m3s / 3m"},
		{60 * time.Second, 65 * time.Second, 3 * time.Minute, "1m–1m5s / 3m"},
		{61000 * time.Millisecond, 61002 * time.Millisecond, time.Minute, "1m1s / 1m"},
		{60001 * time.Millisecond, 60300 * time.Millisecond, time.Minute, "1m0.001s / 1m"},
		{59900 * time.Millisecond, 60100 * time.Millisecond, time.Minute, "59.9s–1m0.1s / 1m"},
	} {
		l := experiments.Latency{Min: ms(c.min), Max: ms(c.max)}
		assert.Equal(t, c.want, against(&l, ms(c.limit)))
	}
	assert.Equal(t, "– / 3m", against(nil, ms(3*time.Minute)))
}

func TestTextIsWrappedAtSpacesButARNsStayWhole(t *testing.T) {
	assert.Equal(t, []string{""}, wrap("", 10))
	assert.Equal(t, []string{"one two", "three"}, wrap("one two  three", 8))
	assert.Equal(t, []string{"see", "arn:aws:sns:eu-west-1:1:x", "there"}, wrap("see arn:aws:sns:eu-west-1:1:x there", 10))
	assert.Equal(t, []string{"注文が溜", "まると"}, wrap("注文が溜まると", 8))
	for _, line := range wrap(strings.Repeat("注文が溜まると three ", 20), 17) {
		assert.LessOrEqual(t, columns(line), 17)
	}
}

func TestColumnsStandBelowEachOtherBesideWideCharacters(t *testing.T) {
	p := &page{Style: Style{Width: 60}}
	p.table(0, [][]cell{{text("警報"), text("x")}, {text("alarm"), text("x")}, {text("👩‍🚒"), text("x")}, {text("e\u0301"), text("x")}})
	var at []int
	for _, line := range strings.Split(strings.TrimSpace(p.String()), "\n") {
		at = append(at, columns(strings.TrimSuffix(line, "x")))
	}
	require.Equal(t, []int{7, 7, 7, 7}, at)
}

func TestElapsedTime(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "+00:00", 72 * time.Second: "+01:12", time.Hour + 2*time.Minute + 3*time.Second: "+1:02:03", -5 * time.Second: "-00:05",
	} {
		assert.Equal(t, want, elapsed(d))
	}
}

func TestSentences(t *testing.T) {
	for given, want := range map[string]string{
		"": "", "it came": "It came.", "inject.flood never came": "inject.flood never came.", "done!": "Done!", "état inconnu": "État inconnu.",
	} {
		assert.Equal(t, want, sentence(given))
	}
}

// fullPipe fails after some bytes.
type fullPipe struct{ room int }

func (p *fullPipe) Write(b []byte) (int, error) {
	if p.room -= len(b); p.room < 0 {
		return 0, errors.New("broken pipe")
	}
	return len(b), nil
}

func TestJSONLinesAreTheRecordsWithNothingForTheTerminal(t *testing.T) {
	records := failedRun()
	evil := experiments.FaultFailed{Name: "flood", Error: "\x1b[31m\u009b\u202e\u2028\U000e0041 ##[add-mask]x ünïcödé"}
	records = append(records, experiments.Record{Seq: len(records) + 1, Time: began, Event: evil})
	var out bytes.Buffer
	j := NewJSONLines(&out)
	for _, r := range records {
		j.Report(r)
	}
	require.NoError(t, j.Err())
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	require.Len(t, lines, len(records))
	for i, line := range lines {
		require.Equal(t, line, Plain(line))
		require.NotContains(t, line, "##[")
		var r experiments.Record
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		require.Equal(t, records[i], r)
	}
}

func TestErrorsOfWritingAreToldOnceAndStopNothing(t *testing.T) {
	j := NewJSONLines(&fullPipe{room: 10})
	p := NewProgress(&fullPipe{room: 10}, Style{}, false)
	for _, r := range passedRun() {
		j.Report(r)
		p.Report(r)
	}
	require.ErrorContains(t, j.Err(), "write record 1: broken pipe")
	require.Error(t, Human(&fullPipe{}, passedRun(), HumanOptions{}))
	require.Error(t, Plan(&fullPipe{}, started(), planned(), Style{}))
	require.Error(t, Runs(&fullPipe{}, nil, Style{}))
	require.Error(t, JUnit(&fullPipe{}, passedRun()))
	require.Error(t, Summary(&fullPipe{}, experiments.Summarize(passedRun())))
}
