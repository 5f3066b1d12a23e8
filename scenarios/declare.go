package scenarios

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/gocty"

	"gameday/experiments"
)

func (l *loader) declareNothing(*hcl.Block) {}

// declareNamed notes a block's name. It says false when another block of the type has it.
func (l *loader) declare(b *hcl.Block) (name string, ok bool) {
	last := len(b.Labels) - 1
	name, at := b.Labels[last], b.LabelRanges[last]
	if !hclsyntax.ValidIdentifier(name) {
		l.found.add(invalid(at, "Invalid name", "%q cannot be referred to. A name begins with a letter, and goes on with letters, digits, _ and -.", name))
		return name, false
	}
	key := b.Type + "." + name
	if first, there := l.names[key]; there {
		l.found.add(duplicate(at, first, b.Type, key))
		return name, false
	}
	l.names[key] = at
	return name, true
}

func (l *loader) declareNamed(b *hcl.Block) { l.declare(b) }

func (l *loader) declareVariableBlock(b *hcl.Block) {
	if name, ok := l.declare(b); ok {
		l.variables[name] = l.declareVariable(b)
	}
}

// declareLocals notes the locals; they are evaluated once everything that they may refer to is declared.
func (l *loader) declareLocals(b *hcl.Block) {
	all, diags := b.Body.JustAttributes()
	l.found.add(diags...)
	for _, name := range sortedNames(all) {
		if first, there := l.scope.locals[name]; there {
			l.found.add(duplicate(all[name].NameRange, first.NameRange, "local", "local."+name))
			continue
		}
		l.scope.locals[name] = all[name]
	}
}

func (l *loader) declareTarget(b *hcl.Block) {
	if name, ok := l.declare(b); ok {
		l.scope.targets[name] = targetType()
		l.values.add("target." + name)
	}
}

// declareFault notes a fault and the types of its outputs.
func (l *loader) declareFault(b *hcl.Block) {
	name, ok := l.declare(b)
	if !ok {
		return
	}
	ty := cty.DynamicPseudoType // an unknown kind is reported once, not for each use of its outputs
	if kind, known := l.options.Catalogs.Injectors.Find(b.Labels[0]); known {
		ty = cty.EmptyObject
		if kind.Outputs != nil {
			if implied, err := gocty.ImpliedType(kind.Outputs); err == nil {
				ty = implied
			}
		}
	}
	l.scope.faults[name] = ty
	l.values.add("inject." + name)
}

func (l *loader) declareAssert(b *hcl.Block) {
	if name, ok := l.declare(b); ok {
		l.scope.claims[name] = true
	}
}

// evaluateLocals looks for cycles and evaluates every local as far as it is known. It says false after a cycle.
func (l *loader) evaluateLocals() bool {
	needs := newGraph()
	for _, name := range sortedNames(l.scope.locals) {
		expr := l.scope.locals[name].Expr
		needs.add(name)
		for _, r := range references(expr) {
			if _, there := l.scope.locals[r.name]; there && r.root == "local" {
				needs.add(name, r.name)
			}
		}
	}
	order, cycle := needs.order()
	if cycle != nil {
		a := l.scope.locals[cycle[0]]
		l.found.add(invalid(a.NameRange, "Locals in a circle", "Each refers to the next: local.%s.", strings.Join(cycle, " → local.")))
		return false
	}
	broken := l.checkLocals()
	early, diags := l.scope.at(experiments.Known{}, order)
	for _, d := range diags {
		if !broken[d.Subject.Start.Line] {
			l.found.add(d)
		}
	}
	l.scope.early = early
	return true
}

// checkLocals looks up what locals refer to. It returns the lines whose mistakes are reported already.
func (l *loader) checkLocals() map[int]bool {
	broken := map[int]bool{}
	for _, name := range sortedNames(l.scope.locals) {
		a := l.scope.locals[name]
		diags := l.scope.check(a.Expr)
		l.found.add(diags...)
		if diags.HasErrors() {
			for line := a.Range.Start.Line; line <= a.Range.End.Line; line++ {
				broken[line] = true
			}
		}
	}
	return broken
}

// declaredOnce says whether a block is the one that its name means.
func (l *loader) declaredOnce(b *hcl.Block) bool {
	last := len(b.Labels) - 1
	return l.names[b.Type+"."+b.Labels[last]] == b.LabelRanges[last]
}
