package experiments

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gameday/internal/clock"
	"gameday/internal/signals"
)

// describe writes the plan for people and for the journal.
func (r *Ready) describe() {
	for _, fault := range r.experiment.Faults {
		plan := r.plans[fault.Name]
		planned := PlannedFault{
			Block: Block{Name: fault.Name, Kind: fault.Kind.Name, Where: fault.Where},
			After: []string{}, Delay: Millis(fault.Delay), Duration: Millis(fault.Duration),
			Irreversible: fault.Kind.Irreversible, Targets: plan.Targets,
		}
		for _, ref := range fault.After {
			planned.After = append(planned.After, ref.String())
		}
		r.Plan.Faults = append(r.Plan.Faults, planned)
	}
	for _, source := range r.sources {
		if _, tapped := r.engine.Injectors.FindTap(source.Kind); tapped {
			r.Plan.Taps = append(r.Plan.Taps, source.Subject)
		}
	}
	for _, group := range r.groups() {
		blocks := []Block{}
		for _, claim := range group.claims {
			blocks = append(blocks, r.block(group.prefix, claim))
		}
		switch group.prefix {
		case "check.":
			r.Plan.Checks = blocks
		case "guard.":
			r.Plan.Guards = blocks
		default:
			r.Plan.Assertions = blocks
		}
	}
	for _, chain := range r.experiment.Chains {
		r.Plan.Chains = append(r.Plan.Chains, PlannedChain{
			Name: chain.Name, Kind: chain.Type, Where: chain.Where, Since: chain.Since.String(),
			Within: Millis(chain.Within), Steps: chain.Steps,
		})
	}
	r.Plan.fillLists()
}

// fillLists makes empty lists of missing ones, so that readers of the journal need not tell them apart.
func (p *PlanMade) fillLists() {
	p.Targets = append([]PlannedTarget{}, p.Targets...)
	p.Faults = append([]PlannedFault{}, p.Faults...)
	p.Taps = append([]string{}, p.Taps...)
	p.Chains = append([]PlannedChain{}, p.Chains...)
	p.Warnings = append([]Warning{}, p.Warnings...)
}

func (r *Ready) block(prefix string, claim Claim) Block {
	b := Block{
		Name: claim.Name, Kind: claim.Kind.Name, Where: claim.Where, Since: claim.Since.String(), Expect: claim.Expect,
		Within: Millis(claim.Within), NotBefore: Millis(claim.NotBefore), HoldsFor: Millis(claim.HoldsFor),
		Patience: r.engine.patience(claim), Subjects: []string{},
	}
	for _, source := range r.claims[prefix+claim.Name].Sources() {
		b.Subjects = append(b.Subjects, source.Subject)
		if kind, found := r.engine.Signals.Find(source.Kind); found && kind.Polled {
			b.Polled = true
		}
	}
	return b
}

// foretell warns of SLOs that their sources cannot meet, such as an alarm that needs five minutes to fire.
func (r *Ready) foretell(ctx context.Context) ([]Warning, error) {
	bounds := map[signals.Source]signals.Bound{}
	for _, kind := range r.engine.Signals {
		sources := r.sourcesOf(kind.Name)
		foreteller, able := kind.New(r.watcherEnv(nil, nil)).(signals.Foreteller)
		if !able || len(sources) == 0 {
			continue
		}
		found, err := foreteller.Soonest(ctx, sources)
		if err != nil {
			return nil, fmt.Errorf("learn how soon %s can answer: %w", kind.Name, err)
		}
		for source, bound := range found {
			bounds[source] = bound
		}
	}
	var warnings []Warning
	for _, claim := range r.experiment.Asserts {
		for _, source := range r.claims["assert."+claim.Name].Sources() {
			bound, known := bounds[source]
			if known && claim.Since.Type == RefInject && claim.Expect == Happens && claim.Within < bound.Time && !r.touches(bound.ARN) {
				warnings = append(warnings, Warning{
					Summary: fmt.Sprintf("assert.%s may not be able to come within %s", claim.Name, clock.Short(claim.Within)),
					Detail:  fmt.Sprintf("%s, so no SLO below %s can be relied on.", bound.Why, clock.Short(bound.Time)),
					Where:   claim.Where,
				})
			}
		}
	}
	return warnings, nil
}

// touches says whether a fault acts on the resource itself: then it need not wait for what usually causes it.
func (r *Ready) touches(arn string) bool {
	for _, fault := range r.Plan.Faults {
		if slices.Contains(fault.Targets, arn) {
			return true
		}
	}
	return false
}

func (r *Ready) sourcesOf(kind string) []signals.Source {
	var sources []signals.Source
	for _, source := range r.sources {
		if source.Kind == kind {
			sources = append(sources, source)
		}
	}
	return sources
}

// watcherEnv is what a watcher may use. Soonest needs neither taps nor a pause.
func (r *Ready) watcherEnv(taps map[string]string, pause func(context.Context) error) signals.Env {
	e := r.engine
	now := e.Clock.Now()
	since := e.toAWS(now, now).Earliest.Truncate(time.Second)
	return signals.Env{
		AWS: e.Cloud.Config(), Clock: e.Clock, ToAWS: e.toAWS, Pause: pause, Tick: e.tick(), Since: since, Taps: taps,
	}
}
