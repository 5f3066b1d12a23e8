package scenarios

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/gocty"

	"gameday/experiments"
	"gameday/injectors"
)

// mark is how values are marked that must not be shown.
type mark string

const sensitive mark = "sensitive"

// withheld stands where a message would give a sensitive value away.
const withheld = "What is wrong is not shown, because the value is sensitive."

// scope is what expressions may refer to.
type scope struct {
	functions map[string]function.Function
	variables map[string]cty.Value
	locals    map[string]*hcl.Attribute
	targets   map[string]cty.Type
	faults    map[string]cty.Type
	claims    map[string]bool // names of asserts, which have no value
	files     texts
	used      map[string]bool  // "var.x", "target.y": what some expression refers to
	closed    string           // why there is nothing to refer to
	early     *hcl.EvalContext // what is known while the file is read
}

func newScope(files texts, env func(string) (string, bool)) *scope {
	return &scope{
		functions: functions(env), variables: map[string]cty.Value{}, locals: map[string]*hcl.Attribute{},
		targets: map[string]cty.Type{}, faults: map[string]cty.Type{}, claims: map[string]bool{}, files: files,
		used: map[string]bool{},
	}
}

// targetType is what target.NAME is.
func targetType() cty.Type {
	return cty.Object(map[string]cty.Type{"ids": cty.List(cty.String), "arns": cty.List(cty.String), "count": cty.Number})
}

func runType() cty.Type { return cty.Object(map[string]cty.Type{"id": cty.String, "seed": cty.Number}) }

// unknownObject is an object none of whose attributes is known.
func unknownObject(ty cty.Type) cty.Value {
	if !ty.IsObjectType() {
		return cty.UnknownVal(ty)
	}
	attributes := map[string]cty.Value{}
	for name, of := range ty.AttributeTypes() {
		attributes[name] = cty.UnknownVal(of)
	}
	return cty.ObjectVal(attributes)
}

// at returns the values of everything at one moment: what is not known is unknown, with its type. Locals are evaluated in
// the order given.
func (s *scope) at(known experiments.Known, locals []string) (*hcl.EvalContext, hcl.Diagnostics) {
	ctx := &hcl.EvalContext{Functions: s.functions, Variables: map[string]cty.Value{}}
	var diags hcl.Diagnostics
	ctx.Variables["var"] = cty.ObjectVal(s.variables)
	ctx.Variables["run"] = runValue(known.Run)
	ctx.Variables["target"] = s.targetValues(known)
	faults, more := s.faultValues(known)
	ctx.Variables["inject"], diags = faults, append(diags, more...)
	return ctx, append(diags, s.evaluateLocals(ctx, locals)...)
}

func runValue(run experiments.RunFacts) cty.Value {
	if run.ID == "" {
		return unknownObject(runType())
	}
	return cty.ObjectVal(map[string]cty.Value{"id": cty.StringVal(run.ID), "seed": cty.NumberIntVal(run.Seed)})
}

func (s *scope) targetValues(known experiments.Known) cty.Value {
	all := map[string]cty.Value{}
	for name, ty := range s.targets {
		found, ok := known.Targets[name]
		if !ok {
			all[name] = unknownObject(ty)
			continue
		}
		all[name] = cty.ObjectVal(map[string]cty.Value{
			"ids":   listOf(found, func(r injectors.Resource) string { return r.ID }),
			"arns":  listOf(found, func(r injectors.Resource) string { return r.ARN }),
			"count": cty.NumberIntVal(int64(len(found))),
		})
	}
	return cty.ObjectVal(all)
}

func listOf(found []injectors.Resource, of func(injectors.Resource) string) cty.Value {
	list := make([]cty.Value, 0, len(found))
	for _, one := range found {
		list = append(list, cty.StringVal(of(one)))
	}
	if len(list) == 0 {
		return cty.ListValEmpty(cty.String)
	}
	return cty.ListVal(list)
}

func (s *scope) faultValues(known experiments.Known) (cty.Value, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	all := map[string]cty.Value{}
	for name, ty := range s.faults {
		all[name] = unknownObject(ty)
		if outputs, ok := known.Outputs[name]; ok && outputs != nil {
			value, err := gocty.ToCtyValue(outputs, ty)
			if err != nil {
				diags = append(diags, invalid(top(""), "Unusable outputs", "The outputs of inject.%s are not what its kind says: %v.", name, err))
				continue
			}
			all[name] = filled(value)
		}
	}
	return cty.ObjectVal(all), diags
}

// filled makes empty lists and maps of those that are nil in Go.
func filled(object cty.Value) cty.Value {
	if object.IsNull() || !object.IsKnown() || !object.Type().IsObjectType() {
		return object
	}
	attributes := map[string]cty.Value{}
	for name, value := range object.AsValueMap() {
		switch ty := value.Type(); {
		case value.IsNull() && ty.IsListType():
			value = cty.ListValEmpty(ty.ElementType())
		case value.IsNull() && ty.IsMapType():
			value = cty.MapValEmpty(ty.ElementType())
		}
		attributes[name] = value
	}
	return cty.ObjectVal(attributes)
}

// neededLocals returns the locals that expressions refer to, directly or through others, each after those it needs.
func (s *scope) neededLocals(exprs []hcl.Expression) []string {
	var order []string
	seen := map[string]bool{}
	var visit func(expr hcl.Expression)
	visit = func(expr hcl.Expression) {
		for _, r := range references(expr) {
			attribute, there := s.locals[r.name]
			if r.root != "local" || !there || seen[r.name] {
				continue
			}
			seen[r.name] = true
			visit(attribute.Expr)
			order = append(order, r.name)
		}
	}
	for _, expr := range exprs {
		visit(expr)
	}
	return order
}

// reachable returns expressions with those of all locals that they need.
func (s *scope) reachable(exprs ...hcl.Expression) []hcl.Expression {
	all := slices.Clone(exprs)
	for _, name := range s.neededLocals(exprs) {
		all = append(all, s.locals[name].Expr)
	}
	return all
}

// dependsOnRun says whether an expression is known only once a run is planned.
func (s *scope) dependsOnRun(expr hcl.Expression) bool {
	for _, one := range s.reachable(expr) {
		for _, r := range references(one) {
			if r.root == "target" || r.root == "inject" || r.root == "run" {
				return true
			}
		}
	}
	return false
}

// evaluateLocals evaluates locals in the order given and puts them into the context.
func (s *scope) evaluateLocals(ctx *hcl.EvalContext, order []string) hcl.Diagnostics {
	var diags hcl.Diagnostics
	values := map[string]cty.Value{}
	for _, name := range order {
		expr := s.locals[name].Expr
		// Only what this one needs: an object of all of them, made anew for each, takes quadratic time.
		direct := map[string]cty.Value{}
		for _, r := range references(expr) {
			if value, there := values[r.name]; there && r.root == "local" {
				direct[r.name] = value
			}
		}
		ctx.Variables["local"] = cty.ObjectVal(direct)
		value, more := s.value(expr, ctx)
		diags = append(diags, more...)
		values[name] = value
	}
	ctx.Variables["local"] = cty.ObjectVal(values)
	return diags
}

// value evaluates an expression. What an error would tell of sensitive values is left out.
func (s *scope) value(expr hcl.Expression, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	value, diags := expr.Value(ctx)
	if !diags.HasErrors() {
		return value, diags
	}
	secret := s.touchesSecret(expr, ctx)
	for _, d := range diags {
		if d.Subject == nil {
			d.Subject = expr.Range().Ptr()
		}
		if secret {
			d.Detail, d.Expression, d.EvalContext = withheld, nil, nil
		}
	}
	return cty.DynamicVal, diags
}

// converted evaluates an expression as a value of a type.
func (s *scope) converted(expr hcl.Expression, ctx *hcl.EvalContext, ty cty.Type) (cty.Value, hcl.Diagnostics) {
	value, diags := s.value(expr, ctx)
	if diags.HasErrors() {
		return value, diags
	}
	right, err := convert.Convert(value, ty)
	if err == nil {
		return right, diags
	}
	detail := sentence(err.Error())
	if value.ContainsMarked() {
		detail = withheld
	}
	return cty.UnknownVal(ty), append(diags, invalid(expr.Range(), "Wrong type", "%s", detail))
}

// sentence makes "a number is required" a sentence.
func sentence(text string) string {
	if text == "" {
		return text
	}
	first := text[:1]
	if first >= "a" && first <= "z" {
		first = string(first[0] - 'a' + 'A')
	}
	return first + text[1:] + "."
}

// touchesSecret says whether something sensitive goes into an expression.
func (s *scope) touchesSecret(expr hcl.Expression, ctx *hcl.EvalContext) bool {
	if callsEnv(s.files, expr.Range()) {
		return true
	}
	return slices.ContainsFunc(expr.Variables(), func(t hcl.Traversal) bool {
		value, diags := t.TraverseAbs(ctx)
		if !diags.HasErrors() {
			return value.ContainsMarked()
		}
		root, there := ctx.Variables[t.RootName()]
		return there && root.ContainsMarked()
	})
}

// callsEnv looks into the text, because JSON's expressions do not show what they call.
func callsEnv(files texts, at hcl.Range) bool {
	file, there := files[at.Filename]
	if !there || !at.CanSliceBytes(file.Bytes) {
		return true
	}
	text := at.SliceBytes(file.Bytes)
	return envCall().Match(text)
}
