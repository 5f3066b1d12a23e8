package cli

import (
	"context"

	"github.com/spf13/cobra"

	"gameday/experiments"
	"gameday/internal/journal"
)

// rehearsal are the flags of rehearse.
type rehearsal struct {
	common
	sandbox string
	seed    int64
	runs    int
	speed   float64
	paced   bool // somebody chose the speed
}

func (a *app) rehearseVerb() *cobra.Command {
	f := &rehearsal{}
	verb := &cobra.Command{
		Use:   "rehearse PATH...",
		Short: "Play scenarios in their sandboxes, in seconds, without AWS",
		Long: `Play scenarios in the simulated accounts that their sandbox files describe: CHECKOUT.hcl in CHECKOUT.sandbox.hcl.
No credentials, no network, and by default no waiting: half an hour passes in a blink. The same scenario, sandbox,
variables and seed always write the same events, so a rehearsal belongs into CI. It replaces the folder that the same
rehearsal left before.

--runs plays many seeds at once and says how often each assertion passes, and how close to its SLO it came.`,
		Example: `  gameday rehearse game-days/checkout.hcl
  gameday rehearse game-days --junit junit.xml
  gameday rehearse checkout.hcl --runs 200
  gameday rehearse checkout.hcl --seed 7 --speed 60`,
		Args:              atLeastOne("a scenario, or a folder of scenarios"),
		ValidArgsFunction: completeScenarios,
		RunE: func(verb *cobra.Command, paths []string) error {
			if err := f.check(verb); err != nil {
				return err
			}
			if err := a.checkProgress(&f.common); err != nil {
				return err
			}
			f.paced = verb.Flags().Changed("speed")
			pieces, err := a.load(paths, f.vars, withSandbox(f.sandbox))
			if err != nil {
				return err
			}
			if verb.Flags().Changed("runs") {
				return a.rehearseMany(verb.Context(), pieces, f)
			}
			return a.each(verb.Context(), pieces, &f.common, func(ctx context.Context, p *piece) (outcome, error) {
				played, err := a.rehearse(ctx, p, f)
				if err != nil || played.code != experiments.ExitPassed {
					a.warn(p.Missing(p.stage.account())) // why it could not pass, and what to add
				}
				return played, err
			})
		},
	}
	f.register(verb)
	a.registerCI(verb, &f.common)
	registerProgress(verb, &f.common)
	registerSandbox(verb, &f.sandbox, "sandbox `FILE`; default: the one beside the scenario")
	verb.Flags().Int64Var(&f.seed, "seed", 1, "what all random draws follow from")
	verb.Flags().IntVar(&f.runs, "runs", 1, "play so many seeds in a row, from --seed on")
	verb.Flags().Float64Var(&f.speed, "speed", 0, "seconds a second: 1 is real time, 60 a minute a second; 0 does not wait\n(default: where it is shown in the whole window, about twenty seconds in all; else 0)")
	a.registerPolicy(verb)
	return verb
}

func (f *rehearsal) check(verb *cobra.Command) error {
	if f.runs < 1 {
		return misuse("--runs 100 plays a hundred seeds", "--runs must be 1 or more, got %d", f.runs)
	}
	if verb.Flags().Changed("runs") && f.speed != 0 {
		return misuse("leave one of them away", "--runs and --speed cannot go together")
	}
	if err := checkSpeed(f.speed); err != nil {
		return err
	}
	return f.checkKeeping()
}

func (a *app) rehearse(ctx context.Context, p *piece, f *rehearsal) (outcome, error) {
	speed := f.speed
	if f.paced && speed == 0 && f.progress == showAuto {
		plain := *f // what takes no time cannot be watched
		plain.progress, f = showPlain, &plain
	} else if !f.paced && a.windowed(&f.common) {
		var err error
		if speed, err = a.pace(ctx, p, f); err != nil {
			return outcome{}, err
		}
	}
	play, err := a.staged(p, f.seed, speed, f.tick)
	if err != nil {
		return outcome{}, err
	}
	return a.perform(ctx, play, &f.common, part{
		begin:  func() (*journal.Folder, error) { return beginFolder(journal.Rehearsal, f.runsFolder(), play) },
		giveUp: a.leave,
	})
}
