package cli

import (
	"context"
	"os"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"gameday/experiments"
	"gameday/internal/clock"
	"gameday/internal/report"
	"gameday/internal/tui"
)

// The ways to show how a play goes.
const (
	showAuto  = "auto"
	showTUI   = "tui"
	showPlain = "plain"
	showJSON  = "json"
	showQuiet = "quiet"
)

func progressModes() []string { return []string{showAuto, showTUI, showPlain, showJSON, showQuiet} }

// registerProgress adds the flags of verbs that can show a play in the whole window.
func registerProgress(verb *cobra.Command, f *common) {
	verb.Flags().StringVar(&f.progress, "progress", showAuto,
		"how to show what happens: tui (the whole window), plain (lines), json, quiet; auto is tui on a terminal")
	verb.Flags().BoolVar(&f.accessible, "accessible", false, "say everything in words, a line each: no colours, nothing is redrawn")
	_ = verb.RegisterFlagCompletionFunc("progress", cobra.FixedCompletions(progressModes(), cobra.ShellCompDirectiveNoFileComp))
}

// checkProgress settles what the flags ask for together.
func (a *app) checkProgress(f *common) error {
	switch f.progress {
	case showAuto, showPlain, "":
	case showTUI:
		if _, _, ok := a.window(); !ok || f.json || f.quiet || f.accessible {
			return misuse("--progress=plain prints lines", "--progress=tui needs a terminal, and neither --json, --quiet nor --accessible")
		}
	case showJSON:
		f.json = true
	case showQuiet:
		f.quiet = true
	default:
		return misuse("auto, tui, plain, json and quiet are known", "--progress=%s is not known", f.progress)
	}
	return nil
}

// window returns the terminal that a view can take, if there is one.
func (a *app) window() (in, out *os.File, ok bool) {
	in, readable := a.Stdin.(*os.File)
	out, writable := a.Stdout.(*os.File)
	if !readable || !writable || !a.Terminal || a.env("TERM") == "dumb" {
		return nil, nil, false
	}
	return in, out, term.IsTerminal(int(in.Fd())) && term.IsTerminal(int(out.Fd()))
}

// windowed says whether a play is shown in the whole window.
func (a *app) windowed(f *common) bool {
	if f.json || f.quiet || f.accessible || f.progress != showAuto && f.progress != showTUI {
		return false
	}
	_, _, ok := a.window()
	return ok
}

// beater is a reporter that shows that a run is alive.
type beater interface {
	experiments.Reporter
	Beat(now time.Time)
}

// audience is who is told how a play goes: a memory, for the reports at the end, and whoever looks on.
type audience struct {
	kept      *memory
	beater    beater // nil: nobody who wants to hear that nothing happens
	screen    *tui.Screen
	holder    *holder
	reporters []experiments.Reporter
}

// audience gathers who is told of a play that is about to begin. It opens the view.
func (a *app) audience(f *common, p *play) *audience {
	if !a.windowed(f) {
		kept, beater, reporters := a.reporters(f)
		return &audience{kept: kept, beater: beater, reporters: reporters}
	}
	in, out, _ := a.window()
	seen := &audience{kept: &memory{}, holder: &holder{clock: p.clock}}
	seen.screen = tui.Watch(tui.Options{
		In: in, Out: out, Style: a.style(f.noColor), Now: p.clock.Now, Speed: shownSpeed(p),
		Actions: tui.Actions{Stop: a.stops.quit, Interrupt: func() { a.stops.hear(os.Interrupt) }, Hold: seen.holder.set},
	})
	seen.holder.tell = seen.screen.Holding
	seen.beater = report.NewProgress(seen.screen.Plain(a.Stdout), a.style(f.noColor), false)
	seen.reporters = []experiments.Reporter{seen.kept, seen.beater, seen.screen}
	return seen
}

func shownSpeed(p *play) float64 {
	if p.account == nil {
		return 0
	}
	return p.speed
}

// hold is what makes faults wait for a person.
func (w *audience) hold() func(context.Context, string) error {
	if w.holder == nil {
		return nil
	}
	return w.holder.wait
}

// leave waits until the person at the view has seen enough, and gives the terminal back.
func (w *audience) leave(ctx context.Context, a *app) {
	if w.screen == nil {
		return
	}
	if _, err := w.screen.Finish(ctx); err != nil {
		explain(a.Stderr, err)
	}
}

// restoring returns giveUp for when a view may have the terminal.
func restoring(seen *atomic.Pointer[audience], giveUp func()) func() {
	if giveUp == nil {
		return nil
	}
	return func() {
		if w := seen.Load(); w != nil && w.screen != nil {
			w.screen.Restore()
		}
		giveUp()
	}
}

// holder makes faults wait while a person wants it.
type holder struct {
	clock   *clock.Clock
	held    bool // of the strands
	changed clock.Cond
	tell    func(fault string)
}

// set is called from anywhere.
func (h *holder) set(held bool) {
	h.clock.Post(func() {
		h.held = held
		h.clock.Notify(&h.changed)
	})
}

// wait returns when nobody holds the fault any more.
func (h *holder) wait(ctx context.Context, fault string) error {
	for h.held {
		h.tell(fault)
		err := h.clock.Wait(ctx, &h.changed, time.Time{})
		h.tell("")
		if err != nil {
			return err
		}
	}
	return nil
}

// quit is a stop that a person asked for in the view.
func (s *stops) quit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first == nil {
		s.first = &experiments.StopError{Cause: experiments.StopInterrupt, Detail: "aborted by the person who watched"}
		s.at = s.host.Now()
		s.spread()
	}
}

// shownFor is how long a rehearsal takes that a person looks at, about.
const shownFor = 20 * time.Second

// pace returns the speed at which a rehearsal is shown well. What it will be is known from rehearsing it once, unseen.
func (a *app) pace(ctx context.Context, p *piece, f *rehearsal) (float64, error) {
	alone, err := a.again(p)
	if err != nil {
		return 0, err
	}
	trial, err := a.staged(alone, f.seed, 0, f.tick)
	if err != nil {
		return 0, err
	}
	err = a.on(ctx, trial, a.leave, func(ctx context.Context) error {
		ready, err := a.engine(trial, f.tick).Plan(ctx, trial.Experiment)
		if err != nil {
			return a.unprepared(err)
		}
		ready.Do(ctx, experiments.Options{})
		return nil
	})
	took := trial.clock.Now().Sub(rehearsalStart())
	return max(1, took.Seconds()/shownFor.Seconds()), err
}
