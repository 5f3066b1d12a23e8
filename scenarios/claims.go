package scenarios

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"gameday/assertions"
	"gameday/experiments"
)

// claimText is an assert as it was read, for checks that need all of them.
type claimText struct {
	experiments.Claim
	block *hcl.Block
}

// claimWord is what one of check, guard and assert takes besides the kind's attributes.
type claimWord struct {
	own  []hcl.AttributeSchema
	read func(*loader, reader, *hcl.Block, *experiments.Claim)
	into func(*experiments.Experiment) *[]experiments.Claim
}

func claimWords() map[string]claimWord {
	return map[string]claimWord{
		"check": {
			attributes("within"), (*loader).readCheck,
			func(x *experiments.Experiment) *[]experiments.Claim { return &x.Checks },
		},
		"guard": {
			nil, func(*loader, reader, *hcl.Block, *experiments.Claim) {},
			func(x *experiments.Experiment) *[]experiments.Claim { return &x.Guards },
		},
		"assert": {
			attributes("since", "within*", "not_before", "holds_for", "expect", "patience"), (*loader).readAssert,
			func(x *experiments.Experiment) *[]experiments.Claim { return &x.Asserts },
		},
	}
}

func (l *loader) readClaim(b *hcl.Block) {
	if !l.declaredOnce(b) {
		return
	}
	catalog := l.options.Catalogs.Assertions
	kind, known := catalog.Find(b.Labels[0])
	if !known {
		l.found.add(unknown(b.LabelRanges[0], "kind of assertion", b.Labels[0], namesOf(catalog, func(k assertions.Kind) string { return k.Name })))
		return
	}
	word := claimWords()[b.Type]
	fresh := kind.New()
	r := l.reader().body(b, kindSchema(fresh, word.own...))
	body := l.newKindBody(b, r.content, fresh)
	l.reviewed.bodies = append(l.reviewed.bodies, body)
	l.found.add(body.check(fresh)...)
	claim := experiments.Claim{
		Name: b.Labels[1], Kind: kind, Where: where(b), Expect: experiments.Happens,
		Build: func(known experiments.Known) (assertions.Assertion, error) {
			assertion := kind.New()
			return assertion, body.fill(known, assertion)
		},
	}
	word.read(l, r, b, &claim)
	list := word.into(l.experiment)
	*list = append(*list, claim)
}

func (l *loader) readCheck(r reader, b *hcl.Block, claim *experiments.Claim) {
	claim.Within = r.duration("within", 0, zeroOrMore)
	if claim.Kind.Shape == assertions.Event {
		l.found.add(invalid(b.LabelRanges[0], "Not a state",
			"A check looks at a state that holds or not; %s is something that happens.", claim.Kind.Name))
	}
}

func (l *loader) readAssert(r reader, b *hcl.Block, claim *experiments.Claim) {
	claim.Within = r.duration("within", 0, moreThanZero)
	claim.NotBefore = r.duration("not_before", 0, zeroOrMore)
	claim.HoldsFor = r.duration("holds_for", 0, zeroOrMore)
	if _, there := r.attribute("patience"); there {
		patience := r.duration("patience", 0, zeroOrMore)
		claim.Patience = &patience
	}
	claim.Expect = l.readExpect(r)
	claim.Since = l.readSince(r, b)
	for _, rule := range impossible() {
		if a, there := r.attribute(rule.attribute); there && rule.when(claim) {
			l.found.add(invalid(a.Range, rule.summary, "%s", rule.detail))
		}
	}
	since := r.content.Attributes["since"]
	l.timeline.claim(*claim, b, since)
	l.claims[claim.Name] = &claimText{*claim, b}
}

// combination is two things that an assert cannot ask for together. It is the attribute that is blamed.
type combination struct {
	attribute       string
	when            func(*experiments.Claim) bool
	summary, detail string
}

func impossible() []combination {
	window := func(c *experiments.Claim) bool { return c.Expect != experiments.Happens }
	return []combination{
		{
			"not_before", func(c *experiments.Claim) bool { return c.Within > 0 && c.NotBefore > c.Within },
			"Impossible not_before", "not_before is after within: nothing can come in time.",
		},
		{"not_before", window, "Impossible not_before", "With never and stays there is no moment that could be too early."},
		{"holds_for", window, "Impossible holds_for", "never and stays are about the whole window, which is what within says."},
		{"patience", window, "Impossible patience", "never and stays are decided when their window ends: nothing can come late."},
		{
			"holds_for", func(c *experiments.Claim) bool { return c.Kind.Shape == assertions.Event },
			"Impossible holds_for", "What happens in a moment does not last.",
		},
		{
			"expect", func(c *experiments.Claim) bool {
				return c.Expect == experiments.Stays && c.Kind.Shape == assertions.Event
			},
			"Impossible expect", "Only a state can stay; this kind is something that happens.",
		},
	}
}

func (l *loader) readExpect(r reader) experiments.Expect {
	known := []string{string(experiments.Happens), string(experiments.Never), string(experiments.Stays)}
	text := r.text("expect", known[0])
	if !slices.Contains(known, text) {
		l.found.add(unknown(r.content.Attributes["expect"].Expr.Range(), "value of expect", text, known))
		return experiments.Happens
	}
	return experiments.Expect(text)
}

// readSince returns from when on time is counted. Without a since it is the only fault, if there is one only.
func (l *loader) readSince(r reader, b *hcl.Block) experiments.Ref {
	if a, there := r.attribute("since"); there {
		ref, problem := l.scope.pointer(a.Expr, sinceReferences())
		if problem != nil {
			l.found.add(problem)
			return experiments.Ref{}
		}
		return ref
	}
	faults := l.scope.names("inject")
	if len(faults) == 1 {
		return experiments.Ref{Type: experiments.RefInject, Name: faults[0]}
	}
	detail := "There is no fault that it could count from, so say with since what it counts from."
	if len(faults) > 1 {
		detail = "There is more than one fault, so say with since from which on the time counts: since = inject." + faults[0] + "."
	}
	l.found.add(invalid(b.DefRange, "Missing since", "%s", detail))
	return experiments.Ref{}
}

func (l *loader) readChain(b *hcl.Block) {
	if !l.declaredOnce(b) {
		return
	}
	r := l.reader().body(b, &hcl.BodySchema{Attributes: attributes("since", "within*", "steps*")})
	chain := experiments.Chain{
		Name: b.Labels[0], Type: experiments.ChainType(b.Type), Where: where(b),
		Since: l.readSince(r, b), Within: r.duration("within", 0, moreThanZero),
	}
	steps, there := r.attribute("steps")
	if there {
		refs, diags := l.scope.pointers(steps.Expr, stepReferences())
		l.found.add(diags...)
		for _, ref := range refs {
			chain.Steps = append(chain.Steps, ref.Name)
		}
		if len(refs) == 0 && !diags.HasErrors() {
			l.found.add(invalid(steps.Expr.Range(), "No steps", "A chain without steps proves nothing."))
		}
	}
	l.timeline.chain(chain, r.content.Attributes["since"], steps)
	l.experiment.Chains = append(l.experiment.Chains, chain)
}
