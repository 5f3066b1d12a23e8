package tui

import (
	"sort"
	"time"

	tea "charm.land/bubbletea/v2"

	"gameday/experiments"
)

// frame is what the bridge tells ten times a second: what happened, and what time it is.
type frame struct {
	wall    time.Time // the host's, to play back by
	now     time.Time // the run's
	records []experiments.Record
	over    bool // no more records will come
	holding string
}

// leave asks the view to end by itself.
type leave struct{}

// Ending is how a view ended.
type Ending int

// The endings.
const (
	Left     Ending = iota // the run was over, and the person had seen enough
	Detached               // the run goes on without the view
	Broken                 // the view has a bug, or the terminal went away; the run goes on
)

// model is the root of the view, and the only one that Bubble Tea knows.
type model struct {
	look    look
	actions Actions

	records []experiments.Record
	state   *State
	folded  int       // records that the state knows
	head    time.Time // what time is looked at; zero: now
	playing bool
	over    bool
	now     time.Time
	wall    time.Time

	w, h     int
	focus    pane
	lower    pane // which pane is below the time line where there is room for one only
	full     bool // the focused pane has the window for itself
	timeline timeline
	detail   detail
	log      logPane
	metrics  metrics
	header   header
	zone     zone
	prompt   prompt
	note     string // what the last key did

	ending  Ending
	shown   string // the last content, while nothing changes
	changed bool
}

// look is what does not change about how a view looks.
type look struct {
	color, ascii bool
	local        *time.Location
}

func newModel(l look, actions Actions) *model {
	return &model{
		look: l, actions: actions, state: &State{}, lower: paneDetail, log: logPane{cursor: -1}, changed: true, ending: Broken,
		w: 80, h: 24,
	}
}

// Init has nothing to do: frames come by themselves.
func (m *model) Init() tea.Cmd { return nil }

// Update takes a message. It does no IO: what a key does to the run, a command does.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case frame:
		m.take(msg)
	case tea.WindowSizeMsg:
		m.w, m.h, m.changed = msg.Width, msg.Height, true
	case tea.KeyPressMsg:
		m.changed = true
		return m, m.key(msg.String(), msg.Text)
	case tea.PasteMsg:
		m.changed = true
		m.prompt.insert(m, msg.Content)
	case leave:
		m.ending = Left
		return m, tea.Quit
	}
	return m, nil
}

// take folds what happened.
func (m *model) take(f frame) {
	if len(f.records) > 0 || f.over != m.over || f.holding != m.header.holding || f.now.Unix() != m.now.Unix() {
		m.changed = true
	}
	m.records = append(m.records, f.records...)
	m.over, m.now, m.header.holding = f.over, f.now, f.holding
	if m.playing && !m.wall.IsZero() {
		m.head = m.head.Add(time.Duration(float64(f.wall.Sub(m.wall)) * m.rate()))
		m.changed = true
	}
	m.wall = f.wall
	m.fold()
}

// fold makes the state know what had happened at the time that is looked at, and no more.
func (m *model) fold() {
	upto := len(m.records)
	if !m.head.IsZero() {
		upto = sort.Search(len(m.records), func(i int) bool { return m.records[i].Time.After(m.head) })
		if upto == len(m.records) && (m.over || !m.head.Before(m.now)) {
			m.head, m.playing = time.Time{}, false
		}
	}
	if upto < m.folded {
		m.state, m.folded = &State{}, 0
	}
	for ; m.folded < upto; m.folded++ {
		m.state.Add(m.records[m.folded])
	}
	m.header.past = !m.head.IsZero()
	m.header.cut = m.over && m.state.End == nil
}

// rate is how many seconds a second a run is played back at: all of it in about twenty seconds.
func (m *model) rate() float64 {
	from, to := m.ends()
	return max(1, to.Sub(from).Seconds()/20)
}

// ends are when the run began, and until when it is known.
func (m *model) ends() (from, to time.Time) {
	if len(m.records) == 0 {
		return m.now, m.now
	}
	from, to = m.records[0].Time, m.records[len(m.records)-1].Time
	if !m.over {
		to = later(to, m.now)
	}
	return from, to
}

// running says whether the run is still under way, whatever is looked at.
func (m *model) running() bool { return !m.over && m.actions.Stop != nil }

// view is how the panels are to show the state.
func (m *model) view() view {
	v := view{now: m.now, zone: m.zone, local: m.look.local, focus: m.focus}
	switch {
	case !m.head.IsZero():
		v.now = m.head
	case m.over || m.state.End != nil || v.now.IsZero():
		v.now = m.state.Latest
	}
	return v
}

// View shows the state.
func (m *model) View() tea.View {
	if m.changed {
		m.shown = m.Render(m.w, m.h)
		m.changed = false
	}
	v := tea.NewView(m.shown)
	v.AltScreen = true
	v.WindowTitle = m.windowTitle()
	v.ProgressBar = m.progress()
	return v
}

func (m *model) windowTitle() string {
	word, _ := m.state.phase()
	title := "gameday"
	if m.state.Started.Scenario != "" {
		title += ": " + m.state.Started.Scenario
	}
	_, said, _ := cutWord(word)
	return title + ", " + said
}

// progress is how many of the claims are decided, for terminals that show it outside of the window.
func (m *model) progress() *tea.ProgressBar {
	if m.state.End != nil || len(m.state.Rows) == 0 {
		return tea.NewProgressBar(tea.ProgressBarNone, 0)
	}
	decided, all, bad := 0, 0, m.state.Stop != nil
	for _, r := range m.state.Rows {
		if r.Group != Response {
			continue
		}
		all++
		if r.Verdict != "" {
			decided++
		}
		bad = bad || r.Verdict == experiments.Failed
	}
	state := tea.ProgressBarDefault
	if bad {
		state = tea.ProgressBarError
	}
	return tea.NewProgressBar(state, decided*100/max(1, all))
}
