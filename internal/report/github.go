package report

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode/utf8"
)

// mostAnnotations is how many annotations of a level GitHub shows of one step.
const mostAnnotations = 10

// GitHub is the log of a step of GitHub Actions. Everything that is written to it is text from outside: it stands between
// ::stop-commands::TOKEN and ::TOKEN::, with a new token each time, and is tamed besides. Commands come by methods only.
type GitHub struct {
	mu      sync.Mutex
	out     io.Writer
	relayed io.Writer
	random  io.Reader
	token   string // of the fence that is open; empty: the runner listens to commands
	inside  bool   // of a line that was relayed
	grouped bool
	quotas  [2]quota // errors, warnings
}

// quota is how much of a level was annotated.
type quota struct {
	level Level
	sent  int
	held  []Annotation // one of them can be sent still
}

// NewGitHub returns a log that writes to out. Tokens are drawn from random; nil means crypto/rand.
func NewGitHub(out io.Writer, random io.Reader) *GitHub {
	if random == nil {
		random = rand.Reader
	}
	return &GitHub{
		out: out, relayed: Tame(out), random: random, quotas: [2]quota{{level: LevelError}, {level: LevelWarning}},
	}
}

// Write relays text.
func (g *GitHub) Write(text []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(text) == 0 {
		return 0, nil
	}
	if g.token == "" {
		token, err := drawToken(g.random)
		if err != nil {
			return 0, err // nothing is relayed without a fence
		}
		if _, err := fmt.Fprintf(g.out, "::stop-commands::%s\n", token); err != nil {
			return 0, err
		}
		g.token = token
	}
	g.inside = text[len(text)-1] != '\n'
	return g.relayed.Write(text)
}

func drawToken(random io.Reader) (string, error) {
	var token [16]byte
	if _, err := io.ReadFull(random, token[:]); err != nil {
		return "", fmt.Errorf("draw a token: %w", err)
	}
	return hex.EncodeToString(token[:]), nil
}

// command ends the fence and writes a line that the runner hears. A log that is gone cannot be told.
func (g *GitHub) command(line string) {
	if g.inside {
		_, _ = io.WriteString(g.relayed, "\n") // as relayed text, so that its state is at a beginning of a line, too
	}
	if g.token != "" {
		_, _ = fmt.Fprintf(g.out, "::%s::\n", g.token)
	}
	g.token, g.inside = "", false
	_, _ = fmt.Fprintln(g.out, line)
}

// Group begins a group of lines that can be folded. There are no groups in groups: one that is open ends.
func (g *GitHub) Group(title string) {
	g.Ungroup()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.command("::group::" + escapeMessage(Plain(title)))
	g.grouped = true
}

// Ungroup ends the group, if one is open.
func (g *GitHub) Ungroup() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.grouped {
		g.command("::endgroup::")
		g.grouped = false
	}
}

// Annotate shows the annotations. GitHub shows ten of a level of each step, so what comes after the ninth waits for Flush.
func (g *GitHub) Annotate(all ...Annotation) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, a := range all {
		q := &g.quotas[0]
		if a.Level == LevelWarning {
			q = &g.quotas[1]
		}
		if q.sent < mostAnnotations-1 {
			g.command(githubAnnotation(a))
			q.sent++
		} else {
			q.held = append(q.held, a)
		}
	}
}

// Flush ends the step: annotations that wait are shown, as one that names them when they are several.
func (g *GitHub) Flush() {
	g.Ungroup()
	g.mu.Lock()
	defer g.mu.Unlock()
	for i := range g.quotas {
		q := &g.quotas[i]
		if len(q.held) > 0 {
			g.command(githubAnnotation(q.rest()))
		}
		q.held = nil
	}
	if g.token != "" { // let the runner listen to whoever comes next
		fence := "::" + g.token + "::"
		g.token = ""
		g.command(fence)
	}
}

// rest is one annotation for all that are held.
func (q *quota) rest() Annotation {
	first := q.held[0]
	if len(q.held) == 1 {
		return first
	}
	text := fmt.Sprintf("GitHub shows %d of a step, these are the others:", mostAnnotations)
	for _, a := range q.held {
		text += "\n" + Plain(a.Title)
		if a.File != "" && a.Line > 0 {
			text += fmt.Sprintf(" (%s:%d)", Plain(a.File), a.Line)
		}
	}
	return Annotation{
		Level: q.level, File: first.File, Line: first.Line, EndLine: first.EndLine,
		Title: count(len(q.held), "more "+string(q.level)), Text: text,
	}
}

// The lengths that GitHub's runner and its API take.
const (
	longestMessage = 4000
	longestTitle   = 200
)

func githubAnnotation(a Annotation) string {
	var properties []string
	add := func(name, value string) {
		if value != "" && value != "0" {
			properties = append(properties, name+"="+escapeProperty(value))
		}
	}
	add("file", Plain(a.File))
	if a.File != "" {
		add("line", fmt.Sprint(a.Line))
		add("endLine", fmt.Sprint(max(a.Line, a.EndLine)))
		if a.EndLine <= a.Line { // columns belong to one line
			add("col", fmt.Sprint(a.Column))
			add("endColumn", fmt.Sprint(a.EndColumn))
		}
	}
	add("title", clipped(Plain(a.Title), longestTitle))
	var lines []string
	for line := range strings.SplitSeq(a.Text, "\n") {
		lines = append(lines, Plain(line))
	}
	text := clipped(strings.TrimSpace(strings.Join(lines, "\n")), longestMessage)
	return fmt.Sprintf("::%s %s::%s", a.Level, strings.Join(properties, ","), escapeMessage(text))
}

// clipped returns the text, or so many bytes of it.
func clipped(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}

// escapeMessage makes what follows the second :: of a command.
func escapeMessage(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

// escapeProperty makes the value of a property of a command.
func escapeProperty(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(text)
}
