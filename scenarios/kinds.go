package scenarios

import (
	"reflect"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/gocty"

	"gameday/assertions"
	"gameday/experiments"
	"gameday/injectors"
	"gameday/internal/notify"
)

// kindBody is the part of a block that its kind understands: attributes, and the types that the kind's struct has for them.
type kindBody struct {
	scope      *scope
	header     hcl.Range
	attributes []*hcl.Attribute // in the order of the text
	types      map[string]cty.Type
	incomplete bool // a required attribute is missing, which HCL says
}

// kindSchema returns what a kind's struct takes, next to the attributes that every block of that type takes.
func kindSchema(kind any, own ...hcl.AttributeSchema) *hcl.BodySchema {
	schema, _ := gohcl.ImpliedBodySchema(kind)
	return &hcl.BodySchema{
		Attributes: append(append(slices.Clone(own), attributes("aws", "for_each")...), schema.Attributes...),
		Blocks:     append(slices.Clone(schema.Blocks), hcl.BlockHeaderSchema{Type: "dynamic", LabelNames: []string{"type"}}),
	}
}

// fieldTypes returns the types of a struct's attributes by their names in HCL.
func fieldTypes(kind any) map[string]cty.Type {
	all := map[string]cty.Type{}
	of := reflect.TypeOf(kind)
	for of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	for i := range of.NumField() {
		field := of.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("hcl"), ",")
		if name == "" {
			continue
		}
		ty, err := gocty.ImpliedType(reflect.Zero(field.Type).Interface())
		if err != nil {
			ty = cty.DynamicPseudoType
		}
		all[name] = ty
	}
	return all
}

// newKindBody picks the kind's attributes out of a block's, and refuses what no block of this version takes.
func (l *loader) newKindBody(b *hcl.Block, content *hcl.BodyContent, kind any) *kindBody {
	l.refuseLaterAttributes(content)
	body := &kindBody{scope: l.scope, header: b.DefRange, types: fieldTypes(kind)}
	for name, a := range content.Attributes {
		if _, its := body.types[name]; its {
			body.attributes = append(body.attributes, a)
		}
	}
	schema, _ := gohcl.ImpliedBodySchema(kind)
	for _, want := range schema.Attributes {
		if _, there := content.Attributes[want.Name]; want.Required && !there {
			body.incomplete = true
		}
	}
	slices.SortFunc(body.attributes, func(a, b *hcl.Attribute) int { return a.Range.Start.Byte - b.Range.Start.Byte })
	return body
}

func (l *loader) refuseLaterAttributes(content *hcl.BodyContent) {
	for _, name := range []string{"aws", "for_each"} {
		if a, there := content.Attributes[name]; there {
			l.found.add(unsupported(a.NameRange, name))
		}
	}
	for _, b := range content.Blocks.OfType("dynamic") {
		l.found.add(unsupported(b.DefRange, "A dynamic block"))
	}
}

// expressions returns the expressions of the attributes.
func (k *kindBody) expressions() []hcl.Expression {
	list := make([]hcl.Expression, 0, len(k.attributes))
	for _, a := range k.attributes {
		list = append(list, a.Expr)
	}
	return list
}

// check finds what is wrong before anything of a run is known: names, types, and values as far as they do not depend on
// the run. fresh is a new struct of the kind, to try the values on.
func (k *kindBody) check(fresh any) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, a := range k.attributes {
		diags = append(diags, k.scope.check(a.Expr)...)
	}
	if diags.HasErrors() {
		return diags
	}
	values, diags := k.evaluate(k.scope.early)
	if diags.HasErrors() || k.incomplete {
		return diags
	}
	return append(diags, k.try(values, fresh)...)
}

// try fills the struct with what is known, and with examples where it is not, and listens to what the kind says of the
// former.
func (k *kindBody) try(values map[string]cty.Value, fresh any) hcl.Diagnostics {
	trial, vague := map[string]cty.Value{}, map[string]bool{}
	for name, value := range values {
		trial[name] = value
		if !value.IsWhollyKnown() {
			trial[name], vague[name] = example(k.types[name]), true
		}
	}
	var diags hcl.Diagnostics
	for _, d := range k.decode(trial, fresh) {
		if a := k.blamed(d); a == nil || !vague[a.Name] {
			diags = append(diags, d)
		}
	}
	return diags
}

// blamed returns the attribute that a diagnostic points at.
func (k *kindBody) blamed(d *hcl.Diagnostic) *hcl.Attribute {
	for _, a := range k.attributes {
		if d.Subject != nil && a.Range.Overlaps(*d.Subject) {
			return a
		}
	}
	return nil
}

// example returns some value of a type.
func example(ty cty.Type) cty.Value {
	switch {
	case ty == cty.String:
		return cty.StringVal("example")
	case ty == cty.Number:
		return cty.NumberIntVal(1)
	case ty == cty.Bool:
		return cty.True
	case ty.IsListType():
		return cty.ListVal([]cty.Value{example(ty.ElementType())})
	case ty.IsMapType():
		return cty.MapVal(map[string]cty.Value{"example": example(ty.ElementType())})
	}
	return cty.NullVal(ty)
}

// evaluate returns the attributes' values, converted to their types. Attributes that are null are left out: they are as
// if they were not there.
func (k *kindBody) evaluate(ctx *hcl.EvalContext) (map[string]cty.Value, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	values := map[string]cty.Value{}
	for _, a := range k.attributes {
		value, more := k.scope.converted(a.Expr, ctx, k.types[a.Name])
		diags = append(diags, more...)
		if !value.IsNull() {
			values[a.Name] = value
		}
	}
	return values, diags
}

// fill gives a fresh struct its values, once everything that they refer to is known.
func (k *kindBody) fill(known experiments.Known, fresh any) error {
	ctx, diags := k.scope.at(known, k.scope.neededLocals(k.expressions()))
	if !diags.HasErrors() {
		var values map[string]cty.Value
		values, diags = k.evaluate(ctx)
		diags = append(diags, k.unsettled(values)...)
		if !diags.HasErrors() {
			diags = append(diags, k.decode(values, fresh)...)
		}
	}
	if !diags.HasErrors() {
		return nil
	}
	return &Diagnostics{tidy(diags), k.scope.files}
}

// unsettled says which values are not known even now.
func (k *kindBody) unsettled(values map[string]cty.Value) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, a := range k.attributes {
		if value, there := values[a.Name]; there && !value.IsWhollyKnown() {
			diags = append(diags, invalid(a.Expr.Range(), "Not known yet", "%s depends on something that is not planned yet.", a.Name))
		}
	}
	return diags
}

// decode takes the marks off, fills the struct and asks the kind what is wrong with its values.
func (k *kindBody) decode(values map[string]cty.Value, fresh any) hcl.Diagnostics {
	secrets := map[string]cty.Value{}
	body := literals{at: k.header}
	for _, a := range k.attributes {
		value, there := values[a.Name]
		if !there {
			continue
		}
		if value.ContainsMarked() {
			value, _ = value.UnmarkDeep()
			secrets[a.Name] = value
		}
		literal := *a
		literal.Expr = hcl.StaticExpr(value, a.Expr.Range())
		body.attributes = append(body.attributes, &literal)
	}
	if diags := gohcl.DecodeBody(body, nil, fresh); diags.HasErrors() {
		for _, d := range diags {
			if a := k.blamed(d); a != nil && d.Summary == "Unsuitable value type" {
				value, _ := values[a.Name].UnmarkDeep()
				d.Summary, d.Detail = "Wrong type", unsuitable(a.Name, value, d.Detail)
			}
		}
		return diags
	}
	var diags hcl.Diagnostics
	for _, p := range problems(fresh) {
		diags = append(diags, k.problem(p, secrets))
	}
	return diags
}

// problems asks a kind that checks its values.
func problems(kind any) []injectors.Problem {
	switch checked := kind.(type) {
	case injectors.Checked:
		return checked.Problems()
	case assertions.Checked:
		var list []injectors.Problem
		for _, p := range checked.Problems() {
			list = append(list, injectors.Problem(p))
		}
		return list
	case notify.Checked:
		var list []injectors.Problem
		for _, p := range checked.Problems() {
			list = append(list, injectors.Problem(p))
		}
		return list
	}
	return nil
}

// problem makes a diagnostic of what a kind says. It keeps sensitive values out of it.
func (k *kindBody) problem(p injectors.Problem, secrets map[string]cty.Value) *hcl.Diagnostic {
	at := k.header
	for _, a := range k.attributes {
		if a.Name == p.Attribute {
			at = a.Expr.Range()
		}
	}
	if _, its := secrets[p.Attribute]; its || tells(p.Summary+" "+p.Detail, secrets) {
		return invalid(at, "Invalid value for "+p.Attribute, "%s", withheld)
	}
	return invalid(at, p.Summary, "%s", p.Detail)
}

// tells says whether a text gives a sensitive value away.
func tells(text string, secrets map[string]cty.Value) bool {
	told := false
	for _, secret := range secrets {
		_ = cty.Walk(secret, func(_ cty.Path, value cty.Value) (bool, error) {
			if value.Type() == cty.String && !value.IsNull() && value.IsKnown() && value.AsString() != "" {
				told = told || strings.Contains(text, value.AsString())
			}
			return true, nil
		})
	}
	return told
}

// literals is a body whose attributes have their values already.
type literals struct {
	attributes []*hcl.Attribute
	at         hcl.Range
}

// Content returns the attributes that the schema has.
func (b literals) Content(schema *hcl.BodySchema) (*hcl.BodyContent, hcl.Diagnostics) {
	content := &hcl.BodyContent{Attributes: hcl.Attributes{}, MissingItemRange: b.at}
	var diags hcl.Diagnostics
	for _, want := range schema.Attributes {
		for _, a := range b.attributes {
			if a.Name == want.Name {
				content.Attributes[a.Name] = a
			}
		}
		if _, there := content.Attributes[want.Name]; !there && want.Required {
			diags = append(diags, invalid(b.at, "Missing required argument", "%s is required, and null here.", want.Name))
		}
	}
	return content, diags
}

// PartialContent is Content: there is nothing besides.
func (b literals) PartialContent(schema *hcl.BodySchema) (*hcl.BodyContent, hcl.Body, hcl.Diagnostics) {
	content, diags := b.Content(schema)
	return content, b, diags
}

// JustAttributes returns all attributes.
func (b literals) JustAttributes() (hcl.Attributes, hcl.Diagnostics) {
	all := hcl.Attributes{}
	for _, a := range b.attributes {
		all[a.Name] = a
	}
	return all, nil
}

// MissingItemRange is the block's header.
func (b literals) MissingItemRange() hcl.Range { return b.at }
