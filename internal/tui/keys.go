package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"gameday/experiments"
)

// key does what a key asks for.
func (m *model) key(name, typed string) tea.Cmd {
	m.note = ""
	if name == "ctrl+c" {
		return m.interrupt()
	}
	if m.prompt.kind != askNothing {
		return m.prompt.key(m, name, typed)
	}
	if do, known := m.runKeys()[name]; known {
		return do()
	}
	for _, keys := range []map[string]func(){m.moveKeys(), m.timeKeys()} {
		if do, known := keys[name]; known {
			do()
			break
		}
	}
	return nil
}

// runKeys are those that reach beyond the view.
func (m *model) runKeys() map[string]func() tea.Cmd {
	ask := func(kind question) func() tea.Cmd {
		return func() tea.Cmd {
			m.prompt = prompt{kind: kind}
			return nil
		}
	}
	return map[string]func() tea.Cmd{
		"q": m.quit, "a": m.abort, "p": m.hold, "?": ask(askHelp), "f1": ask(askHelp),
		"/": func() tea.Cmd {
			m.focus, m.lower = paneLog, paneLog
			return ask(askFilter)()
		},
	}
}

func (m *model) moveKeys() map[string]func() {
	return map[string]func(){
		"up": func() { m.vertical(-1) }, "k": func() { m.vertical(-1) },
		"down": func() { m.vertical(1) }, "j": func() { m.vertical(1) },
		"pgup": func() { m.vertical(-10) }, "ctrl+u": func() { m.vertical(-10) },
		"pgdown": func() { m.vertical(10) }, "ctrl+d": func() { m.vertical(10) },
		"home": func() { m.vertical(-1 << 20) }, "g": func() { m.vertical(-1 << 20) },
		"end": func() { m.vertical(1 << 20) }, "G": func() { m.vertical(1 << 20) },
		"tab": func() { m.turn(1) }, "shift+tab": func() { m.turn(-1) },
		"enter": func() { m.full = !m.full },
		"esc":   m.escape,
		"n":     func() { m.next(1) }, "N": func() { m.next(-1) },
	}
}

func (m *model) timeKeys() map[string]func() {
	v := m.view()
	pan := func(by int) func() {
		return func() { m.timeline.lens = m.timeline.lens.move(m.state, v.now, by) }
	}
	zoom := func(by int) func() {
		return func() { m.timeline.lens = m.timeline.lens.zoom(m.state, v.now, by) }
	}
	return map[string]func(){
		"left": pan(-1), "h": pan(-1), "right": pan(1), "l": pan(1),
		"+": zoom(-1), "=": zoom(-1), "-": zoom(1), "_": zoom(1),
		"0": func() { m.timeline.lens = lens{} },
		"t": func() { m.zone = (m.zone + 1) % 3 },
		"[": func() { m.step(-1) }, "]": func() { m.step(1) },
		"{": func() { m.jump(-1) }, "}": func() { m.jump(1) },
		"space": m.play,
	}
}

// vertical moves in the focused pane.
func (m *model) vertical(by int) {
	switch m.focus {
	case paneTimeline:
		m.timeline.selected = max(0, min(m.timeline.selected+by, len(m.state.Rows)-1))
		m.detail.top = 0
	case paneDetail:
		m.detail.top = max(0, m.detail.top+by)
	case paneLog:
		m.log.cursor = -1
		m.log.scroll(by)
	case paneMetrics:
		m.metrics.top = max(0, m.metrics.top+by)
	}
}

// turn gives the focus to the next pane.
func (m *model) turn(by pane) {
	m.focus = (m.focus + by + panes) % panes
	if m.focus != paneTimeline {
		m.lower = m.focus
	}
}

func (m *model) escape() {
	switch {
	case m.full:
		m.full = false
	case m.log.filter != "":
		m.log.search("")
	default:
		m.focus = paneTimeline
	}
}

// next finds the next line of the log that matches, or without a filter the next row that did not pass.
func (m *model) next(by int) {
	if m.log.filter != "" {
		e, found := m.log.step(m.state, by)
		if found {
			m.show(e.Key)
		}
		return
	}
	n := len(m.state.Rows)
	for i := 1; i <= n; i++ {
		at := ((m.timeline.selected+i*by)%n + n) % n
		if v := m.state.Rows[at].Verdict; v != "" && v != experiments.Passed || m.state.Rows[at].NotBack != nil {
			m.timeline.selected, m.detail.top = at, 0
			return
		}
	}
	m.note = "nothing went wrong"
}

// show selects the row of that key, if there is one.
func (m *model) show(key string) {
	for i, r := range m.state.Rows {
		if r.Key == key {
			m.timeline.selected, m.detail.top = i, 0
		}
	}
}

// play starts to play back, from the begin when all was seen, or pauses.
func (m *model) play() {
	if m.playing {
		m.playing = false
		return
	}
	if m.head.IsZero() {
		m.head, _ = m.ends()
	}
	m.playing = true
	m.fold()
}

// step looks at the moment of the next record that is worth a look, or the one before.
func (m *model) step(by int) {
	now := m.view().now
	for at := m.folded - 1; at >= 0 && at < len(m.records); at += by {
		if t := m.records[at].Time; by < 0 && !t.Before(now) || by > 0 && !t.After(now) {
			continue
		}
		switch m.records[at].Event.(type) {
		case experiments.SignalSeen, experiments.SeenUntil:
			continue
		}
		m.lookAt(m.records[at].Time)
		return
	}
}

// jump looks a twentieth of the run further, or back.
func (m *model) jump(by int) {
	from, to := m.ends()
	now := m.view().now
	at := now.Add(time.Duration(by) * to.Sub(from) / 20)
	if at.Before(from) {
		at = from
	}
	m.lookAt(at)
}

// lookAt looks at a time.
func (m *model) lookAt(at time.Time) {
	m.playing, m.head = false, at
	m.fold()
}

// interrupt is Ctrl-C: it reverts unasked.
func (m *model) interrupt() tea.Cmd {
	if !m.running() {
		m.ending = Left
		return tea.Quit
	}
	m.prompt = prompt{}
	m.note = "Stopping: everything that can be is reverted. Ctrl-C again gives up and leaves faults live."
	return command(m.actions.Interrupt)
}

func (m *model) abort() tea.Cmd {
	if !m.running() {
		m.note = "The run is over: there is nothing to abort."
		return nil
	}
	m.prompt = prompt{kind: askAbort}
	return nil
}

func (m *model) hold() tea.Cmd {
	if !m.running() || m.actions.Hold == nil {
		m.note = "The run is over: there is nothing to hold."
		return nil
	}
	held := !m.header.held
	m.header.held = held
	m.note = "Going on."
	if held {
		m.note = "Holding before the next fault; p goes on."
	}
	return command(func() { m.actions.Hold(held) })
}

func (m *model) quit() tea.Cmd {
	if m.running() {
		m.prompt = prompt{kind: askQuit}
		return nil
	}
	m.ending = Left
	return tea.Quit
}

// command does something outside of the view.
func command(do func()) tea.Cmd {
	if do == nil {
		return nil
	}
	return func() tea.Msg {
		do()
		return nil
	}
}

func printable(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f })
}
