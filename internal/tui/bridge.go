package tui

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"gameday/experiments"
	"gameday/internal/report"
)

// beat is the time between two frames.
const beat = 100 * time.Millisecond

// Actions are what a view may do to its run. They are called on goroutines that are no strands, and may take their time.
type Actions struct {
	Stop      func()     // stop injecting, and revert everything
	Interrupt func()     // the same, as an interrupt from the terminal; a second one gives up
	Hold      func(bool) // wait before the next fault, or go on
}

// Options are how a run is shown.
type Options struct {
	In      io.Reader
	Out     io.Writer
	Style   report.Style // its width does not matter: the terminal's counts
	Now     func() time.Time
	Speed   float64 // of a rehearsal, to be shown; 0: none
	Actions Actions
}

// Screen is the view of one run while it is under way. It is an experiments.Reporter. Nothing that happens to the screen
// touches the run.
type Screen struct {
	options Options
	program *tea.Program
	model   *guarded
	ended   chan struct{}

	mu      sync.Mutex
	queue   []experiments.Record
	over    bool
	gone    bool // the view ended while the run went on
	holding string
	err     error
}

// Watch shows a run that is about to begin.
func Watch(o Options) *Screen {
	m := newModel(lookOf(o.Style), o.Actions)
	m.header.speed = o.Speed
	return open(o, m)
}

// Show shows a run that is over, and returns when the person has seen enough.
func Show(o Options, records []experiments.Record) error {
	o.Now = func() time.Time { return records[len(records)-1].Time }
	m := newModel(lookOf(o.Style), Actions{})
	s := open(o, m)
	for _, r := range records {
		s.Report(r)
	}
	s.finish()
	<-s.ended
	return s.err
}

func lookOf(s report.Style) look { return look{color: s.Color, ascii: s.ASCII, local: time.Local} }

func open(o Options, m *model) *Screen {
	s := &Screen{options: o, model: &guarded{model: m}, ended: make(chan struct{})}
	s.program = tea.NewProgram(s.model, programOptions(o)...)
	go s.run()
	go s.feed()
	return s
}

func programOptions(o Options) []tea.ProgramOption {
	profile := colorprofile.ASCII // attributes, no colours: whatever NO_COLOR is set to
	if o.Style.Color {
		profile = colorprofile.ANSI
	}
	return []tea.ProgramOption{
		tea.WithInput(o.In), tea.WithOutput(o.Out), tea.WithoutSignalHandler(), tea.WithColorProfile(profile), tea.WithFPS(30),
	}
}

// run runs the program to its end. When the run still goes on then, it goes on in plain text.
func (s *Screen) run() {
	defer close(s.ended)
	_, err := s.program.Run()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.model.bug != nil {
		err = fmt.Errorf("show the run: the view has a bug: %v", s.model.bug)
	}
	s.err = err
	s.gone = !s.over
}

// feed sends the program what happened, batched, until it ends. Sending may block: this is why it is done here.
func (s *Screen) feed() {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for {
		s.program.Send(s.next())
		select {
		case <-s.ended:
			return
		case <-ticker.C:
		}
	}
}

func (s *Screen) next() frame {
	s.mu.Lock()
	f := frame{records: s.queue, over: s.over, holding: s.holding}
	s.queue = nil
	s.mu.Unlock()
	f.wall, f.now = time.Now(), s.options.Now()
	return f
}

// Choose lets a person choose a scenario. A ctx that is done ends it.
func Choose(ctx context.Context, o Options, items []Item, load func(path string) Preview) (Choice, error) {
	c := newChooser(lookOf(o.Style), items, load)
	g := &guarded{inner: c}
	program := tea.NewProgram(g, programOptions(o)...)
	done := make(chan struct{})
	go func() {
		select {
		case <-ctx.Done():
			program.Send(leave{})
		case <-done:
		}
	}()
	_, err := program.Run()
	close(done)
	if g.bug != nil {
		err = fmt.Errorf("choose a scenario: %w", g.bug)
	}
	return c.choice, err
}

// Report queues a record. It never blocks.
func (s *Screen) Report(r experiments.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.gone {
		s.queue = append(s.queue, r)
	}
}

// Holding tells the view which fault waits for a person; "": none.
func (s *Screen) Holding(fault string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holding = fault
}

func (s *Screen) finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
}

// Finish says that no record will come any more, and waits until the person has seen enough, or ctx is done. It returns
// how the view ended.
func (s *Screen) Finish(ctx context.Context) (Ending, error) {
	s.finish()
	select {
	case <-s.ended:
	case <-ctx.Done():
		s.program.Send(leave{})
	}
	<-s.ended
	ending := s.model.model.ending
	if s.err != nil {
		ending = Broken
	}
	return ending, s.err
}

// Restore ends the view at once and gives the terminal back. It must not be called by the view's own messages.
func (s *Screen) Restore() {
	s.program.Kill()
	<-s.ended
}

// Plain returns a writer that is silent while the view is there, and writes to w once it ended before its run. What the
// view's end was is said first.
func (s *Screen) Plain(w io.Writer) io.Writer { return &plain{screen: s, to: w} }

type plain struct {
	screen *Screen
	to     io.Writer
	begun  bool
}

// Write writes text if the view is gone.
func (p *plain) Write(text []byte) (int, error) {
	p.screen.mu.Lock()
	gone, err := p.screen.gone, p.screen.err
	p.screen.mu.Unlock()
	if !gone {
		return len(text), nil
	}
	if !p.begun {
		p.begun = true
		why := "The run goes on."
		if err != nil {
			why = report.Plain(err.Error()) + "\n" + why
		}
		if _, err := fmt.Fprintln(p.to, why); err != nil {
			return 0, err
		}
	}
	return p.to.Write(text)
}
