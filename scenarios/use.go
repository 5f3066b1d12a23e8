package scenarios

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// countUse notes every name that the file refers to, also in blocks that are skipped because something else about them is
// wrong: a misspelt kind does not make a variable unused.
func (l *loader) countUse(file *hcl.File) {
	note := func(traversals []hcl.Traversal) {
		for _, traversal := range traversals {
			r := referenceOf(traversal)
			l.scope.used[r.root+"."+r.name] = true
		}
	}
	if body, native := file.Body.(*hclsyntax.Body); native {
		countBody(body, note)
		return
	}
	all, _ := file.Body.JustAttributes() // of JSON, whose blocks are attributes as well
	for _, a := range all {
		note(a.Expr.Variables())
	}
}

func countBody(body *hclsyntax.Body, note func([]hcl.Traversal)) {
	for _, a := range body.Attributes {
		note(a.Expr.Variables())
	}
	for _, b := range body.Blocks {
		countBody(b.Body, note)
	}
}

// checkUse warns of what has no effect.
func (l *loader) checkUse() {
	for _, name := range sortedNames(l.scope.targets) {
		if !l.scope.used["target."+name] {
			l.found.add(warning(invalid(l.names["target."+name], "Unused target", "Nothing refers to target.%s.", name)))
		}
	}
	for _, name := range sortedNames(l.variables) {
		if !l.scope.used["var."+name] {
			l.found.add(warning(invalid(l.names["variable."+name], "Unused variable", "Nothing refers to var.%s.", name)))
		}
	}
	if l.found.list.HasErrors() {
		return // what could not be read may be what would be judged
	}
	x := l.experiment
	switch {
	case len(x.Asserts)+len(x.Guards) == 0: // checks are for gameday check
		l.found.add(warning(invalid(l.reviewed.header, "Proves nothing",
			"There is no assert and no guard: whatever happens, a rehearsal and a run end inconclusive.")))
	case len(x.Faults) > 0 && len(x.Asserts) == 0:
		l.found.add(warning(invalid(l.reviewed.header, "Nothing to judge", "There are faults, but no assert says what has to follow.")))
	}
}
