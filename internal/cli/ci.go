package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"gameday/experiments"
	"gameday/internal/clock"
	"gameday/internal/report"
	"gameday/scenarios"
)

// The CI systems that gameday speaks to.
const (
	ciAuto   = "auto"
	ciGitHub = "github"
	ciGitLab = "gitlab"
	ciNone   = "none"
)

func ciSystems() []string { return []string{ciAuto, ciGitHub, ciGitLab, ciNone} }

// ciChoice is the value of --ci.
type ciChoice string

// String returns the system.
func (c *ciChoice) String() string { return string(*c) }

// Type names the value in the help.
func (*ciChoice) Type() string { return "SYSTEM" }

// Set takes one of the known systems.
func (c *ciChoice) Set(text string) error {
	if !slices.Contains(ciSystems(), text) {
		return errors.New("takes auto, github, gitlab or none")
	}
	*c = ciChoice(text)
	return nil
}

// registerCI adds --ci. Whatever the verb prints once its flags are read goes to the log of the CI system.
func (a *app) registerCI(verb *cobra.Command, f *common) {
	f.ci = ciAuto
	verb.Flags().Var(&f.ci, "ci", "speak to a CI `SYSTEM`: github (annotations, groups, step summary, outputs), gitlab (sections,\n"+
		"files in --junit), none; auto asks GITHUB_ACTIONS and GITLAB_CI")
	_ = verb.RegisterFlagCompletionFunc("ci", cobra.FixedCompletions(ciSystems(), cobra.ShellCompDirectiveNoFileComp))
	verb.PreRun = func(*cobra.Command, []string) { a.beginCI(f) }
}

// ciLog is the log of a CI system. What is written to it is text; only its methods can tell the system something.
type ciLog interface {
	Group(title string)
	Ungroup()
	Annotate(...report.Annotation)
	Flush()
}

// ci is the CI system that gameday runs in. All its methods may be called where there is none.
type ci struct {
	system string
	log    ciLog
	text   io.Writer // relays text to the log
	stderr io.Writer
	env    func(string) string
	random io.Reader
	host   *clock.Clock
	json   bool

	written *counter // of what was printed anywhere
	beater  beater   // who tells what a run waits for
	told    error    // was annotated already
	ran     []outcome
	full    map[string]bool // files that take nothing more

	mu      sync.Mutex
	seeds   int
	counted time.Time
}

// detectCI returns the system that the flag or the environment names.
func (a *app) detectCI(f *common) string {
	switch {
	case f.ci != ciAuto:
		return string(f.ci)
	case a.env("GITHUB_ACTIONS") == "true":
		return ciGitHub
	case a.env("GITLAB_CI") == "true":
		return ciGitLab
	}
	return ciNone
}

// beginCI turns the outputs into logs of the CI system: plain, and nobody is asked. The log is stdout, or with JSON there,
// stderr.
func (a *app) beginCI(f *common) {
	system := a.detectCI(f)
	if system == ciNone {
		return
	}
	a.Terminal = false
	c := &ci{
		system: system, env: a.env, random: a.random(), host: a.Clock(), json: f.json || f.progress == showJSON,
		written: &counter{}, full: map[string]bool{},
	}
	stream := a.Stdout
	if c.json {
		stream = a.Stderr
	}
	stream = &counting{stream, c.written}
	if system == ciGitHub {
		log := report.NewGitHub(stream, c.random)
		c.log, c.text = log, log
	} else {
		log := report.NewGitLab(stream, c.host.Now)
		c.log, c.text = log, log
		f.place = c.place
	}
	if c.json {
		a.Stdout, a.Stderr = report.TameJSON(&counting{a.Stdout, c.written}), c.text
	} else {
		a.Stdout, a.Stderr = c.text, report.Tame(&counting{a.Stderr, c.written})
	}
	c.stderr = a.Stderr
	a.ci = c
}

// open says that a scenario begins.
func (c *ci) open(p *piece) {
	if c != nil {
		c.log.Group(p.Experiment.Name)
	}
}

// unfold ends the group before the report of what did not pass: that is to be seen.
func (c *ci) unfold(code experiments.ExitCode) {
	if c != nil && code != experiments.ExitPassed {
		c.log.Ungroup()
	}
}

// close says how a scenario went, or why it could not be played.
func (c *ci) close(p *piece, played outcome, err error) {
	if c == nil {
		return
	}
	c.log.Ungroup()
	if err != nil {
		c.blame(p.path, err)
	}
	if played.records == nil {
		return
	}
	if played.code == experiments.ExitPassed && !c.json { // its report is folded away
		fmt.Fprintf(c.text, "%s: passed\n", report.Plain(p.Experiment.Name))
	}
	c.annotate(report.Annotations(played.records))
	c.summarize(played.records)
	c.ran = append(c.ran, played)
}

// annotate shows annotations, with the files as they are called in the repository.
func (c *ci) annotate(all []report.Annotation) {
	for i := range all {
		all[i].File = c.place(all[i].File)
	}
	c.log.Annotate(all...)
}

// diagnosed annotates the mistakes, or warnings, that an error holds.
func (c *ci) diagnosed(err error) {
	if c == nil || err == nil {
		return
	}
	var all []report.Annotation
	for _, d := range scenarios.Diagnose(err) {
		all = append(all, report.Annotation{
			Level: report.Level(d.Severity), File: d.File, Line: d.Line, EndLine: d.EndLine, Column: d.Column, EndColumn: d.EndColumn,
			Title: d.Summary, Text: d.Detail,
		})
	}
	if len(all) == 0 {
		c.blame("", err)
	}
	c.annotate(all)
}

// blame annotates an error, once. One that has nothing more to say was told when it was found.
func (c *ci) blame(file string, err error) {
	var f *failure
	if errors.As(err, &f) && f.err == nil || c.told != nil && errors.Is(err, c.told) {
		return
	}
	c.told = err
	text := strings.TrimSpace(err.Error())
	if hint := hintOf(err); hint != "" {
		text += "\nHint: " + hint
	}
	c.annotate([]report.Annotation{{Level: report.LevelError, File: file, Line: 1, Title: "gameday could not go on", Text: text}})
}

// end tells the system what it wants to know at the end of a step.
func (c *ci) end(err error) {
	if c == nil {
		return
	}
	if err != nil {
		c.blame("", err)
	}
	c.log.Flush()
	if c.system == ciGitHub {
		c.output(codeOf(err))
	}
}

// place returns a file as it is called in the repository; empty where it is not there, as what the library holds.
func (c *ci) place(file string) string {
	path, err := filepath.Abs(file)
	if file == "" || err != nil {
		return ""
	}
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	variable := "GITHUB_WORKSPACE"
	if c.system == ciGitLab {
		variable = "CI_PROJECT_DIR"
	}
	root := c.env(variable)
	if root == "" {
		root = "."
	}
	if root, err = filepath.Abs(root); err != nil {
		return ""
	}
	inside, err := filepath.Rel(root, path)
	if err != nil || !filepath.IsLocal(inside) {
		return ""
	}
	return filepath.ToSlash(inside)
}

// counter counts writes.
type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) add(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += n
	return c.n
}

// counting is a writer that counts.
type counting struct {
	io.Writer
	counter *counter
}

// Write passes the text on.
func (w *counting) Write(text []byte) (int, error) {
	w.counter.add(1)
	return w.Writer.Write(text)
}

// listen says who tells from now on what a run waits for.
func (c *ci) listen(b beater) {
	if c != nil {
		c.beater = b
	}
}

// pulse writes a line where nothing was written for 25 to 30 s of real time and nobody else does, until ctx ends, so that
// no quiet step is taken for dead. It starts a strand.
func (c *ci) pulse(ctx context.Context, p *play) {
	if c == nil || p.speed == 0 {
		return
	}
	c.beater = nil
	const look, most = 5 * time.Second, 5
	p.clock.Go(func() {
		began, quiet, last := p.clock.Now(), 0, c.written.add(0)
		for p.clock.Sleep(ctx, time.Duration(float64(look)*p.speed)) == nil {
			quiet++
			if n := c.written.add(0); n != last || c.beater != nil {
				quiet, last = 0, n
			}
			if quiet == most {
				fmt.Fprintf(c.text, "%s  … still going on\n", report.Elapsed(p.clock.Now().Sub(began)))
				quiet, last = 0, c.written.add(0)
			}
		}
	})
}

// seed says every now and then how many of many rehearsals are done. It may be called from anywhere.
func (c *ci) seed(all int) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seeds++
	now := c.host.Now()
	if c.counted.IsZero() {
		c.counted = now
	}
	if now.Sub(c.counted) >= 20*time.Second {
		fmt.Fprintf(c.text, "… %d of %d rehearsals\n", (c.seeds-1)%all+1, all)
		c.counted = now
	}
}
