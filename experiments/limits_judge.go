package experiments

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"gameday/injectors"
)

// limits are all that limit the run: each alone, so that none can widen another.
func (r *Ready) limits() []*Limits {
	all := []*Limits{&r.experiment.Limits}
	if r.engine.Policy != nil {
		all = append(all, &r.engine.Policy.Limits)
	}
	return all
}

// judged is a fault as limits see it.
type judged struct {
	Fault
	plan injectors.Plan
	tags map[string]map[string]string // by ARN
	dark error                        // why its tags cannot be known
}

func (j judged) block() string { return "inject." + j.Name }

// judge finds what the faults would break, and what the run as a whole would. matched says how many resources a target's
// query matches now. Of tags it asks AWS, where a limit needs them.
func (r *Ready) judge(ctx context.Context, faults []judged, matched func(PlannedTarget) int) []Violation {
	var broken []Violation
	if slices.ContainsFunc(r.limits(), func(l *Limits) bool { return len(l.ProtectedTags) > 0 }) {
		for i := range faults {
			faults[i].tags, faults[i].dark = r.tagsOf(ctx, faults[i])
		}
	}
	for _, l := range r.limits() {
		broken = append(broken, l.place(r.Account, r.engine.Cloud.Config().Region)...)
		for _, fault := range faults {
			broken = append(broken, l.fault(fault)...)
		}
		broken = append(broken, l.count(r.touched())...)
		broken = append(broken, l.share(r.shares(matched))...)
	}
	return broken
}

// tagsOf asks a fault how what it touches is tagged.
func (r *Ready) tagsOf(ctx context.Context, j judged) (map[string]map[string]string, error) {
	injector, err := j.Build(r.known, r.engine.env(j.block()))
	if err != nil {
		return nil, err
	}
	reader, able := injector.(injectors.TagReader)
	if !able {
		return nil, fmt.Errorf("%s cannot tell how its targets are tagged", j.Kind.Name)
	}
	return reader.Tags(ctx, j.plan)
}

func (l *Limits) broken(rule Rule, block, next, says string, args ...any) Violation {
	return Violation{Block: block, Rule: rule, Says: fmt.Sprintf(says, args...), Owner: l.Owner, Where: l.Where[rule], Next: next}
}

// place judges where the run is.
func (l *Limits) place(account, region string) []Violation {
	var broken []Violation
	if !l.admits(RuleAccounts, account) {
		broken = append(broken, l.broken(RuleAccounts, "", "use credentials of an account that is allowed",
			"account %s is none of %s", account, l.list(RuleAccounts)))
	}
	if !l.admits(RuleRegions, region) {
		broken = append(broken, l.broken(RuleRegions, "", "set aws.region to a region that is allowed",
			"region %s is none of %s", region, l.list(RuleRegions)))
	}
	return broken
}

// admits says whether a value is allowed. What an ARN leaves out is not limited by it.
func (l *Limits) admits(rule Rule, value string) bool {
	allowed, limited := l.Only[rule]
	return !limited || value == "" || slices.Contains(allowed, value)
}

func (l *Limits) list(rule Rule) string { return strings.Join(l.Only[rule], ", ") }

// fault judges one fault by itself.
func (l *Limits) fault(j judged) []Violation {
	var broken []Violation
	if !l.admits(RuleKinds, j.Kind.Name) {
		broken = append(broken, l.broken(RuleKinds, j.block(), "use a kind of fault that is allowed",
			"%s is none of %s", j.Kind.Name, l.list(RuleKinds)))
	}
	if l.Reversible && j.Kind.Irreversible {
		broken = append(broken, l.broken(RuleIrreversible, j.block(), "use a fault that can be reverted",
			"%s cannot be reverted", j.Kind.Name))
	}
	for _, target := range j.touches() {
		is, err := arn.Parse(target)
		if err != nil {
			continue
		}
		if !l.admits(RuleAccounts, is.AccountID) {
			broken = append(broken, l.broken(RuleAccounts, j.block(), "touch resources of allowed accounts only",
				"%s is in none of the accounts %s", target, l.list(RuleAccounts)))
		}
		if !l.admits(RuleRegions, is.Region) {
			broken = append(broken, l.broken(RuleRegions, j.block(), "touch resources in allowed regions only",
				"%s is in none of the regions %s", target, l.list(RuleRegions)))
		}
	}
	return append(broken, l.tagged(j)...)
}

// touches are the resources that a fault or its revert touches.
func (j judged) touches() []string {
	all := slices.Clone(j.plan.Targets)
	if j.Kind.Beyond != nil {
		all = append(all, j.Kind.Beyond(j.plan)...)
	}
	return all
}

// tagged judges the tags of what a fault touches. Those that cannot be known are not allowed.
func (l *Limits) tagged(j judged) []Violation {
	if len(l.ProtectedTags) == 0 {
		return nil
	}
	rule := l.tagRule()
	if j.dark != nil {
		return []Violation{l.broken(rule, j.block(), "see to it that the caller may read tags (gameday iam prints the policy), or remove the fault",
			"how its targets are tagged cannot be known: %v", j.dark)}
	}
	var broken []Violation
	for _, target := range j.touches() {
		tags, known := j.tags[target]
		if !known {
			broken = append(broken, l.broken(rule, j.block(), "see to it that the targets exist", "how %s is tagged cannot be known", target))
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(l.ProtectedTags)) {
			value, carries := tags[key]
			if protected := l.ProtectedTags[key]; carries && (protected == "*" || protected == value) {
				broken = append(broken, l.broken(rule, j.block(), "choose targets without that tag", "%s is tagged %s = %q", target, key, value))
			}
		}
	}
	return broken
}

// touched are the resources that all faults touch, each once.
func (r *Ready) touched() []string {
	all := []string{}
	for _, fault := range r.experiment.Faults {
		all = append(all, r.plans[fault.Name].Targets...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Touches returns the ARNs of everything that the faults and their reverts touch, sorted, each once.
func (r *Ready) Touches() []string {
	all := []string{}
	for _, fault := range r.experiment.Faults {
		all = append(all, judged{Fault: fault, plan: r.plans[fault.Name]}.touches()...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (l *Limits) count(touched []string) []Violation {
	if l.MaxTargets == 0 || len(touched) <= l.MaxTargets {
		return nil
	}
	return []Violation{l.broken(RuleMaxTargets, "", "touch fewer, with a pick block or a narrower query",
		"the faults would touch %d resources, at most %d are allowed", len(touched), l.MaxTargets)}
}

// share is how much of what a target block matched is touched; or a fault of which this cannot be said.
type share struct {
	block            string
	touched, matched int
	stray            string // a resource that is in no target block
}

// shares relates what faults touch to the target blocks that it comes from.
func (r *Ready) shares(matched func(PlannedTarget) int) []share {
	var all []share
	if !slices.ContainsFunc(r.limits(), func(l *Limits) bool { return l.MaxPercent > 0 }) {
		return nil
	}
	for _, fault := range r.experiment.Faults {
		for _, one := range r.plans[fault.Name].Targets {
			from := func(t PlannedTarget) bool { return slices.Contains(t.ARNs, one) }
			if !slices.ContainsFunc(r.Plan.Targets, from) {
				all = append(all, share{block: "inject." + fault.Name, stray: one})
				break
			}
		}
	}
	touched := r.touched()
	for _, target := range r.Plan.Targets {
		s := share{block: "target." + target.Name}
		for _, one := range touched {
			if slices.Contains(target.ARNs, one) {
				s.touched++
			}
		}
		if s.touched > 0 {
			s.matched = matched(target)
			all = append(all, s)
		}
	}
	return all
}

func (l *Limits) share(shares []share) []Violation {
	if l.MaxPercent == 0 {
		return nil
	}
	var broken []Violation
	for _, s := range shares {
		switch percent := 100 * float64(s.touched) / float64(max(s.matched, 1)); {
		case s.stray != "":
			broken = append(broken, l.broken(RuleMaxPercent, s.block, "name its targets by a target block",
				"a share of what cannot be judged: %s comes from no target block", s.stray))
		case s.matched == 0 || percent > l.MaxPercent:
			broken = append(broken, l.broken(RuleMaxPercent, s.block, "touch fewer, with a pick block",
				"%d of %d resources would be touched, which is %.4g %%; at most %.4g %% are allowed", s.touched, s.matched, percent, l.MaxPercent))
		}
	}
	return broken
}
