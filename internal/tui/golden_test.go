package tui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
)

var update = flag.Bool("update", false, "rewrite the goldens")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name+".txt")
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got+"\n"), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, strings.TrimSuffix(string(want), "\n"), got)
}

// scenes are the moments of runs that are looked at.
func scenes(t *testing.T) map[string]func(look) *model {
	checkout, broken := rehearsed(t, "checkout"), rehearsed(t, "broken-playbook")
	real := make([]experiments.Record, len(checkout))
	copy(real, checkout)
	started := real[0].Event.(experiments.RunStarted)
	started.Mode = experiments.ModeRun
	real[0].Event = started
	return map[string]func(look) *model{
		"watching": func(l look) *model {
			m := shown(checkout, 100*time.Second, l)
			m.vertical(5)
			return m
		},
		"passed": func(l look) *model {
			m := shown(checkout, time.Hour, l)
			m.vertical(13)
			return m
		},
		"failed": func(l look) *model {
			m := shown(broken, time.Hour, l)
			m.next(1)
			return m
		},
		"real": func(l look) *model {
			m := shown(real, 25*time.Second, l)
			m.key("p", "p")
			m.key("t", "t")
			m.note = ""
			return m
		},
	}
}

func TestTheViewLooksAsItDid(t *testing.T) {
	for name, scene := range scenes(t) {
		for _, size := range [][2]int{{80, 24}, {120, 40}, {40, 12}} {
			place := fmt.Sprintf("%s_%dx%d", name, size[0], size[1])
			golden(t, place, ansi.Strip(scene(look{local: time.UTC}).Render(size[0], size[1])))
			golden(t, place+"_ascii", ansi.Strip(scene(look{ascii: true, local: time.UTC}).Render(size[0], size[1])))
			golden(t, place+"_color", scene(look{color: true, local: time.UTC}).Render(size[0], size[1]))
		}
	}
}

func TestHelpAndQuestionsLookAsTheyDid(t *testing.T) {
	for name, keys := range map[string][]string{
		"help": {"?"}, "abort": {"a"}, "quit": {"q"}, "log": {"tab", "tab", "enter"}, "signals": {"tab", "tab", "tab"}, "zoom": {"+", "+", "h"},
	} {
		m := scenes(t)["watching"](look{local: time.UTC})
		for _, key := range keys {
			m.key(key, key)
		}
		golden(t, "keys_"+name, ansi.Strip(m.Render(80, 24)))
	}
	m := scenes(t)["watching"](look{local: time.UTC})
	for _, key := range []string{"/", "o", "r", "d", "e", "r", "s", "enter", "N"} {
		m.key(key, key)
	}
	golden(t, "keys_filter", ansi.Strip(m.Render(80, 24)))
}

func TestWithoutColoursNothingIsLostButTheColours(t *testing.T) {
	colour := regexp.MustCompile(`\x1b\[[0-9;]*;(3[0-7]|4[0-7]|9[0-7]|10[0-7])[;m]`)
	for name, scene := range scenes(t) {
		plain, full := scene(look{local: time.UTC}).Render(120, 40), scene(look{color: true, local: time.UTC}).Render(120, 40)
		assert.NotRegexp(t, colour, plain, name)
		assert.Regexp(t, colour, full, name)
		assert.Equal(t, ansi.Strip(full), ansi.Strip(plain), name)
	}
}

func TestAnASCIITerminalGetsASCIIOnly(t *testing.T) {
	for name, scene := range scenes(t) {
		for _, r := range scene(look{ascii: true}).Render(120, 40) {
			require.Less(t, r, rune(0x80), "%s: %q", name, r)
		}
	}
}

func TestSandboxAndRealAccountCannotBeMistaken(t *testing.T) {
	all := scenes(t)
	for w := 40; w <= 200; w += 8 {
		rehearsal := ansi.Strip(all["watching"](look{}).Render(w, 24))
		run := ansi.Strip(all["real"](look{}).Render(w, 24))
		assert.Contains(t, rehearsal, "░░ SANDBOX ")
		assert.Contains(t, run, "▓▓ REAL AWS ACCOUNT ")
		assert.Contains(t, run, "111122223333")
		assert.Contains(t, run, "1 fault LIVE")
		assert.NotContains(t, run, "SANDBOX")
		assert.NotContains(t, rehearsal, "REAL")
	}
}
