package scenarios

import (
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"gameday/experiments"
	"gameday/injectors"
)

// defaultTimeout is the hard stop of a run whose scenario names none.
const defaultTimeout = time.Hour

func (l *loader) readScenario(b *hcl.Block) {
	r := l.reader().body(b, &hcl.BodySchema{
		Attributes: attributes("description", "hypothesis", "owner", "playbook", "labels", "timeout"),
	})
	x := l.experiment
	l.reviewed.header = b.DefRange
	x.Name = b.Labels[0]
	if strings.TrimSpace(x.Name) == "" || strings.ContainsFunc(x.Name, unicode.IsControl) {
		l.found.add(invalid(b.LabelRanges[0], "Invalid name", "A scenario needs a name that a report can show on one line."))
	}
	x.Description, x.Hypothesis = r.text("description", ""), r.text("hypothesis", "")
	x.Owner, x.Playbook = r.text("owner", ""), r.text("playbook", "")
	x.Labels = r.table("labels")
	x.Timeout = r.duration("timeout", defaultTimeout, moreThanZero)
}

// isAccount says whether a text is the number of an AWS account: twelve digits.
func isAccount(text string) bool {
	return len(text) == 12 && strings.Trim(text, "0123456789") == ""
}

func (l *loader) readPlace(b *hcl.Block) {
	r := l.reader()
	r.secrets = true
	r = r.body(b, &hcl.BodySchema{
		Attributes: attributes("region", "accounts", "profile", "role_arn", "external_id", "endpoint_url"),
	})
	l.reviewed.aws, l.reviewed.place = b, r.content.Attributes
	place := &l.experiment.Place
	place.Region, place.Profile, place.RoleARN = r.text("region", ""), r.text("profile", ""), r.text("role_arn", "")
	place.ExternalID, place.EndpointURL = r.text("external_id", ""), r.text("endpoint_url", "")
	place.Accounts = r.texts("accounts")
	for _, account := range place.Accounts {
		if !isAccount(account) {
			l.found.add(invalid(r.content.Attributes["accounts"].Expr.Range(), "Not an account", "The number of an AWS account has twelve digits."))
			break
		}
	}
}

func (l *loader) readTarget(b *hcl.Block) {
	if !l.declaredOnce(b) {
		return
	}
	catalog := l.options.Catalogs.Injectors
	kind, known := catalog.FindTarget(b.Labels[0])
	if !known {
		l.found.add(unknown(b.LabelRanges[0], "kind of target", b.Labels[0], namesOf(catalog.Targets, func(k injectors.TargetKind) string { return k.Name })))
		return
	}
	fresh := kind.New(injectors.Env{})
	schema := kindSchema(fresh, attributes("optional")...)
	schema.Blocks = append(schema.Blocks, hcl.BlockHeaderSchema{Type: "pick"})
	r := l.reader().body(b, schema)
	body := l.newKindBody(b, r.content, fresh)
	l.found.add(body.check(fresh)...)
	l.dependOn("target."+b.Labels[1], body)
	l.experiment.Targets = append(l.experiment.Targets, experiments.Target{
		Name: b.Labels[1], Kind: kind, Where: where(b), Pick: l.readPick(r), Optional: r.flag("optional", false),
		Build: func(known experiments.Known, env injectors.Env) (injectors.Target, error) {
			target := kind.New(env)
			return target, body.fill(known, target)
		},
	})
}

func (l *loader) readPick(outer reader) experiments.Pick {
	blocks := outer.content.Blocks.OfType("pick")
	for i := 1; i < len(blocks); i++ {
		l.found.add(duplicate(blocks[i].DefRange, blocks[0].DefRange, "pick block", "A pick block"))
	}
	if len(blocks) == 0 {
		return experiments.Pick{}
	}
	r := outer.body(blocks[0], &hcl.BodySchema{Attributes: attributes("count", "percent")})
	_, hasCount := r.attribute("count")
	percent, hasPercent := r.attribute("percent")
	if hasCount == hasPercent {
		l.found.add(invalid(blocks[0].DefRange, "Invalid pick", "Pick either a count or a percent, one of the two."))
		return experiments.Pick{}
	}
	pick := experiments.Pick{}
	if hasCount {
		pick.Count = r.whole("count", 0, 1)
		return pick
	}
	if _, ok := r.into("percent", cty.Number, &pick.Percent); ok && (pick.Percent <= 0 || pick.Percent > 100) {
		l.found.add(invalid(percent.Expr.Range(), "Number out of range", "percent is more than 0 and at most 100."))
	}
	return pick
}

func (l *loader) readFault(b *hcl.Block) {
	if !l.declaredOnce(b) {
		return
	}
	catalog := l.options.Catalogs.Injectors
	kind, known := catalog.Find(b.Labels[0])
	if !known {
		l.found.add(unknown(b.LabelRanges[0], "kind of fault", b.Labels[0], namesOf(catalog.Kinds, func(k injectors.Kind) string { return k.Name })))
		return
	}
	fresh := kind.New(injectors.Env{})
	r := l.reader().body(b, kindSchema(fresh, attributes("after", "delay", "duration")...))
	body := l.newKindBody(b, r.content, fresh)
	l.reviewed.bodies = append(l.reviewed.bodies, body)
	l.found.add(body.check(fresh)...)
	l.dependOn("inject."+b.Labels[1], body)
	fault := experiments.Fault{
		Name: b.Labels[1], Kind: kind, Where: where(b),
		Delay: r.duration("delay", 0, zeroOrMore), Duration: r.duration("duration", 0, moreThanZero),
		Build: func(known experiments.Known, env injectors.Env) (injectors.Injector, error) {
			injector := kind.New(env)
			return injector, body.fill(known, injector)
		},
	}
	after, at := r.attribute("after")
	if at {
		refs, diags := l.scope.pointers(after.Expr, afterReferences())
		l.found.add(diags...)
		fault.After = refs
	}
	if a, there := r.attribute("duration"); there && kind.Irreversible {
		l.found.add(invalid(a.Range, "Impossible duration", "%s cannot be reverted, so it cannot be reverted after a while.", kind.Name))
	}
	l.checkTakes(fault, body, fresh)
	l.timeline.fault(fault, b, after)
	l.experiment.Faults = append(l.experiment.Faults, fault)
}

// dependOn notes whose values a target or a fault refers to.
func (l *loader) dependOn(node string, body *kindBody) {
	for _, expr := range l.scope.reachable(body.expressions()...) {
		for _, r := range references(expr) {
			if _, there := l.names[r.root+"."+r.name]; there && (r.root == "target" || r.root == "inject") {
				l.values.add(node, r.root+"."+r.name)
			}
		}
	}
}

func namesOf[T any](rows []T, name func(T) string) []string {
	names := make([]string, 0, len(rows))
	for _, row := range rows {
		names = append(names, name(row))
	}
	return names
}

// where is a block's place: from its first word to its closing brace.
func where(b *hcl.Block) experiments.Range {
	end := b.Body.MissingItemRange().End
	if native, ok := b.Body.(*hclsyntax.Body); ok {
		end = native.SrcRange.End
	}
	return experiments.Range{
		File: b.DefRange.Filename, Line: b.DefRange.Start.Line, Column: b.DefRange.Start.Column,
		EndLine: end.Line, EndColumn: end.Column,
	}
}
