package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gameday/experiments"
)

// Item is a scenario that may be chosen.
type Item struct {
	Path    string // as commands take it
	Name    string // what the scenario calls itself
	Library bool
	Verdict experiments.Verdict // of the last run; "": none
	When    string              // of the last run, in words
}

// Preview is what is told of a scenario before it is chosen.
type Preview struct {
	Description string
	Hypothesis  string
	Faults      []string // a line each
	SLOs        []string
	Accounts    []string // that it may touch
	Region      string
	Sandbox     bool   // whether it can be rehearsed
	Problem     string // why it cannot be loaded
}

// Verb is what is to be done with a scenario.
type Verb string

// What may be done with a scenario.
const (
	Nothing  Verb = ""
	Rehearse Verb = "rehearse"
	Run      Verb = "run"
)

// Choice is what a person chose.
type Choice struct {
	Verb Verb
	Path string
}

// chooser lets a person choose a scenario.
type chooser struct {
	look     look
	items    []Item
	load     func(path string) Preview // may take its time
	previews map[string]Preview
	asked    map[string]bool

	w, h     int
	selected int // of the items that match
	top      int
	filter   string
	typing   bool
	digits   string // typed to confirm
	asking   bool
	note     string
	choice   Choice
}

// previewed is a scenario that was loaded.
type previewed struct {
	path    string
	preview Preview
}

func newChooser(l look, items []Item, load func(string) Preview) *chooser {
	return &chooser{look: l, items: items, load: load, previews: map[string]Preview{}, asked: map[string]bool{}, w: 80, h: 24}
}

// Init loads the first preview.
func (c *chooser) Init() tea.Cmd { return c.preview() }

// Update takes a message.
func (c *chooser) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		c.w, c.h = msg.Width, msg.Height
	case previewed:
		c.previews[msg.path] = msg.preview
	case tea.KeyPressMsg:
		cmd := c.key(msg.String(), msg.Text)
		return c, tea.Batch(cmd, c.preview())
	case leave:
		return c, tea.Quit
	}
	return c, nil
}

// preview loads the selected scenario, once.
func (c *chooser) preview() tea.Cmd {
	item, found := c.current()
	if !found || c.asked[item.Path] {
		return nil
	}
	c.asked[item.Path] = true
	return func() tea.Msg { return previewed{item.Path, c.load(item.Path)} }
}

// matching are the items that the filter leaves.
func (c *chooser) matching() []Item {
	if c.filter == "" {
		return c.items
	}
	needle := strings.ToLower(c.filter)
	return slices.DeleteFunc(slices.Clone(c.items), func(i Item) bool {
		return !strings.Contains(strings.ToLower(i.Path+" "+i.Name), needle)
	})
}

func (c *chooser) current() (Item, bool) {
	items := c.matching()
	if len(items) == 0 {
		return Item{}, false
	}
	c.selected = max(0, min(c.selected, len(items)-1))
	return items[c.selected], true
}

func (c *chooser) key(name, typed string) tea.Cmd {
	c.note = ""
	switch {
	case name == "ctrl+c":
		return tea.Quit
	case c.asking:
		return c.confirm(name, typed)
	case c.typing:
		c.edit(name, typed)
		return nil
	}
	switch name {
	case "up", "k":
		c.selected--
	case "down", "j":
		c.selected++
	case "pgup":
		c.selected -= 10
	case "pgdown":
		c.selected += 10
	case "home", "g":
		c.selected = 0
	case "end", "G":
		c.selected = len(c.items)
	case "/":
		c.typing, c.filter = true, ""
	case "enter", "r":
		return c.choose(Rehearse)
	case "R":
		return c.choose(Run)
	case "q", "esc":
		return tea.Quit
	}
	c.selected = max(0, min(c.selected, len(c.matching())-1))
	return nil
}

func (c *chooser) edit(name, typed string) {
	switch {
	case name == "enter":
		c.typing = false
	case name == "esc":
		c.typing, c.filter = false, ""
	case name == "backspace":
		runes := []rune(c.filter)
		c.filter = string(runes[:max(0, len(runes)-1)])
	case printable(typed) && len(c.filter) < 100:
		c.filter += typed
	}
	c.selected = 0
}

// choose ends the chooser, or asks first where faults are real.
func (c *chooser) choose(verb Verb) tea.Cmd {
	item, found := c.current()
	preview, loaded := c.previews[item.Path]
	switch {
	case !found:
		return nil
	case loaded && preview.Problem != "":
		c.note = "It cannot be loaded: gameday validate says why."
	case verb == Rehearse && loaded && !preview.Sandbox:
		c.note = "It has no sandbox beside it to be rehearsed in."
	case verb == Run && (!loaded || len(preview.Accounts) == 0):
		c.note = "It does not say which account it may touch."
	case verb == Run:
		c.asking, c.digits = true, ""
	default:
		c.choice = Choice{verb, item.Path}
		return tea.Quit
	}
	return nil
}

// confirm takes the last four digits of the account.
func (c *chooser) confirm(name, typed string) tea.Cmd {
	switch {
	case name == "esc" || name == "enter" && c.digits == "":
		c.asking = false
	case name == "backspace":
		c.digits = c.digits[:max(0, len(c.digits)-1)]
	case name == "enter":
		return c.confirmed()
	case len(typed) == 1 && typed >= "0" && typed <= "9" && len(c.digits) < 12:
		c.digits += typed
	}
	return nil
}

func (c *chooser) confirmed() tea.Cmd {
	c.asking = false
	item, _ := c.current()
	for _, account := range c.previews[item.Path].Accounts {
		if len(account) >= 4 && account[len(account)-4:] == c.digits {
			c.choice = Choice{Run, item.Path}
			return tea.Quit
		}
	}
	c.note = "Those are not the last four digits of its account. Nothing was run."
	return nil
}
