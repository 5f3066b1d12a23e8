package cli

import (
	"context"
	"encoding/json"

	"github.com/spf13/cobra"

	"gameday/experiments"
	"gameday/internal/report"
)

func (a *app) planVerb() *cobra.Command {
	f := &running{}
	var sandbox string
	verb := &cobra.Command{
		Use:   "plan PATH",
		Short: "Show what a run would touch, watch and ask, and touch nothing",
		Long: `Resolve the targets, plan the faults and look for SLOs that cannot be met, in AWS or with --sandbox in a simulated
account. Nothing is touched: every call only reads.`,
		Example: `  gameday plan game-days/checkout.hcl
  gameday plan checkout.hcl --sandbox checkout.sandbox.hcl
  gameday plan checkout.hcl --json`,
		Args:              exactlyOne("a scenario"),
		ValidArgsFunction: completeScenarios,
		RunE: func(verb *cobra.Command, paths []string) error {
			if err := f.checkTick(); err != nil {
				return err
			}
			place := anywhere
			if sandbox != "" {
				place = withSandbox(sandbox)
			}
			p, err := a.loadOne(paths[0], f.vars, place)
			if err != nil {
				return err
			}
			return a.plan(verb.Context(), p, f)
		},
	}
	f.registerVars(verb)
	registerOutput(verb, &f.common)
	registerTick(verb, &f.common)
	registerSandbox(verb, &sandbox, "plan in the simulated account of `FILE`")
	verb.Flags().Int64Var(&f.seed, "seed", 1, "what all random draws follow from")
	a.registerPolicy(verb)
	return verb
}

func (a *app) plan(ctx context.Context, p *piece, f *running) error {
	play, err := a.placed(p, f.seed, f.tick)
	if err != nil {
		return err
	}
	return a.on(ctx, play, a.leave, func(ctx context.Context) error {
		ready, err := a.engine(play, f.tick).Plan(ctx, p.Experiment)
		if err != nil {
			return a.unprepared(err)
		}
		if err := warnOfSwitches(ctx, ready); err != nil {
			return err
		}
		if err := a.warnOfDenials(ctx, play, ready, &f.common); err != nil {
			return err
		}
		if f.json {
			encoder := json.NewEncoder(a.Stdout)
			encoder.SetIndent("", "  ")
			return encoder.Encode(struct {
				Format string `json:"format"`
				experiments.PlanMade
			}{"gameday.plan/1", ready.Plan})
		}
		return report.Plan(a.Stdout, play.head(ready.Account), ready.Plan, a.style(f.noColor))
	})
}
