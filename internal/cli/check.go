package cli

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"

	"gameday/internal/journal"
)

func (a *app) checkVerb() *cobra.Command {
	f := &running{}
	var sandbox string
	verb := &cobra.Command{
		Use:   "check PATH",
		Short: "See whether the world is calm enough for a run: checks only, no faults",
		Long: `Arm everything as for a run, evaluate the checks and guards, and disarm. No fault is injected. Where the scenario listens to
topics, temporary queues are made and removed; they are journalled, as faults are.`,
		Example: `  gameday check game-days/checkout.hcl
  gameday check checkout.hcl --sandbox checkout.sandbox.hcl`,
		Args:              exactlyOne("a scenario"),
		ValidArgsFunction: completeScenarios,
		RunE: func(verb *cobra.Command, paths []string) error {
			if err := f.check(); err != nil {
				return err
			}
			place := inAWS
			if f.unkept = sandbox != ""; f.unkept {
				place = withSandbox(sandbox)
			} else if err := f.checkDir(); err != nil {
				return err
			}
			p, err := a.loadOne(paths[0], f.vars, place)
			if err != nil {
				return err
			}
			return a.each(verb.Context(), []*piece{p}, &f.common, func(ctx context.Context, p *piece) (outcome, error) {
				return a.check(ctx, p, f)
			})
		},
	}
	f.register(verb)
	registerJournal(verb, &f.common)
	a.registerCI(verb, &f.common)
	registerSandbox(verb, &sandbox, "check in the simulated account of `FILE`")
	verb.Flags().Int64Var(&f.seed, "seed", 1, "what all random draws follow from")
	a.registerPolicy(verb)
	return verb
}

func (a *app) check(ctx context.Context, p *piece, f *running) (outcome, error) {
	play, err := a.placed(p, f.seed, f.tick)
	if err != nil {
		return outcome{}, err
	}
	how := part{giveUp: a.leave, checksOnly: true}
	if play.account == nil { // what is armed in AWS is real
		how.begin = func() (*journal.Folder, error) { return beginFolder(journal.Create, f.runsFolder(), play) }
		how.giveUp = a.abandon(filepath.Join(f.runsFolder(), play.run), f.mirrorOf(play))
	}
	return a.perform(ctx, play, &f.common, how)
}
