package scenarios

import (
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/gocty"
)

// reader takes the attributes of one block that must be known when a file is read: durations, names, numbers. Every
// method returns the value to use when the attribute is missing or wrong; what is wrong goes to the findings.
type reader struct {
	scope   *scope
	found   *findings
	content *hcl.BodyContent
	secrets bool // sensitive values are welcome: they are neither printed nor journalled
}

// attribute returns an attribute, if it is there.
func (r reader) attribute(name string) (*hcl.Attribute, bool) {
	a, there := r.content.Attributes[name]
	return a, there
}

// get evaluates an attribute as a type. ok is false when it is missing, null or wrong.
func (r reader) get(name string, ty cty.Type) (value cty.Value, at hcl.Range, ok bool) {
	a, there := r.attribute(name)
	if !there {
		return cty.NilVal, hcl.Range{}, false
	}
	at = a.Expr.Range()
	if diags := r.scope.check(a.Expr); diags.HasErrors() {
		r.found.add(diags...)
		return cty.NilVal, at, false
	}
	value, diags := r.scope.converted(a.Expr, r.scope.early, ty)
	r.found.add(diags...)
	if diags.HasErrors() || value.IsNull() {
		return cty.NilVal, at, false
	}
	if value.ContainsMarked() && !r.secrets {
		r.found.add(invalid(at, "Sensitive value", "%s is shown in reports, so it cannot be a sensitive value.", name))
		return cty.NilVal, at, false
	}
	value, _ = value.UnmarkDeep()
	if !value.IsWhollyKnown() {
		if r.scope.dependsOnRun(a.Expr) { // otherwise it depends on something wrong, which is reported there
			r.found.add(invalid(at, "Not known yet", "%s must be known when the scenario is read: it cannot depend on targets, faults or the run.", name))
		}
		return cty.NilVal, at, false
	}
	return value, at, true
}

// into evaluates an attribute into a Go value, which stays as it is when the attribute is missing or wrong.
func (r reader) into(name string, ty cty.Type, target any) (at hcl.Range, ok bool) {
	value, at, ok := r.get(name, ty)
	if !ok {
		return at, false
	}
	if err := gocty.FromCtyValue(value, target); err != nil {
		r.found.add(invalid(at, "Wrong type", "%s", unsuitable(name, value, err.Error())))
		return at, false
	}
	return at, true
}

// unsuitable says why a value does not fit into a Go variable, in fewer words than gocty where it is a number.
func unsuitable(name string, value cty.Value, detail string) string {
	number := value.IsKnown() && !value.IsNull() && value.Type() == cty.Number
	switch {
	case number && !value.AsBigFloat().IsInt():
		return name + " must be a whole number."
	case number:
		return name + " is too large, or too small, a number."
	}
	return sentence(detail)
}

func (r reader) text(name, missing string) string {
	r.into(name, cty.String, &missing)
	return missing
}

func (r reader) flag(name string, missing bool) bool {
	r.into(name, cty.Bool, &missing)
	return missing
}

func (r reader) texts(name string) []string {
	var list []string
	r.into(name, cty.List(cty.String), &list)
	return list
}

func (r reader) table(name string) map[string]string {
	var table map[string]string
	r.into(name, cty.Map(cty.String), &table)
	return table
}

// number reads a number that is at least min.
func (r reader) number(name string, missing, min float64) float64 {
	value := missing
	if at, ok := r.into(name, cty.Number, &value); ok && value < min {
		r.found.add(invalid(at, "Number out of range", "%s must be %v or more.", name, min))
		return missing
	}
	return value
}

// whole reads a whole number that is at least min.
func (r reader) whole(name string, missing, min int) int {
	value := missing
	if at, ok := r.into(name, cty.Number, &value); ok && value < min {
		r.found.add(invalid(at, "Number out of range", "%s must be %d or more.", name, min))
		return missing
	}
	return value
}

// least is how short a duration may be.
type least int

const (
	zeroOrMore least = iota
	moreThanZero
)

// duration reads a duration such as "90s".
func (r reader) duration(name string, missing time.Duration, bound least) time.Duration {
	value, at, ok := r.get(name, cty.String)
	if !ok {
		return missing
	}
	d, problem := parseDuration(at, name, value.AsString(), bound)
	if problem != nil {
		r.found.add(problem)
		return missing
	}
	return d
}

func parseDuration(at hcl.Range, name, text string, bound least) (time.Duration, *hcl.Diagnostic) {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil && text != "" && strings.Trim(text, "0123456789.") == "":
		return 0, invalid(at, "Not a duration", "%s is %s: a duration needs a unit, such as %q.", name, text, text+"s")
	case err != nil:
		return 0, invalid(at, "Not a duration", "%s is %q. A duration looks like \"90s\", \"5m\" or \"1h30m\".", name, text)
	case d < 0:
		return 0, invalid(at, "Negative duration", "%s is %s. Time does not run backwards.", name, text)
	case d == 0 && bound == moreThanZero:
		return 0, invalid(at, "Duration too short", "%s must be longer than zero.", name)
	}
	return d, nil
}

// body reads a block's body by a schema.
func (r reader) body(b *hcl.Block, schema *hcl.BodySchema) reader {
	content, diags := b.Body.Content(schema)
	r.found.add(diags...)
	r.content = content
	return r
}

// attributes makes a schema of names. Those that end in * are required.
func attributes(names ...string) []hcl.AttributeSchema {
	list := make([]hcl.AttributeSchema, 0, len(names))
	for _, name := range names {
		bare := name
		if name[len(name)-1] == '*' {
			bare = name[:len(name)-1]
		}
		list = append(list, hcl.AttributeSchema{Name: bare, Required: bare != name})
	}
	return list
}
