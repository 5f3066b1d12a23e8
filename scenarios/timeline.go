package scenarios

import (
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"gameday/experiments"
	"gameday/injectors"
)

// timeline is what waits for what: a fault for what its after names, an assert for its since.
type timeline struct {
	graph  *graph
	at     map[string]hcl.Range // what says that a node waits
	faults []experiments.Fault
	claims []experiments.Claim
	chains []chainText
}

type chainText struct {
	experiments.Chain
	since, steps *hcl.Attribute // nil when missing
}

func newTimeline() *timeline { return &timeline{graph: newGraph(), at: map[string]hcl.Range{}} }

func place(b *hcl.Block, a *hcl.Attribute) hcl.Range {
	if a != nil {
		return a.Range
	}
	return b.DefRange
}

func (t *timeline) fault(f experiments.Fault, b *hcl.Block, after *hcl.Attribute) {
	node := "inject." + f.Name
	t.at[node] = place(b, after)
	t.graph.add(node)
	for _, ref := range f.After {
		t.graph.add(node, ref.String())
	}
	t.faults = append(t.faults, f)
}

func (t *timeline) claim(c experiments.Claim, b *hcl.Block, since *hcl.Attribute) {
	node := "assert." + c.Name
	t.at[node] = place(b, since)
	t.graph.add(node)
	if c.Since.Type != "" {
		t.graph.add(node, waitsFor(c.Since))
	}
	t.claims = append(t.claims, c)
}

func (t *timeline) chain(c experiments.Chain, since, steps *hcl.Attribute) {
	t.chains = append(t.chains, chainText{c, since, steps})
}

// waitsFor is the node of a reference. That a fault is done is known as soon as the fault is; that it is reverted is not.
func waitsFor(ref experiments.Ref) string {
	if ref.Edge != experiments.EdgeReverted {
		ref.Edge = experiments.EdgeBegun
	}
	return ref.String()
}

// close adds the reverts: those without a duration wait for the end of the run, and so for every fault.
func (t *timeline) close() {
	for _, f := range t.faults {
		node := "inject." + f.Name + "." + string(experiments.EdgeReverted)
		t.at[node] = t.at["inject."+f.Name]
		t.graph.add(node, "inject."+f.Name)
		if f.Duration > 0 {
			continue
		}
		for _, other := range t.faults {
			t.graph.add(node, "inject."+other.Name)
		}
	}
}

// checkOrder finds cycles and contradictions, and settles the order in which targets and faults become known.
func (l *loader) checkOrder(blocks hcl.Blocks) {
	sequence, cycle := l.values.order()
	if cycle != nil {
		l.found.add(invalid(l.names[cycle[0]], "References in a circle", "Each needs a value of the next: %s.", strings.Join(cycle, " → ")))
	}
	l.experiment.Sequence = refsOf(sequence)
	l.timeline.close()
	if _, cycle := l.timeline.graph.order(); cycle != nil {
		at, there := l.timeline.at[cycle[0]]
		if !there {
			at = top(l.path)
		}
		l.found.add(invalid(at, "Waiting in a circle", "Each waits for the next: %s.", strings.Join(cycle, " → ")))
		return
	}
	l.checkMoments()
	l.checkReverts()
	l.checkChains()
	l.checkTimeout()
}

func refsOf(nodes []string) []experiments.Ref {
	refs := make([]experiments.Ref, 0, len(nodes))
	for _, node := range nodes {
		root, name, _ := strings.Cut(node, ".")
		refs = append(refs, experiments.Ref{Type: experiments.RefType(root), Name: name})
	}
	return refs
}

// checkMoments finds who waits for an assert that has no moment.
func (l *loader) checkMoments() {
	refuse := func(ref experiments.Ref, at hcl.Range) {
		claim, there := l.claims[ref.Name]
		if ref.Type == experiments.RefAssert && there && claim.Expect != experiments.Happens {
			l.found.add(invalid(at, "No moment", "%s expects %q: there is no moment at which it comes true.", ref, claim.Expect))
		}
	}
	for _, f := range l.timeline.faults {
		for _, ref := range f.After {
			refuse(ref, l.timeline.at["inject."+f.Name])
		}
	}
	for _, c := range l.timeline.claims {
		refuse(c.Since, l.timeline.at["assert."+c.Name])
	}
	for _, c := range l.timeline.chains {
		if c.since != nil {
			refuse(c.Since, c.since.Range)
		}
		for _, step := range c.Steps {
			refuse(experiments.Ref{Type: experiments.RefAssert, Name: step}, c.steps.Range)
		}
	}
}

// checkReverts finds who waits for a revert that never comes.
func (l *loader) checkReverts() {
	irreversible := map[string]string{}
	for _, f := range l.timeline.faults {
		if f.Kind.Irreversible {
			irreversible[f.Name] = f.Kind.Name
		}
	}
	refuse := func(ref experiments.Ref, at hcl.Range) {
		kind, there := irreversible[ref.Name]
		if ref.Type == experiments.RefInject && ref.Edge == experiments.EdgeReverted && there {
			l.found.add(invalid(at, "Never reverted", "%s cannot be reverted, so nothing can count from its revert.", kind))
		}
	}
	for _, c := range l.timeline.claims {
		refuse(c.Since, l.timeline.at["assert."+c.Name])
	}
	for _, c := range l.timeline.chains {
		if c.since != nil {
			refuse(c.Since, c.since.Range)
		}
	}
}

// checkChains finds steps in an order in which they cannot come.
func (l *loader) checkChains() {
	for _, c := range l.timeline.chains {
		before := l.timeline.graph.reach(waitsFor(c.Since))
		for i, step := range c.Steps {
			if c.since != nil && before["assert."+step] {
				l.found.add(invalid(c.since.Range, "Impossible order", "%s comes after assert.%s, which is a step.", c.Since, step))
			}
			needs := l.timeline.graph.reach("assert." + step)
			for _, later := range c.Steps[i+1:] {
				if needs["assert."+later] {
					l.found.add(invalid(c.steps.Range, "Impossible order",
						"assert.%s is a step before assert.%s, but counts from it.", step, later))
				}
			}
		}
	}
}

// checkTakes warns of a fault that takes longer to inject than it is to last, or than the run may take. Fresh is filled
// with the fault's values, or with examples where they are not known yet.
func (l *loader) checkTakes(fault experiments.Fault, body *kindBody, fresh any) {
	timed, is := fresh.(injectors.Timed)
	values, diags := body.evaluate(body.scope.early)
	if !is || body.incomplete || diags.HasErrors() || body.unsettled(values).HasErrors() {
		return
	}
	takes, limit := timed.Takes().Round(time.Second), l.experiment.Timeout
	switch {
	case limit > 0 && fault.Delay+takes > limit:
		l.found.add(warning(invalid(body.header, "Longer than the run",
			"Injecting it takes %s, and the scenario's timeout stops the run after %s.", fault.Delay+takes, limit)))
	case fault.Duration > 0 && takes > fault.Duration:
		l.found.add(warning(invalid(body.header, "Longer than its duration",
			"Injecting it takes %s. Its duration, %s, counts from the end of that.", takes, fault.Duration)))
	}
}

// checkTimeout warns of SLOs that the run cannot live to see.
func (l *loader) checkTimeout() {
	for _, c := range l.timeline.claims {
		if limit := l.experiment.Timeout; limit > 0 && c.Within+c.HoldsFor > limit {
			l.found.add(warning(invalid(l.claims[c.Name].block.DefRange, "Longer than the run",
				"It may take %s, and the scenario's timeout stops the run after %s.", c.Within+c.HoldsFor, limit)))
		}
	}
}
