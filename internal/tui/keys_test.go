package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"gameday/experiments"
)

// allKeys are those that mean something somewhere, and some that do not.
func allKeys() []string {
	return []string{
		"up", "down", "left", "right", "h", "j", "k", "l", "pgup", "pgdown", "home", "end", "g", "G", "tab", "shift+tab", "enter",
		"esc", "/", "n", "N", "?", "t", "p", "a", "q", "y", "d", "space", "[", "]", "{", "}", "+", "-", "0", "backspace", "ctrl+u",
		"ctrl+d", "x", "é", "漢", "f5",
	}
}

// odd is a run whose names are as awkward as names can be.
func odd() []experiments.Record {
	events := story()
	plan := events[1].(experiments.PlanMade)
	for i, name := range []string{"漢字漢字漢字漢字", "e\u0301\u0302\u0303", "👨‍👩‍👧‍👦 family", "\x1b[31mred", strings.Repeat("long", 100), "", "\u202eevil", "\xff\xfe"} {
		plan.Assertions = append(plan.Assertions, experiments.Block{
			Name: name, Kind: name, Since: "inject.flood", Within: experiments.Millis(time.Duration(i) * time.Hour), Subjects: []string{name},
			Where: experiments.Range{Line: i + 1, EndLine: i + 3},
		})
	}
	events[1] = plan
	start := events[0].(experiments.RunStarted)
	start.Text = "漢字 = \"漢字漢字漢字\n\tx = \"\x1b[2J\"\n#\n}\n"
	start.Scenario = "漢字漢字漢字漢字漢字漢字"
	events[0] = start
	m := instant(-time.Hour)
	return told(append(events, experiments.FaultInjecting{Name: "flood"}, experiments.FaultInjected{Name: "flood", Began: m, Done: m},
		experiments.FaultRevertFailed{Name: "flood", Error: strings.Repeat("漢", 300), Left: []string{"\x1b]0;x\a"}},
		experiments.AssertionDecided{
			Name: "漢字漢字漢字漢字", Verdict: experiments.Failed, Reason: experiments.Late, Moment: &m,
			Latency: &experiments.Latency{Min: 5, Max: 1 << 40},
		},
		experiments.RunFinished{Verdict: experiments.NotReverted, ExitCode: experiments.ExitNotReverted})...)
}

func TestNoKeysAndNoSizeBreakTheWindow(t *testing.T) {
	runs := [][]experiments.Record{rehearsed(t, "checkout"), odd(), nil, told(story()...), crowd()[:1200]}
	rapid.Check(t, func(t *rapid.T) {
		records := runs[rapid.IntRange(0, len(runs)-1).Draw(t, "run")]
		l := look{rapid.Bool().Draw(t, "color"), rapid.Bool().Draw(t, "ascii"), time.UTC}
		m := newModel(l, Actions{Stop: func() {}, Interrupt: func() {}, Hold: func(bool) {}})
		told := 0
		wall, now := time.Unix(0, 0), t0
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0:
				n := rapid.IntRange(0, len(records)-told).Draw(t, "records")
				wall, now = wall.Add(time.Second), now.Add(time.Minute)
				m.Update(frame{wall: wall, now: now, records: records[told : told+n], over: rapid.Bool().Draw(t, "over")})
				told += n
			case 1:
				size := rapid.IntRange(0, 250)
				m.Update(tea.WindowSizeMsg{Width: size.Draw(t, "w"), Height: size.Draw(t, "h")})
			case 2:
				m.Update(tea.PasteMsg{Content: rapid.String().Draw(t, "pasted")})
			default:
				key := rapid.SampledFrom(allKeys()).Draw(t, "key")
				m.changed = true
				m.key(key, key)
			}
			fits(t, m.View().Content, m.w, m.h)
		}
	})
}

// fits fails when a line is wider than the window, or when there are too many.
func fits(t require.TestingT, content string, w, h int) {
	all := strings.Split(content, "\n")
	require.LessOrEqual(t, len(all), max(1, h))
	for _, l := range all {
		require.LessOrEqual(t, ansi.StringWidth(l), w, "%q", l)
		require.NotContains(t, ansi.Strip(l), "\x1b")
	}
}

func TestEverySizeShowsTheHeader(t *testing.T) {
	m := shown(rehearsed(t, "checkout"), time.Minute, look{})
	for w := 40; w < 260; w += 7 {
		for h := 12; h < 120; h += 5 {
			content := m.Render(w, h)
			fits(t, content, w, h)
			assert.Contains(t, content, "SANDBOX")
			assert.Contains(t, content, "watching")
			assert.Contains(t, content, "LIVE", "%dx%d", w, h)
		}
	}
}

// pressed presses keys and returns the commands that they made.
func pressed(m *model, keys ...string) (commands []tea.Cmd) {
	for _, key := range keys {
		if cmd := m.key(key, key); cmd != nil {
			commands = append(commands, cmd)
		}
	}
	return commands
}

func TestAbortAsksAndTheDefaultIsNo(t *testing.T) {
	for key, want := range map[string]int{"y": 1, "Y": 1, "n": 0, "enter": 0, "esc": 0, "space": 0, "a": 0} {
		stopped := 0
		m := shown(rehearsed(t, "checkout"), time.Minute, look{})
		m.actions.Stop = func() { stopped++ }
		for _, do := range pressed(m, "a", key) {
			do()
		}
		assert.Equal(t, want, stopped, key)
	}
}

func TestQuittingAsksWhileTheRunGoesOn(t *testing.T) {
	for key, want := range map[string]string{"q": "stay", "enter": "stay", "d": "detach", "a": "stop", "esc": "stay", "y": "stay"} {
		stopped := false
		m := shown(rehearsed(t, "checkout"), time.Minute, look{})
		m.actions.Stop = func() { stopped = true }
		got := "stay"
		for _, do := range pressed(m, "q", key) {
			if _, quits := do().(tea.QuitMsg); quits {
				got = "detach"
				assert.Equal(t, Detached, m.ending)
			}
		}
		if stopped {
			got = "stop"
		}
		assert.Equal(t, want, got, key)
	}
}

func TestAFinishedRunIsLeftUnasked(t *testing.T) {
	for _, key := range []string{"q", "ctrl+c"} {
		m := shown(rehearsed(t, "checkout"), time.Hour, look{})
		commands := pressed(m, key)
		require.Len(t, commands, 1)
		require.IsType(t, tea.QuitMsg{}, commands[0]())
		require.Equal(t, Left, m.ending)
	}
}

func TestCtrlCRevertsUnaskedWhateverIsAsked(t *testing.T) {
	for _, before := range [][]string{nil, {"a"}, {"q"}, {"/"}, {"?"}} {
		interrupted := 0
		m := shown(rehearsed(t, "checkout"), time.Minute, look{})
		m.actions.Interrupt = func() { interrupted++ }
		pressed(m, before...)
		for _, do := range pressed(m, "ctrl+c") {
			do()
		}
		assert.Equal(t, 1, interrupted, fmt.Sprint(before))
	}
}

func TestAJournalThatWasCutShortIsShownAsFarAsItGoes(t *testing.T) {
	records := rehearsed(t, "checkout")
	m := newModel(look{}, Actions{})
	m.Update(frame{records: records[:30], over: true})
	require.Contains(t, m.Render(100, 30), "CUT SHORT")
	require.Contains(t, m.Render(100, 30), "1 fault LIVE")
}

func TestHoldIsToldToTheRunAndShown(t *testing.T) {
	var told []bool
	m := shown(rehearsed(t, "checkout"), 12*time.Second, look{})
	m.actions.Hold = func(held bool) { told = append(told, held) }
	for _, do := range pressed(m, "p") {
		do()
	}
	m.Update(frame{now: m.now, holding: "flood"})
	require.Contains(t, m.Render(100, 30), "HOLD before flood")
	for _, do := range pressed(m, "p") {
		do()
	}
	require.Equal(t, []bool{true, false}, told)
	require.NotContains(t, m.Render(100, 30), "HOLD")
}

func TestARunIsPlayedBackAsItWent(t *testing.T) {
	records := rehearsed(t, "checkout")
	m := shown(records, time.Hour, look{})
	pressed(m, "space")
	require.True(t, m.playing)
	require.Zero(t, m.state.Live())
	wall := time.Unix(0, 0)
	lived, ticks := 0, 0
	for ; m.playing; ticks++ {
		wall = wall.Add(beat)
		m.Update(frame{wall: wall, now: m.now, over: true})
		lived = max(lived, m.state.Live())
		require.Less(t, ticks, 1000)
	}
	require.Equal(t, 1, lived)
	require.InDelta(t, 200, ticks, 5, "about twenty seconds")
	require.NotNil(t, m.state.End)
	require.Equal(t, len(records), m.folded)
}

func TestSteppingBackAndForthComesBackToTheSame(t *testing.T) {
	m := shown(rehearsed(t, "checkout"), time.Hour, look{})
	end := m.Render(120, 40)
	for range 12 {
		m.key("[", "[")
	}
	require.NotEqual(t, end, m.Render(120, 40))
	require.True(t, m.header.past)
	require.Nil(t, m.state.End)
	for range 60 {
		m.key("]", "]")
	}
	require.Equal(t, end, m.Render(120, 40))
}

func TestLookingBackDoesNotLoseWhatHappensMeanwhile(t *testing.T) {
	records := rehearsed(t, "checkout")
	m := shown(records[:30], time.Hour, look{})
	m.Update(frame{now: records[29].Time})
	for range 5 {
		m.key("[", "[")
	}
	folded := m.folded
	m.Update(frame{now: records[39].Time, records: records[30:40]})
	require.Equal(t, folded, m.folded, "the past does not change")
	m.lookAt(m.now)
	require.Equal(t, 40, m.folded)
	require.False(t, m.header.past)
}

func TestAFilterShowsMatchingLinesAndFollowsAgain(t *testing.T) {
	m := shown(rehearsed(t, "checkout"), time.Hour, look{})
	pressed(m, "/", "P", "A", "G", "E", "enter")
	require.Equal(t, askNothing, m.prompt.kind)
	for _, i := range m.log.matched {
		assert.Contains(t, m.state.Log[i].folded, "page")
	}
	pressed(m, "N")
	require.GreaterOrEqual(t, m.log.cursor, 0)
	pressed(m, "esc")
	require.Empty(t, m.log.filter)
	m.Render(80, 24)
	require.Len(t, m.log.matched, len(m.state.Log))
}

func TestNFindsWhatDidNotPass(t *testing.T) {
	m := shown(rehearsed(t, "broken-playbook"), time.Hour, look{})
	pressed(m, "n")
	require.NotEqual(t, experiments.Passed, m.selected().Verdict)
	m = shown(rehearsed(t, "checkout"), time.Hour, look{})
	pressed(m, "n")
	require.Equal(t, "nothing went wrong", m.note)
}
