package experiments

import (
	"gameday/injectors"
	"gameday/internal/signals"
)

// Needs are what a prepared experiment will ask of AWS, for those who have to allow it.
type Needs struct {
	Account, Region string
	Targets         []NeededTarget
	Faults          []NeededFault
	Sources         []NeededSource
	Tags            bool     // of what the faults touch, because some are protected
	Switches        []string // addresses of kill switches
}

// NeededTarget is a query and what it found. Tags are set where it looks at nothing else.
type NeededTarget struct {
	Kind injectors.TargetKind
	ARNs []string
	Tags map[string]string
}

// NeededFault is a planned fault.
type NeededFault struct {
	Kind injectors.Kind
	Plan injectors.Plan
}

// NeededSource is something that is watched. Tap is set where gameday has to subscribe to it.
type NeededSource struct {
	signals.Source
	Kind signals.Kind
	Tap  *injectors.Tap
}

// Needs returns what the experiment will ask of AWS, in the order of the scenario.
func (r *Ready) Needs() Needs {
	needs := Needs{Account: r.Account, Region: r.engine.Cloud.Config().Region}
	for _, s := range r.switches() {
		needs.Switches = append(needs.Switches, s.limits.KillSwitch)
	}
	for _, l := range r.limits() {
		needs.Tags = needs.Tags || len(l.ProtectedTags) > 0
	}
	for _, target := range r.experiment.Targets {
		needed := NeededTarget{Kind: target.Kind, Tags: r.tags[target.Name]}
		for _, resource := range r.known.Targets[target.Name] {
			needed.ARNs = append(needed.ARNs, resource.ARN)
		}
		needs.Targets = append(needs.Targets, needed)
	}
	for _, fault := range r.experiment.Faults {
		needs.Faults = append(needs.Faults, NeededFault{Kind: fault.Kind, Plan: r.plans[fault.Name]})
	}
	for _, source := range r.sources {
		needed := NeededSource{Source: source}
		needed.Kind, _ = r.engine.Signals.Find(source.Kind)
		if tap, tapped := r.engine.Injectors.FindTap(source.Kind); tapped {
			needed.Tap = &tap
		}
		needs.Sources = append(needs.Sources, needed)
	}
	return needs
}
