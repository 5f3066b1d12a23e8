package cli

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"gameday/internal/clock"
	"gameday/scenarios"
)

// defaultDir keeps the runs.
const defaultDir = ".gameday"

// defaultTick is the time between two looks.
const defaultTick = 5 * time.Second

// The bounds of the time between two looks: AWS's quotas, and the patience of whatever waits to be seen.
const (
	leastTick = 100 * time.Millisecond
	mostTick  = 10 * time.Minute
)

// common are the flags of every verb that plays a scenario.
type common struct {
	vars    []scenarios.VarSource
	dir     string
	tick    time.Duration
	json    bool
	junit   string
	noColor bool
	quiet   bool
	journal string // where in S3 runs are kept, too; "": as the scenario says

	progress   string // how to show what happens; "": as lines
	accessible bool

	ci    ciChoice
	place func(file string) string // how a CI system calls a file in --junit; nil: it does not

	unkept bool // nothing of what is played is kept
	silent bool // no report either: the caller says what is to be said
}

func (f *common) register(verb *cobra.Command) {
	f.registerVars(verb)
	registerDir(verb, &f.dir)
	registerOutput(verb, f)
	registerTick(verb, f)
	verb.Flags().Var((*fileName)(&f.junit), "junit", "write a JUnit report to `FILE`, too")
	completeFiles(verb, "junit", "xml")
}

func registerOutput(verb *cobra.Command, f *common) {
	flags := verb.Flags()
	flags.BoolVar(&f.json, "json", false, "print JSON; where something is played, the events, one a line, and the summary last")
	flags.BoolVar(&f.noColor, "no-color", false, "print without colours (as the environment variable NO_COLOR does)")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print the report only, no progress")
}

func registerTick(verb *cobra.Command, f *common) {
	verb.Flags().DurationVar(&f.tick, "tick", defaultTick, "time between two looks at AWS")
}

func (f *common) registerVars(verb *cobra.Command) {
	verb.Flags().Var((*assignment)(&f.vars), "var", "set a variable of the scenario, as `NAME=VALUE`; may be repeated")
	verb.Flags().Var((*varFile)(&f.vars), "var-file", "read variables from `FILE` (.hclvars); may be repeated, the last flag wins")
	completeFiles(verb, "var-file", "hclvars")
}

func registerDir(verb *cobra.Command, dir *string) {
	verb.Flags().StringVar(dir, "dir", defaultDir, "`FOLDER` that keeps the runs, in FOLDER/runs")
	_ = verb.MarkFlagDirname("dir")
}

func completeFiles(verb *cobra.Command, flag string, extensions ...string) {
	_ = verb.MarkFlagFilename(flag, extensions...) // fails for an unknown flag only
}

// check finds what is wrong with the flags before anything is touched.
func (f *common) check() error {
	if f.dir == "" {
		return misuse("leave it away for .gameday", "--dir must name a folder")
	}
	if err := f.checkTick(); err != nil {
		return err
	}
	if err := f.checkJournal(); err != nil {
		return err
	}
	return f.checkJUnit()
}

func (f *common) checkTick() error {
	if f.tick < leastTick || f.tick > mostTick {
		return misuse("a look every few seconds is enough: --tick 5s", "--tick must be between %s and %s, got %s",
			clock.Short(leastTick), clock.Short(mostTick), f.tick)
	}
	return nil
}

// checkKeeping is check for verbs that keep what they play.
func (f *common) checkKeeping() error {
	if err := f.check(); err != nil {
		return err
	}
	return f.checkDir()
}

// checkDir proves that runs can be kept, before anything is touched, and leaves nothing behind.
func (f *common) checkDir() error {
	const hint = "runs are kept in .gameday/runs; --dir names another folder"
	place := f.runsFolder()
	_, err := os.Stat(place)
	for errors.Is(err, fs.ErrNotExist) && filepath.Dir(place) != place { // it will be made
		place = filepath.Dir(place)
		_, err = os.Stat(place)
	}
	if err != nil {
		return misuse(hint, "--dir: %w", err)
	}
	probe, err := os.CreateTemp(place, ".gameday-*")
	if errors.Is(err, syscall.ENOSPC) { // that is not the mistake of whoever typed it
		return unwritable(err)
	}
	if err != nil {
		return misuse(hint, "--dir: %w", err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// checkKept refuses to list the runs of a folder that somebody named and that is not there.
func (f *common) checkKept(verb *cobra.Command) error {
	if !verb.Flags().Changed("dir") || f.journal != "" {
		return nil
	}
	if _, err := os.Stat(f.dir); errors.Is(err, fs.ErrNotExist) {
		return misuse("leave it away for .gameday", "--dir: there is no folder %s", f.dir)
	}
	return nil
}

// checkJUnit proves that the report can be written, and leaves no file behind that was not there.
func (f *common) checkJUnit() error {
	if f.junit == "" {
		return nil
	}
	_, missing := os.Stat(f.junit)
	file, err := os.OpenFile(f.junit, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return misuse("name a file in a folder that exists and can be written to", "--junit: %w", err)
	}
	if err := file.Close(); err != nil {
		return misuse("", "--junit: %w", err)
	}
	if errors.Is(missing, fs.ErrNotExist) {
		return os.Remove(f.junit)
	}
	return nil
}

func checkSpeed(speed float64) error {
	const hint = "0 is as fast as it goes, 60 is a minute a second"
	switch {
	case math.IsNaN(speed) || math.IsInf(speed, 0):
		return misuse(hint, "--speed must be a finite number, got %v", speed)
	case speed < 0:
		return misuse(hint, "--speed must not be negative, got %v", speed)
	}
	return nil
}

// runsFolder is where the runs are kept.
func (f *common) runsFolder() string { return filepath.Join(f.dir, "runs") }

// assignment collects --var flags, in the order in which they and --var-file flags come.
type assignment []scenarios.VarSource

// String returns nothing: there is no default.
func (*assignment) String() string { return "" }

// Type names the value in the help.
func (*assignment) Type() string { return "NAME=VALUE" }

// Set adds one assignment.
func (v *assignment) Set(text string) error {
	if name, _, found := strings.Cut(text, "="); !found || strings.TrimSpace(name) == "" {
		return errors.New("takes NAME=VALUE")
	}
	*v = append(*v, scenarios.Var(text))
	return nil
}

// fileName is a flag that names a file.
type fileName string

// String returns the name.
func (n *fileName) String() string { return string(*n) }

// Type names the value in the help.
func (*fileName) Type() string { return "FILE" }

// Set takes a name that is one.
func (n *fileName) Set(text string) error {
	if text == "" {
		return errors.New("must name a file")
	}
	*n = fileName(text)
	return nil
}

// varFile collects --var-file flags.
type varFile []scenarios.VarSource

// String returns nothing: there is no default.
func (*varFile) String() string { return "" }

// Type names the value in the help.
func (*varFile) Type() string { return "FILE" }

// Set adds one file.
func (v *varFile) Set(path string) error {
	*v = append(*v, scenarios.VarFile(path))
	return nil
}
