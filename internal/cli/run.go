package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"gameday/experiments"
	"gameday/internal/journal"
	"gameday/internal/report"
)

// running are the flags of run.
type running struct {
	common
	seed  int64
	drawn bool // nobody chose the seed
	yes   bool
	blind bool // do not ask IAM what is allowed
}

func (a *app) runVerb() *cobra.Command {
	f := &running{}
	verb := &cobra.Command{
		Use:   "run PATH...",
		Short: "Play scenarios in AWS: faults are real, and are reverted",
		Long: `Play scenarios in the AWS account that their aws block names; every other account is refused. Credentials come from where
the AWS SDK always looks: the environment, the shared files, SSO, the instance's role.

gameday shows the plan and asks before anything is touched; without a terminal it needs --yes. Everything injected is
journalled before it is done and reverted at the end, after an interrupt, too. What a killed process left behind is
reverted by "gameday revert". Several scenarios run one after another.`,
		Example: `  gameday run game-days/checkout.hcl
  gameday run game-days/checkout.hcl --yes --junit junit.xml
  gameday run game-days --var flood=20000`,
		Args:              atLeastOne("a scenario, or a folder of scenarios"),
		ValidArgsFunction: completeScenarios,
		RunE: func(verb *cobra.Command, paths []string) error {
			f.drawn = !verb.Flags().Changed("seed")
			if err := f.checkKeeping(); err != nil {
				return err
			}
			if err := a.checkProgress(&f.common); err != nil {
				return err
			}
			if !f.yes && (!a.Terminal || f.json) {
				return misuse("--yes runs without asking", "there is nobody to ask whether to inject the faults")
			}
			pieces, err := a.load(paths, f.vars, inAWS)
			if err != nil {
				return err
			}
			a.warnOfLeftovers(&f.common)
			return a.each(verb.Context(), pieces, &f.common, func(ctx context.Context, p *piece) (outcome, error) {
				return a.run(ctx, p, f)
			})
		},
	}
	f.register(verb)
	registerJournal(verb, &f.common)
	a.registerCI(verb, &f.common)
	registerProgress(verb, &f.common)
	verb.Flags().Int64Var(&f.seed, "seed", 0, "what all random draws follow from; default: drawn, and kept in the journal")
	verb.Flags().BoolVarP(&f.yes, "yes", "y", false, "do not ask")
	verb.Flags().BoolVar(&f.blind, "no-preflight", false, "do not ask IAM first whether all of it is allowed")
	a.registerPolicy(verb)
	return verb
}

func (a *app) run(ctx context.Context, p *piece, f *running) (outcome, error) {
	seed := f.seed
	if f.drawn {
		var err error
		if seed, err = drawSeed(); err != nil {
			return outcome{}, err
		}
	}
	play, err := a.live(p, seed)
	if err != nil {
		return outcome{}, err
	}
	return a.perform(ctx, play, &f.common, part{
		ask:    func(ctx context.Context, ready *experiments.Ready) error { return a.ask(ctx, play, ready, f) },
		begin:  func() (*journal.Folder, error) { return beginFolder(journal.Create, f.runsFolder(), play) },
		giveUp: a.abandon(filepath.Join(f.runsFolder(), play.run), f.mirrorOf(play)),
	})
}

// ask shows the plan, and returns nil once the person agreed.
func (a *app) ask(ctx context.Context, p *play, ready *experiments.Ready, f *running) error {
	if err := a.unburdened(ready, &f.common); err != nil {
		return err
	}
	if !f.blind {
		if err := a.allowed(ctx, p, ready, &f.common); err != nil {
			return err
		}
	}
	if !f.json && !f.quiet || !f.yes {
		if err := report.Plan(a.Stdout, p.head(ready.Account), ready.Plan, a.style(f.noColor)); err != nil && !readerGone(err) {
			return err
		}
	}
	if f.yes {
		return nil
	}
	agreed, err := a.confirm(ctx, p.clock, fmt.Sprintf("\nInject this into account %s? Type yes to go on: ", ready.Account))
	if err == nil && !agreed {
		err = errors.New("the answer was not yes; nothing was touched")
	}
	return err
}

// abandon returns what a second interrupt does: it says what is still out there and how it is reverted later, and ends
// the process. The journal knows it, whatever the strands hang in.
func (a *app) abandon(folder string, mirrors ...string) func() {
	return func() {
		fmt.Fprintln(a.Stderr)
		records, err := journal.Read("", folder)
		if missing := new(journal.NotFoundError); errors.As(err, &missing) {
			fmt.Fprintln(a.Stderr, "Given up. Nothing was touched.")
			a.Exit(int(experiments.ExitInterrupted))
			return
		}
		left := experiments.Unfinished(records)
		if err == nil && len(left) == 0 {
			fmt.Fprintln(a.Stderr, "Given up. The journal says that nothing is left.")
			a.Exit(int(experiments.ExitInterrupted))
			return
		}
		explain(a.Stderr, err)
		fmt.Fprintln(a.Stderr, "Given up. Still out there:")
		writeLeftovers(a.Stderr, left)
		fmt.Fprintf(a.Stderr, "Revert it with: %s\n", revertCommand(folder))
		for _, mirror := range slices.DeleteFunc(mirrors, func(url string) bool { return url == "" }) {
			fmt.Fprintf(a.Stderr, "From any host: %s\n", revertCommand(mirror))
		}
		a.Exit(int(experiments.ExitNotReverted))
	}
}

// leave is what a second interrupt does where nothing is real.
func (a *app) leave() { a.Exit(int(experiments.ExitInterrupted)) }

func writeLeftovers(w io.Writer, left []experiments.Leftover) {
	for _, l := range left {
		fmt.Fprintf(w, "  %s: %s\n", report.Plain(l.What), report.Plain(l.Reason))
		for _, one := range l.Left {
			fmt.Fprintf(w, "    %s\n", report.Plain(one))
		}
	}
}
