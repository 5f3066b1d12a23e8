// Command gameday injects faults into an AWS account, or into a simulated one, and judges whether the response came in time.
package main

import (
	"context"
	"crypto/rand"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"gameday/assertions"
	"gameday/injectors"
	"gameday/internal/cli"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/signals"
)

//go:generate sh -c "go run . kinds --markdown > reference.tmp && mv reference.tmp ../../docs/reference.md"

// version is set by the linker in a release: -ldflags "-X main.version=v1.2.3".
var version string

func main() { os.Exit(gameday()) }

func gameday() int {
	stops := make(chan os.Signal, 8)
	signal.Notify(stops, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	// A reader that goes away must not end a process that has to revert: writes fail instead.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)

	out := int(os.Stdout.Fd())
	width, _, _ := term.GetSize(out) // 0 where it is no terminal
	return int(cli.Execute(context.Background(), cli.Deps{
		Version:    version,
		Injectors:  injectors.Standard,
		Signals:    signals.Standard,
		Assertions: assertions.Standard,
		AWS:        cloud.Load,
		Clock:      clock.Real,
		Env:        os.LookupEnv,
		Random:     rand.Reader,
		Stdin:      os.Stdin,
		Stdout:     os.Stdout,
		Stderr:     os.Stderr,
		Terminal:   term.IsTerminal(out) && term.IsTerminal(int(os.Stdin.Fd())),
		Width:      width,
		Stops:      stops,
		Exit:       os.Exit,
	}, os.Args[1:]))
}
