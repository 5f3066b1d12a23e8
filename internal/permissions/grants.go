package permissions

import (
	"slices"

	"gameday/experiments"
	"gameday/injectors"
	"gameday/internal/cloud"
	"gameday/internal/killswitch"
)

// Grants returns what has to be allowed for an experiment with these needs, and nothing else: what its kinds declare, narrowed
// to what its plan knows, in an order that does not change from call to call.
func Grants(needs experiments.Needs) []Grant {
	b := &builder{needs: needs}
	for _, target := range needs.Targets {
		b.allow(Plan, target.Kind.Permissions, b.pinned(target.ARNs))
	}
	for _, fault := range needs.Faults {
		b.fault(fault)
	}
	for _, source := range needs.Sources {
		b.source(source)
	}
	for _, address := range needs.Switches {
		action, on := killswitch.Needs(address, needs.Region, needs.Account)
		b.allow(Plan, []string{action}, b.pinned([]string{on}))
	}
	return b.grants()
}

// fault allows the reads of a fault to plan it, and its changes to inject and revert it.
func (b *builder) fault(fault experiments.NeededFault) {
	var reads, injects, reverts []string
	for _, action := range fault.Kind.Permissions {
		alone := slices.Contains(fault.Kind.Reverting, action)
		switch {
		case alone:
			reverts = append(reverts, action)
		case !cloud.Mutates(action):
			reads = append(reads, action)
		default:
			injects = append(injects, action)
		}
	}
	if len(reverts) == 0 && !fault.Kind.Irreversible {
		reverts = injects
	}
	targets := b.found(fault.Plan.Targets)
	all := slices.Concat(targets, b.pinned(beyond(fault.Kind, fault.Plan)))
	if b.needs.Tags {
		reads = unique(append(reads, fault.Kind.Tagging...))
	}
	b.allow(Plan, reads, all)
	b.allow(Inject, injects, targets)
	b.allow(Revert, reverts, all)
}

func beyond(kind injectors.Kind, plan injectors.Plan) []string {
	if kind.Beyond == nil {
		return nil
	}
	return kind.Beyond(plan)
}

// source allows to watch a source, and to tap it where that takes a tap.
func (b *builder) source(source experiments.NeededSource) {
	on := b.pinned(b.subject(source.Kind.Name, source.Subject))
	b.allow(Plan, source.Kind.Foretelling, on)
	if source.Tap != nil {
		on = append(on, b.tapQueue(source.Subject))
		b.allow(Taps, source.Tap.Permissions, on)
	}
	b.allow(Observe, source.Kind.Permissions, on)
}

// pinned are resources that are meant themselves.
func (b *builder) pinned(arns []string) []resource {
	var all []resource
	for _, arn := range arns {
		all = append(all, resource{pattern: literal(arn), example: arn})
	}
	return all
}

// found are resources that are meant because a target's query found them. Where that asked for nothing but tags, tomorrow's
// resources with these tags are meant as well: those of today may be gone, above all after they were terminated.
func (b *builder) found(arns []string) []resource {
	all := b.pinned(arns)
	for i, arn := range arns {
		for _, target := range b.needs.Targets {
			if len(target.Tags) > 0 && slices.Contains(target.ARNs, arn) {
				all[i].tags = target.Tags
			}
		}
	}
	return all
}
