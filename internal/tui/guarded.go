package tui

import (
	"fmt"
	"path/filepath"
	"runtime/debug"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// guarded is a model whose bugs end the view in an orderly way: the terminal is given back, and the run goes on.
type guarded struct {
	model *model
	bug   error
	inner tea.Model // instead of the model; for tests
}

// Init begins.
func (g *guarded) Init() tea.Cmd { return g.current().Init() }

// Update passes a message on.
func (g *guarded) Update(msg tea.Msg) (next tea.Model, cmd tea.Cmd) {
	defer func() {
		if bug := recover(); bug != nil {
			g.catch(bug)
		}
		if g.bug != nil {
			next, cmd = g, tea.Quit
		}
	}()
	if g.bug != nil {
		return g, tea.Quit
	}
	_, cmd = g.current().Update(msg)
	return g, cmd
}

// View shows the model. A bug in showing ends the view with the next frame.
func (g *guarded) View() (v tea.View) {
	defer func() {
		if bug := recover(); bug != nil {
			g.catch(bug)
			v = tea.NewView("")
			v.AltScreen = true
		}
	}()
	if g.bug != nil {
		v.AltScreen = true
		return v
	}
	return g.current().View()
}

func (g *guarded) current() tea.Model {
	if g.inner != nil {
		return g.inner
	}
	return g.model
}

func (g *guarded) catch(bug any) {
	if g.bug == nil {
		g.bug = fmt.Errorf("%v%s", bug, place(string(debug.Stack())))
	}
}

// place says where a bug was: the first of our own lines below the panic.
func place(stack string) string {
	_, below, _ := strings.Cut(stack, "panic(")
	for line := range strings.Lines(below) {
		if file, _, found := strings.Cut(strings.TrimSpace(line), " +0x"); found && strings.Contains(file, "/tui/") {
			return " at " + filepath.Base(file)
		}
	}
	return ""
}
