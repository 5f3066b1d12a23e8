package tui

import (
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"gameday/experiments"
)

// shelf is a chooser with three scenarios, all loaded.
func shelf() *chooser {
	c := newChooser(look{}, []Item{
		{Path: "game-days/checkout.hcl", Name: "checkout", Verdict: experiments.Failed, When: "2026-11-22 02:12"},
		{Path: "game-days/mis\x1b[2Jtake.hcl", Name: "mistake"},
		{Path: "library/sqs-backlog", Name: "sqs-backlog", Library: true, Verdict: experiments.Passed, When: "2026-11-21 10:00"},
	}, func(path string) Preview {
		switch path {
		case "library/sqs-backlog":
			return Preview{Description: "A queue fills up.", Sandbox: true}
		case "game-days/checkout.hcl":
			return Preview{
				Description: "Half the fleet dies.", Hypothesis: "If half the fleet dies, then nobody notices.", Sandbox: true,
				Faults: []string{"kill (ec2_terminate), cannot be reverted", "flood (sqs_backlog) after inject.kill"},
				SLOs:   []string{"paged within 1m of inject.flood"}, Accounts: []string{"111122223333"}, Region: "eu-west-1",
			}
		}
		return Preview{Problem: "mistake.hcl:3: Unknown block: \x1b[2J"}
	})
	for _, item := range c.items {
		c.Update(previewed{item.Path, c.load(item.Path)})
	}
	return c
}

// chooses presses keys and returns what was chosen; found says whether the chooser ended.
func chooses(c *chooser, keys ...string) (choice Choice, found bool) {
	for _, key := range keys {
		if cmd := c.key(key, key); cmd != nil {
			_, found = cmd().(tea.QuitMsg)
		}
	}
	return c.choice, found
}

func TestScenariosAreChosen(t *testing.T) {
	for _, c := range []struct {
		name string
		keys []string
		want Choice
		ends bool
	}{
		{"rehearse", []string{"enter"}, Choice{Rehearse, "game-days/checkout.hcl"}, true},
		{"another", []string{"down", "j", "r"}, Choice{Rehearse, "library/sqs-backlog"}, true},
		{"found", []string{"/", "s", "q", "s", "enter", "enter"}, Choice{Rehearse, "library/sqs-backlog"}, true},
		{"run", []string{"R", "3", "3", "3", "3", "enter"}, Choice{Run, "game-days/checkout.hcl"}, true},
		{"run, corrected", []string{"R", "4", "backspace", "3", "3", "3", "3", "enter"}, Choice{Run, "game-days/checkout.hcl"}, true},
		{"wrong digits", []string{"R", "1", "2", "3", "4", "enter"}, Choice{}, false},
		{"all digits", []string{"R", "1", "1", "1", "1", "2", "2", "2", "2", "3", "3", "3", "3", "enter"}, Choice{}, false},
		{"no digits", []string{"R", "enter"}, Choice{}, false},
		{"changed their mind", []string{"R", "3", "3", "3", "3", "esc", "q"}, Choice{}, true},
		{"no account", []string{"G", "R", "3", "3", "3", "3"}, Choice{}, false},
		{"cannot be loaded", []string{"down", "enter"}, Choice{}, false},
		{"quit", []string{"q"}, Choice{}, true},
		{"interrupted", []string{"R", "ctrl+c"}, Choice{}, true},
	} {
		got, ends := chooses(shelf(), c.keys...)
		assert.Equal(t, c.want, got, c.name)
		assert.Equal(t, c.ends, ends, c.name)
	}
}

func TestNothingIsRunBeforeItsAccountIsKnown(t *testing.T) {
	c := shelf()
	c.previews = map[string]Preview{}
	_, ends := chooses(c, "R", "3", "3", "3", "3")
	require.False(t, ends)
	require.False(t, c.asking)
}

func TestTheChooserLooksAsItDid(t *testing.T) {
	golden(t, "chooser_80x24", ansi.Strip(shelf().Render(80, 24)))
	golden(t, "chooser_120x40", ansi.Strip(shelf().Render(120, 40)))
	golden(t, "chooser_40x12", ansi.Strip(shelf().Render(40, 12)))
	c := shelf()
	chooses(c, "R", "3", "3")
	golden(t, "chooser_confirm_80x24", ansi.Strip(c.Render(80, 24)))
	golden(t, "chooser_confirm_40x12", ansi.Strip(c.Render(40, 12)))
}

func TestNoKeysAndNoSizeBreakTheChooser(t *testing.T) {
	keys := []string{"up", "down", "home", "end", "pgup", "pgdown", "/", "x", "漢", "enter", "esc", "R", "r", "3", "backspace", "q"}
	rapid.Check(t, func(t *rapid.T) {
		c := shelf()
		if rapid.Bool().Draw(t, "empty") {
			c = newChooser(look{}, nil, func(string) Preview { return Preview{} })
		}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			key := rapid.SampledFrom(keys).Draw(t, "key")
			c.key(key, key)
			w, h := rapid.IntRange(0, 200).Draw(t, "w"), rapid.IntRange(0, 60).Draw(t, "h")
			fits(t, c.Render(w, h), w, h)
		}
	})
}
