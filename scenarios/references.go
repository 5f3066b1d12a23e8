package scenarios

import (
	"regexp"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"gameday/experiments"
)

func envCall() *regexp.Regexp { return regexp.MustCompile(`\benv\s*\(`) }

// reference is one name within an expression: root.name.attribute.
type reference struct {
	root, name, attribute string
	keyed                 bool // inject.NAME["key"]
	at, attributeAt       hcl.Range
}

// references returns what an expression refers to, in the order of the text.
func references(expr hcl.Expression) []reference {
	variables := expr.Variables()
	all := make([]reference, 0, len(variables))
	for _, traversal := range variables {
		all = append(all, referenceOf(traversal))
	}
	return all
}

func referenceOf(t hcl.Traversal) reference {
	r := reference{root: t.RootName(), at: t.SourceRange()}
	if len(t) > 1 {
		r.name = stepName(t[1])
	}
	if len(t) > 2 {
		_, r.keyed = t[2].(hcl.TraverseIndex)
		r.attribute, r.attributeAt = stepName(t[2]), t[2].SourceRange()
	}
	return r
}

// stepName returns the name in .name or ["name"].
func stepName(step hcl.Traverser) string {
	switch s := step.(type) {
	case hcl.TraverseAttr:
		return s.Name
	case hcl.TraverseIndex:
		if s.Key.Type() == cty.String && s.Key.IsKnown() && !s.Key.IsNull() {
			return s.Key.AsString()
		}
	}
	return ""
}

// roots are the words with which a reference to a value begins, and what they stand for.
func roots() map[string]string {
	return map[string]string{
		"var": "variable", "local": "local", "target": "target", "inject": "fault", "run": "fact of the run",
	}
}

// check looks up every name in an expression.
func (s *scope) check(expr hcl.Expression) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, r := range references(expr) {
		if d := s.checkReference(r); d != nil {
			diags = append(diags, d)
		}
		if s.used != nil {
			s.used[r.root+"."+r.name] = true
		}
	}
	return diags
}

func (s *scope) checkReference(r reference) *hcl.Diagnostic {
	if s.closed != "" {
		return invalid(r.at, "Nothing to refer to", "%s Text stands in quotes.", s.closed)
	}
	if r.root == "assert" {
		return invalid(r.at, "Not a value", "An assert has no value. Refer to it in since, after or steps.")
	}
	what, known := roots()[r.root]
	if !known {
		return unknown(r.at, "name", r.root, sortedNames(roots()))
	}
	if r.name == "" {
		return invalid(r.at, "Incomplete reference", "Say which %s is meant: %s.NAME.", what, r.root)
	}
	if !s.has(r.root, r.name) {
		return unknown(r.at, what, r.name, s.names(r.root))
	}
	return s.checkAttribute(r)
}

// checkAttribute looks up what a target or a fault gives.
func (s *scope) checkAttribute(r reference) *hcl.Diagnostic {
	ty, what := s.targets[r.name], "attribute of target."+r.name
	switch r.root {
	case "inject":
		ty, what = s.faults[r.name], "output of inject."+r.name
	case "target":
	default:
		return nil
	}
	switch {
	case !ty.IsObjectType() || ty.HasAttribute(r.attribute):
		return nil
	case r.keyed:
		return unsupported(r.attributeAt, "for_each, and so "+r.root+"."+r.name+"[…],")
	case r.attribute == "":
		return nil
	}
	return unknown(r.attributeAt, what, r.attribute, sortedNames(ty.AttributeTypes()))
}

// has says whether a name is declared.
func (s *scope) has(root, name string) (there bool) {
	switch root {
	case "var":
		_, there = s.variables[name]
	case "local":
		_, there = s.locals[name]
	case "target":
		_, there = s.targets[name]
	case "inject":
		_, there = s.faults[name]
	case "assert":
		_, there = s.claims[name]
	case "run":
		there = runType().HasAttribute(name)
	}
	return there
}

// names are all that are declared, sorted.
func (s *scope) names(root string) []string {
	switch root {
	case "var":
		return sortedNames(s.variables)
	case "local":
		return sortedNames(s.locals)
	case "target":
		return sortedNames(s.targets)
	case "inject":
		return sortedNames(s.faults)
	case "assert":
		return sortedNames(s.claims)
	}
	return sortedNames(runType().AttributeTypes())
}

// sortedNames returns the keys of a table, sorted.
func sortedNames[V any](table map[string]V) []string {
	names := make([]string, 0, len(table))
	for name := range table {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// allowed says which references an attribute takes, and which moments of a fault.
type allowed struct {
	roots []string
	edges []experiments.Edge
	like  string // an example
}

func sinceReferences() allowed {
	return allowed{
		[]string{"inject", "assert"},
		[]experiments.Edge{experiments.EdgeDone, experiments.EdgeReverted},
		"inject.NAME, inject.NAME.done, inject.NAME.reverted or assert.NAME",
	}
}

func afterReferences() allowed {
	return allowed{roots: []string{"inject", "assert"}, like: "inject.NAME or assert.NAME"}
}

func stepReferences() allowed {
	return allowed{roots: []string{"assert"}, like: "assert.NAME"}
}

// pointer reads an expression that points at a block, not at a value.
func (s *scope) pointer(expr hcl.Expression, may allowed) (experiments.Ref, *hcl.Diagnostic) {
	none := experiments.Ref{}
	at := expr.Range()
	traversal, diags := hcl.AbsTraversalForExpr(expr)
	if diags.HasErrors() {
		return none, invalid(at, "Not a reference", "Write %s, without quotes.", may.like)
	}
	r := referenceOf(traversal)
	if !slices.Contains(may.roots, r.root) {
		return none, invalid(at, "Wrong reference", "%q cannot be meant here. Write %s.", r.root, may.like)
	}
	switch {
	case r.name == "":
		return none, invalid(at, "Incomplete reference", "Write %s.", may.like)
	case !s.has(r.root, r.name):
		return none, unknown(at, pointed(r.root), r.name, s.names(r.root))
	case r.keyed:
		return none, unsupported(r.attributeAt, "for_each, and so "+r.root+"."+r.name+"[…],")
	}
	ref := experiments.Ref{Type: experiments.RefType(r.root), Name: r.name, Edge: experiments.Edge(r.attribute)}
	if len(traversal) == 2 {
		return ref, nil
	}
	return ref, checkEdge(r, len(traversal), may)
}

func pointed(root string) string {
	if root == "inject" {
		return "fault"
	}
	return "assert"
}

// checkEdge looks up what follows inject.NAME.
func checkEdge(r reference, steps int, may allowed) *hcl.Diagnostic {
	var names []string
	for _, edge := range may.edges {
		names = append(names, string(edge))
	}
	if r.root != "inject" || steps > 3 || len(names) == 0 {
		return invalid(r.at, "Wrong reference", "Write %s.", may.like)
	}
	if !slices.Contains(names, r.attribute) {
		return unknown(r.attributeAt, "moment of inject."+r.name, r.attribute, names)
	}
	return nil
}

// pointers reads a list of references.
func (s *scope) pointers(expr hcl.Expression, may allowed) ([]experiments.Ref, hcl.Diagnostics) {
	list, diags := hcl.ExprList(expr)
	if diags.HasErrors() {
		return nil, hcl.Diagnostics{invalid(expr.Range(), "Not a list", "Write a list of references: [%s].", may.like)}
	}
	diags = nil
	var refs []experiments.Ref
	first := map[experiments.Ref]hcl.Range{}
	for _, one := range list {
		ref, d := s.pointer(one, may)
		if d != nil {
			diags = append(diags, d)
			continue
		}
		if at, there := first[ref]; there {
			diags = append(diags, duplicate(one.Range(), at, "reference", ref.String()))
			continue
		}
		first[ref] = one.Range()
		refs = append(refs, ref)
	}
	return refs, diags
}
