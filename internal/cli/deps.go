package cli

import (
	"context"
	"crypto/rand"
	"io"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"

	"gameday/assertions"
	"gameday/injectors"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/notify"
	"gameday/internal/signals"
	"gameday/scenarios"
)

// Deps is everything that the commands take from the world.
type Deps struct {
	Version string // of a release; empty: what the build knows of itself

	Injectors  func() injectors.Catalog
	Signals    func() signals.Catalog
	Assertions func() assertions.Catalog
	AWS        func(context.Context, cloud.Settings, *clock.Clock) (aws.Config, error)
	Clock      func() *clock.Clock // a new one, for what happens in AWS

	Env            func(string) (string, bool)
	Random         io.Reader // what nobody can predict; nil: crypto/rand
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Terminal       bool             // whether a person reads stdout and answers on stdin
	Width          int              // of the terminal, in columns
	Stops          <-chan os.Signal // what asks the process to end
	Exit           func(code int)   // ends the process at once, while a run still hangs
}

func (d Deps) catalogs() scenarios.Catalogs {
	return scenarios.Catalogs{Injectors: d.Injectors(), Assertions: d.Assertions(), Notices: notify.Standard()}
}

func (d Deps) random() io.Reader {
	if d.Random == nil {
		return rand.Reader
	}
	return d.Random
}

func (d Deps) env(name string) string {
	value, _ := d.Env(name)
	return value
}
