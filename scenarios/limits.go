package scenarios

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"gameday/experiments"
	"gameday/internal/killswitch"
)

// limitAttributes are what a scenario and a policy can both limit.
func limitAttributes() []string {
	return []string{"max_targets", "max_percent", "irreversible", "kill_switch"}
}

// readLimits reads what a scenario allows itself.
func (l *loader) readLimits(b *hcl.Block) {
	r := l.reader().body(b, &hcl.BodySchema{Attributes: attributes(append(limitAttributes(), "never_tags")...)})
	l.experiment.Limits = r.limits("the scenario's limits", experiments.RuleNeverTags)
	if len(r.content.Attributes) == 0 && !l.found.list.HasErrors() {
		l.found.add(invalid(b.DefRange, "Empty limits", "Set one of max_targets, max_percent, never_tags, irreversible and kill_switch, or remove the block."))
	}
}

// limits reads what a scenario and a policy can both limit. tags is how the attribute of protected tags is called.
func (r reader) limits(owner string, tags experiments.Rule) experiments.Limits {
	limits := experiments.Limits{
		Owner: owner, Where: map[experiments.Rule]experiments.Range{}, Only: map[experiments.Rule][]string{},
		MaxTargets: r.whole("max_targets", 0, 1), MaxPercent: r.percent("max_percent"), Reversible: !r.flag("irreversible", true),
		ProtectedTags: r.tags(string(tags)), KillSwitch: r.killSwitch(),
	}
	for _, rule := range []experiments.Rule{
		experiments.RuleAccounts, experiments.RuleRegions, experiments.RuleKinds, experiments.RuleMaxTargets, experiments.RuleMaxPercent,
		experiments.RuleIrreversible, experiments.RuleKillSwitch, tags,
	} {
		if a, there := r.attribute(string(rule)); there {
			limits.Where[rule] = rangeOf(a.Range)
		}
	}
	return limits
}

func rangeOf(at hcl.Range) experiments.Range {
	return experiments.Range{
		File: at.Filename, Line: at.Start.Line, Column: at.Start.Column, EndLine: at.End.Line, EndColumn: at.End.Column,
	}
}

// percent reads a number above 0 and at most 100.
func (r reader) percent(name string) float64 {
	var percent float64
	if at, ok := r.into(name, cty.Number, &percent); ok && (percent <= 0 || percent > 100) {
		r.found.add(invalid(at, "Number out of range", "%s is more than 0 and at most 100.", name))
	}
	return percent
}

// tags reads tags that protect what carries one of them.
func (r reader) tags(name string) map[string]string {
	tags := r.table(name)
	a, there := r.attribute(name)
	if _, empty := tags[""]; there && (len(tags) == 0 || empty) && !r.found.list.HasErrors() {
		r.found.add(invalid(a.Expr.Range(), "No tags", "%s lists tags: { tier = \"critical\" }; the value \"*\" means every value.", name))
	}
	return tags
}

func (r reader) killSwitch() string {
	address := r.text("kill_switch", "")
	a, there := r.attribute("kill_switch")
	if !there || address == "" && r.found.list.HasErrors() {
		return ""
	}
	if err := killswitch.Check(address); err != nil {
		r.found.add(invalid(a.Expr.Range(), "Not a kill switch", "%s Write \"ssm:/gameday/stop\" or \"s3://BUCKET/KEY\".", sentence(err.Error())))
		return ""
	}
	return address
}
