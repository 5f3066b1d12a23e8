package scenarios

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"gameday/experiments"
)

// environmentPrefix is how a variable is called in the environment.
const environmentPrefix = "GAMEDAY_VAR_"

// VarSource is one place on the command line that gives values to variables. Make one with Var or VarFile.
type VarSource struct {
	text string
	file string
}

// Var is the NAME=VALUE of a --var.
func Var(text string) VarSource { return VarSource{text: text} }

// VarFile is the path of a --var-file.
func VarFile(path string) VarSource { return VarSource{file: path} }

// variable is one variable block and the value that it got.
type variable struct {
	name      string
	at        hcl.Range
	ty        cty.Type
	defaults  *typeexpr.Defaults
	fallback  *hcl.Attribute
	sensitive bool
	rules     []*hcl.Block
	given     *given
}

// given is a value for a variable, and where it comes from.
type given struct {
	value cty.Value
	at    hcl.Range
	where string // in words
}

func variableSchema() *hcl.BodySchema {
	return &hcl.BodySchema{
		Attributes: attributes("type", "default", "description", "sensitive"),
		Blocks:     []hcl.BlockHeaderSchema{{Type: "validation"}},
	}
}

// constants is where nothing can be referred to or called.
func constants() *scope { return &scope{closed: "A variable's block holds plain values only."} }

// declareVariable reads a variable block.
func (l *loader) declareVariable(b *hcl.Block) *variable {
	r := reader{scope: constants(), found: l.found}.body(b, variableSchema())
	v := &variable{name: b.Labels[0], at: b.LabelRanges[0], ty: cty.DynamicPseudoType, rules: r.content.Blocks}
	if a, there := r.attribute("type"); there {
		ty, defaults, diags := typeexpr.TypeConstraintWithDefaults(a.Expr)
		l.found.add(diags...)
		if !diags.HasErrors() {
			v.ty, v.defaults = ty, defaults
		}
	}
	v.fallback = r.content.Attributes["default"]
	r.text("description", "")
	v.sensitive = r.flag("sensitive", false)
	return v
}

// assignVariables gives every variable its value: the last source wins.
func (l *loader) assignVariables() {
	for _, name := range sortedNames(l.variables) {
		if text, set := l.options.env(environmentPrefix + name); set {
			l.assignText(l.variables[name], text, nowhere(environmentPrefix+name), "the environment's "+environmentPrefix+name)
		}
	}
	for _, path := range l.besideScenario() {
		l.assignFile(path, true)
	}
	for _, source := range l.options.Vars {
		if source.file != "" {
			l.assignFile(source.file, false)
		} else {
			l.assignArgument(source.text)
		}
	}
	for _, name := range sortedNames(l.variables) {
		v := l.variables[name]
		l.scope.variables[name] = l.settle(v)
	}
}

// besideScenario returns the *.auto.hclvars in the scenario's folder, sorted.
func (l *loader) besideScenario() []string {
	if len(l.variables) == 0 || isLibrary(l.path) {
		return nil
	}
	return l.options.Folders.autoVars(filepath.Dir(l.path))
}

// assignArgument takes the NAME=VALUE of a --var.
func (l *loader) assignArgument(text string) {
	name, value, pair := strings.Cut(text, "=")
	name = strings.TrimSpace(name)
	at := nowhere("--var " + name)
	if !pair || name == "" {
		l.found.add(invalid(at, "Not a variable", "--var takes NAME=VALUE."))
		return
	}
	v, there := l.variables[name]
	if !there {
		l.found.add(unknown(at, "variable", name, sortedNames(l.variables)))
		return
	}
	l.assignText(v, value, at, "--var "+name)
}

// assignText takes a value as it stands in a shell: text for simple types, an expression for the others.
func (l *loader) assignText(v *variable, text string, at hcl.Range, where string) {
	if v.ty.IsPrimitiveType() || v.ty == cty.DynamicPseudoType {
		v.given = &given{cty.StringVal(text), at, where}
		return
	}
	problem := tooDeep(at.Filename, []byte(text))
	if problem != nil {
		problem.Subject = &at
		l.found.add(problem)
		return
	}
	expr, diags := hclsyntax.ParseExpression([]byte(text), at.Filename, hcl.InitialPos)
	if !diags.HasErrors() {
		var value cty.Value
		if value, diags = expr.Value(nil); !diags.HasErrors() {
			v.given = &given{value, at, where}
			return
		}
	}
	detail := "It is not an expression of type " + typeexpr.TypeString(v.ty) + "."
	if !v.sensitive && len(diags) > 0 {
		detail += " " + diags[0].Detail
	}
	l.found.add(invalid(at, "Invalid value for variable "+v.name, "%s", detail))
}

// assignFile takes the values of an .hclvars file. One that is found beside the scenario may serve others, too.
func (l *loader) assignFile(path string, shared bool) {
	file := l.files.parse(path, l.found)
	if l.secretive() {
		delete(l.files, path)
	}
	if file == nil {
		return
	}
	all, diags := file.Body.JustAttributes()
	l.found.add(diags...)
	for _, name := range sortedNames(all) {
		a := all[name]
		v, there := l.variables[name]
		if !there {
			d := unknown(a.NameRange, "variable", name, sortedNames(l.variables))
			if shared {
				d = warning(d)
			}
			l.found.add(d)
			continue
		}
		value, diags := a.Expr.Value(nil)
		l.found.add(diags...)
		if !diags.HasErrors() {
			v.given = &given{value, a.Expr.Range(), fmt.Sprintf("%s, line %d", path, a.Range.Start.Line)}
		}
	}
}

// secretive says whether a variable is sensitive: then no line of a file with values is shown.
func (l *loader) secretive() bool {
	return slices.ContainsFunc(sortedNames(l.variables), func(name string) bool { return l.variables[name].sensitive })
}

// settle decides on a variable's value: what was given, or else its default. Sensitive values are marked from here on.
func (l *loader) settle(v *variable) cty.Value {
	chosen := v.given
	if chosen == nil {
		if v.fallback == nil {
			l.found.add(invalid(v.at, "Missing value for variable "+v.name,
				"It has no default. Give it one with --var %s=…, in a file for --var-file, in *.auto.hclvars beside the scenario, or as %s%s.",
				v.name, environmentPrefix, v.name))
			return cty.UnknownVal(v.ty)
		}
		value, diags := v.fallback.Expr.Value(nil)
		l.found.add(diags...)
		if diags.HasErrors() {
			return cty.UnknownVal(v.ty)
		}
		chosen = &given{value, v.fallback.Expr.Range(), "its default"}
	}
	value := chosen.value
	if v.defaults != nil && !value.IsNull() {
		value = v.defaults.Apply(value)
	}
	value, err := convert.Convert(value, v.ty)
	if err != nil {
		l.found.add(v.misfit(chosen, err))
		return cty.UnknownVal(v.ty)
	}
	if v.sensitive {
		addSecrets(l.experiment.Secrets, value)
		value = value.Mark(sensitive)
	}
	return value
}

// addSecrets adds every text in a value.
func addSecrets(secrets *experiments.Secrets, value cty.Value) {
	_ = cty.Walk(value, func(_ cty.Path, part cty.Value) (bool, error) {
		if part.Type() == cty.String && part.IsKnown() && !part.IsNull() {
			secrets.Add(part.AsString())
		}
		return true, nil
	})
}

// misfit says that a value has the wrong type; for a sensitive one it does not show the line where the value stands.
func (v *variable) misfit(chosen *given, err error) *hcl.Diagnostic {
	summary := "Invalid value for variable " + v.name
	if v.sensitive {
		return invalid(v.at, summary, "What %s gives is not of type %s. %s", chosen.where, typeexpr.TypeString(v.ty), withheld)
	}
	return invalid(chosen.at, summary, "%s The type of var.%s is %s.", sentence(err.Error()), v.name, typeexpr.TypeString(v.ty))
}

// validateVariables asks the validation blocks, once all variables have values.
func (l *loader) validateVariables() {
	for _, name := range sortedNames(l.variables) {
		v := l.variables[name]
		for _, rule := range v.rules {
			r := l.reader().body(rule, &hcl.BodySchema{Attributes: attributes("condition*", "error_message*")})
			l.validate(v, r)
		}
	}
}

func (l *loader) validate(v *variable, r reader) {
	condition, there := r.attribute("condition")
	if !there || !l.scope.variables[v.name].IsWhollyKnown() {
		return
	}
	for _, ref := range references(condition.Expr) {
		if ref.root != "var" {
			l.found.add(invalid(ref.at, "Wrong reference", "A condition of a variable can refer to variables only."))
			return
		}
	}
	if diags := l.scope.check(condition.Expr); diags.HasErrors() {
		l.found.add(diags...)
		return
	}
	holds, diags := l.scope.converted(condition.Expr, l.scope.early, cty.Bool)
	l.found.add(diags...)
	holds, _ = holds.Unmark()
	message := r.text("error_message", "The condition does not hold.")
	if diags.HasErrors() || !holds.IsKnown() || !holds.IsNull() && holds.True() {
		return
	}
	at := v.at
	if v.given != nil && !v.sensitive {
		at = v.given.at
	}
	l.found.add(invalid(at, "Invalid value for variable "+v.name, "%s", message))
}

// journalled returns the variables that may be written down, as JSON has them.
func (l *loader) journalled() map[string]any {
	all := map[string]any{}
	for name, v := range l.variables {
		value := l.scope.variables[name]
		if v.sensitive || !value.IsWhollyKnown() {
			continue
		}
		all[name] = plain(value)
	}
	return all
}

// plain makes of a value what encoding/json would read.
func plain(value cty.Value) any {
	text, err := ctyjson.Marshal(value, value.Type())
	if err != nil {
		return nil
	}
	var result any
	if err := json.Unmarshal(text, &result); err != nil {
		return nil
	}
	return result
}
