package experiments

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"gameday/assertions"
	"gameday/injectors"
	"gameday/internal/signals"
)

// Ready is an experiment whose account was checked, whose targets are resolved and whose faults are planned. Nothing has
// been touched.
type Ready struct {
	Plan    PlanMade
	Account string
	Caller  string // the ARN of whoever the credentials belong to

	engine     *Engine
	experiment *Experiment
	known      Known
	tags       map[string]map[string]string    // by target that is found by nothing else
	queries    map[string]injectors.Target     // by target
	plans      map[string]injectors.Plan       // by fault
	claims     map[string]assertions.Assertion // by "assert.NAME", "check.NAME", "guard.NAME"
	sources    []signals.Source                // each once, in the order of the scenario
}

// Plan asks who the caller is, resolves targets, plans every fault and looks for SLOs that cannot be met. It changes
// nothing. It must be called on a strand.
func (e *Engine) Plan(ctx context.Context, x *Experiment) (*Ready, error) {
	ready, err := e.prepare(ctx, x)
	return ready, x.Secrets.HideError(err)
}

func (e *Engine) prepare(ctx context.Context, x *Experiment) (*Ready, error) {
	account, caller, err := e.admit(ctx, x.Place.Accounts)
	if err != nil {
		return nil, err
	}
	r := &Ready{
		Account: account, Caller: caller, engine: e, experiment: x,
		known: Known{
			Run:     RunFacts{ID: e.Run, Seed: int64(e.Seed)},
			Targets: map[string][]injectors.Resource{}, Outputs: map[string]any{},
		},
		tags: map[string]map[string]string{}, queries: map[string]injectors.Target{}, plans: map[string]injectors.Plan{}, claims: map[string]assertions.Assertion{},
	}
	for _, ref := range x.Sequence {
		if err := r.learn(ctx, ref); err != nil {
			return nil, err
		}
	}
	if err := r.buildClaims(); err != nil {
		return nil, err
	}
	r.describe()
	if err := r.weigh(ctx); err != nil {
		return nil, err
	}
	warnings, err := r.foretell(ctx)
	if err != nil {
		return nil, err
	}
	r.Plan.Warnings = append(r.Plan.Warnings, warnings...)
	return r, nil
}

// admit refuses every account but those that the scenario names.
func (e *Engine) admit(ctx context.Context, accounts []string) (account, caller string, err error) {
	account, caller, err = e.Cloud.Identity(ctx)
	if err != nil {
		return "", "", fmt.Errorf("ask AWS who the caller is: %w", err)
	}
	if len(accounts) > 0 && !slices.Contains(accounts, account) {
		return "", "", &HintError{
			Err:  fmt.Errorf("the credentials are of account %s, which the scenario does not allow", account),
			Text: "allowed: " + strings.Join(accounts, ", ") + "; use other credentials, or add the account to aws.accounts if you mean it",
		}
	}
	return account, caller, nil
}

// learn resolves a target or plans a fault, so that what comes later in the sequence may refer to it.
func (r *Ready) learn(ctx context.Context, ref Ref) error {
	if ref.Type == RefTarget {
		for _, target := range r.experiment.Targets {
			if target.Name == ref.Name {
				return r.resolve(ctx, target)
			}
		}
	}
	for _, fault := range r.experiment.Faults {
		if fault.Name == ref.Name {
			plan, err := r.planFault(ctx, fault)
			if err != nil {
				return err
			}
			r.plans[fault.Name] = plan
			r.known.Outputs[fault.Name] = plan.Outputs
			return nil
		}
	}
	return fmt.Errorf("%s is in the sequence but not in the experiment", ref)
}

// resolve finds a target's resources and picks from them.
func (r *Ready) resolve(ctx context.Context, target Target) error {
	block := "target." + target.Name
	query, err := target.Build(r.known, r.engine.env(block))
	if err != nil {
		return err
	}
	found, err := query.Resolve(ctx)
	if err != nil {
		return fmt.Errorf("resolve %s: %w", block, err)
	}
	if len(found) == 0 && !target.Optional {
		return &HintError{
			Err:  fmt.Errorf("%s (%s:%d) matches nothing", block, target.Where.File, target.Where.Line),
			Text: "look at its attributes, the region and the account, or set optional = true",
		}
	}
	if tagged, ok := query.(injectors.Tagged); ok {
		r.tags[target.Name] = tagged.ByTags()
	}
	r.queries[target.Name] = query
	if wanted := target.Pick.Count; wanted > len(found) {
		r.Plan.Warnings = append(r.Plan.Warnings, Warning{
			Summary: fmt.Sprintf("%s is to pick %d, and only %d match", block, wanted, len(found)),
			Detail:  "All that match are picked. Lower count, or look at what the target asks for.",
			Where:   target.Where,
		})
	}
	picked := r.pick(target.Pick, found, block)
	r.known.Targets[target.Name] = picked
	planned := PlannedTarget{Name: target.Name, Kind: target.Kind.Name, Where: target.Where, Matched: len(found), ARNs: []string{}}
	for _, resource := range picked {
		planned.ARNs = append(planned.ARNs, resource.ARN)
	}
	r.Plan.Targets = append(r.Plan.Targets, planned)
	return nil
}

// pick draws at random from the run's seed, and keeps the order of what was found.
func (r *Ready) pick(pick Pick, found []injectors.Resource, block string) []injectors.Resource {
	count := len(found)
	switch {
	case pick.Count > 0:
		count = min(pick.Count, len(found))
	case pick.Percent > 0:
		count = min(int(math.Ceil(pick.Percent/100*float64(len(found)))), len(found))
	}
	chosen := r.engine.Seed.Stream(block, "pick").Perm(len(found))[:count]
	slices.Sort(chosen)
	picked := make([]injectors.Resource, 0, count)
	for _, i := range chosen {
		picked = append(picked, found[i])
	}
	return picked
}

func (r *Ready) planFault(ctx context.Context, fault Fault) (injectors.Plan, error) {
	block := "inject." + fault.Name
	injector, err := fault.Build(r.known, r.engine.env(block))
	if err != nil {
		return injectors.Plan{}, err
	}
	plan, err := injector.Plan(ctx)
	if err != nil {
		return injectors.Plan{}, fmt.Errorf("plan %s: %w", block, err)
	}
	return plan, nil
}

// buildClaims makes every check, guard and assert, and collects what has to be watched.
func (r *Ready) buildClaims() error {
	watched := map[signals.Source]bool{}
	for _, group := range r.groups() {
		for _, claim := range group.claims {
			assertion, err := claim.Build(r.known)
			if err != nil {
				return err
			}
			r.claims[group.prefix+claim.Name] = assertion
			for _, source := range assertion.Sources() {
				if !watched[source] {
					watched[source] = true
					r.sources = append(r.sources, source)
				}
			}
		}
	}
	return nil
}

type claimGroup struct {
	prefix string
	claims []Claim
}

func (r *Ready) groups() []claimGroup {
	return []claimGroup{{"check.", r.experiment.Checks}, {"guard.", r.experiment.Guards}, {"assert.", r.experiment.Asserts}}
}

// patience is how long to go on looking for a late one: in a run faults stay live meanwhile, so it is none by default.
func (e *Engine) patience(claim Claim) Millis {
	switch {
	case claim.Patience != nil:
		return Millis(*claim.Patience)
	case e.Mode == ModeRehearse && claim.Expect == Happens:
		return Millis(claim.Within)
	}
	return 0
}
