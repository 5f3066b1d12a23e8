package report

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"gameday/experiments"
)

// GitLab is the log of a job of GitLab CI. What is written to it is tamed, so that nothing from outside can open or close
// a section; sections come by methods only. GitLab has no annotations on lines: JUnit and the report say it.
type GitLab struct {
	mu      sync.Mutex
	out     io.Writer
	relayed io.Writer
	now     func() time.Time
	inside  bool   // of a line
	section string // that is open
	count   int
}

// NewGitLab returns a log that writes to out and takes the times of its sections from now.
func NewGitLab(out io.Writer, now func() time.Time) *GitLab {
	return &GitLab{out: out, relayed: Tame(out), now: now}
}

// Write relays text.
func (g *GitLab) Write(text []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(text) > 0 {
		g.inside = text[len(text)-1] != '\n'
	}
	return g.relayed.Write(text)
}

// Group begins a section that can be folded. One that is open ends.
func (g *GitLab) Group(title string) {
	g.Ungroup()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.count++
	g.section = fmt.Sprintf("gameday_%d_%s", g.count, sectionName(title))
	g.mark("start", Plain(title))
}

// Ungroup ends the section, if one is open.
func (g *GitLab) Ungroup() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.section != "" {
		g.mark("end", "")
		g.section = ""
	}
}

// mark writes a line that GitLab reads. A log that is gone cannot be told.
func (g *GitLab) mark(edge, title string) {
	if g.inside {
		_, _ = io.WriteString(g.relayed, "\n")
		g.inside = false
	}
	_, _ = fmt.Fprintf(g.out, "\x1b[0Ksection_%s:%d:%s\r\x1b[0K%s\n", edge, g.now().Unix(), g.section, title)
}

// Annotate does nothing.
func (g *GitLab) Annotate(...Annotation) {}

// Flush ends the job.
func (g *GitLab) Flush() { g.Ungroup() }

// sectionName keeps what GitLab takes in the name of a section.
func sectionName(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		}
		return '_'
	}, clipped(title, 60))
}

// GitLabJUnit writes what JUnit does, with the file of every case, which GitLab links to: place returns it as it is called
// in the repository, or nothing.
func GitLabJUnit(w io.Writer, place func(file string) string, runs ...[]experiments.Record) error {
	file := junitOf(runs)
	for i, records := range runs {
		path := valid(place(tell(records).Started.File))
		for j := range file.Suites[i].Cases {
			file.Suites[i].Cases[j].File = path
		}
	}
	return file.write(w)
}
