package cli

import (
	"context"
	"fmt"
	"strings"

	"gameday/internal/clock"
)

// confirm asks the person at the terminal and returns whether the answer was "yes". It must be called on a strand; a stop
// ends it.
func (a *app) confirm(ctx context.Context, c *clock.Clock, question string) (bool, error) {
	fmt.Fprint(a.Stdout, question)
	answers := make(chan string, 1)
	go func() { // reading cannot be interrupted, so it is left behind when a stop comes
		line, _ := a.answers.ReadString('\n')
		answers <- line
	}()
	var answer string
	var err error
	c.Outside(func() {
		select {
		case answer = <-answers:
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
	})
	return strings.TrimSpace(answer) == "yes", err
}
