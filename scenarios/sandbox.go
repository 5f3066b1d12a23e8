package scenarios

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"gameday/internal/sandbox"
)

// SandboxFor returns the path of the sandbox file that belongs to a scenario: NAME.sandbox.hcl beside NAME.hcl.
func SandboxFor(scenario string) string {
	path := libraryPath(scenario)
	path = strings.TrimSuffix(strings.TrimSuffix(path, ".json"), ".hcl")
	return path + ".sandbox.hcl"
}

// LoadSandbox reads a sandbox file, from the disk or, as library/NAME.sandbox.hcl, from the library. Its error is a
// *Diagnostics.
func LoadSandbox(path string) (sandbox.Spec, error) {
	files, found := texts{}, &findings{}
	s := newScope(files, func(string) (string, bool) { return "", false })
	s.closed = "A sandbox file has no values to refer to here."
	s.early = &hcl.EvalContext{Functions: s.functions}
	a := &account{scope: s, found: found, names: map[string]hcl.Range{}}
	if isLibrary(path) && !strings.HasSuffix(path, ".sandbox.hcl") {
		path = SandboxFor(path)
	}
	if file := files.parse(path, found); file != nil {
		a.read(path, file)
	}
	failure, _ := found.report(files)
	if failure != nil {
		return sandbox.Spec{}, failure
	}
	return a.spec, nil
}

// account reads one sandbox file.
type account struct {
	scope *scope
	found *findings
	spec  sandbox.Spec
	names map[string]hcl.Range // "sqs_queue.orders": where it stands
	order []string
}

// thing is one block type of a sandbox file.
type thing struct {
	name   string
	labels []string
	schema []hcl.AttributeSchema
	read   func(*account, reader, *hcl.Block)
}

func things() []thing {
	named := []string{"name"}
	return []thing{
		{"sandbox", nil, attributes("account*", "region*", "skew"), (*account).readAccount},
		{"ec2_instance", named, attributes("tags"), (*account).readInstance},
		{"autoscaling_group", named, attributes("desired*", "tags", "notices_after", "replaces_after"), (*account).readGroup},
		{"sqs_queue", named, attributes("arrives_per_second", "consumes_per_second", "depth_lag", "visibility_timeout",
			"dead_letter_queue", "max_receive_count", "tags"), (*account).readQueue},
		{"sns_topic", named, nil, (*account).readTopic},
		{"cloudwatch_alarm", named, attributes("watch*", "above", "below", "period", "periods", "alarm_actions", "ok_actions",
			"actions_enabled", "tags"), (*account).readAlarm},
		{"ssm_automation", named, attributes("started_by", "takes", "status", "then"), (*account).readAutomation},
		{"on_call", named, attributes("paged_by*", "acknowledges_after", "escalates_to", "escalates_after"), (*account).readOnCall},
		{"metric", named, attributes("value*", "at"), (*account).readMetric},
		{"ssm_parameter", named, attributes("value*", "at"), (*account).readParameter},
		{"s3_bucket", named, attributes("region", "read_only"), (*account).readBucket},
		{weatherBlock, []string{"service"}, attributes("throttle", "error", "lose", "double", "reorder", "latency", "from", "to"), (*account).readWeather},
	}
}

func (a *account) read(path string, file *hcl.File) {
	schema := &hcl.BodySchema{}
	for _, t := range things() {
		schema.Blocks = append(schema.Blocks, hcl.BlockHeaderSchema{Type: t.name, LabelNames: t.labels})
	}
	content, diags := file.Body.Content(schema)
	a.found.add(diags...)
	for _, b := range content.Blocks {
		if b.Type != weatherBlock {
			a.declare(b)
		}
	}
	if _, there := a.names["sandbox"]; !there && !diags.HasErrors() {
		a.found.add(invalid(top(path), "Missing sandbox block", "A sandbox file holds one sandbox block, which says account and region."))
	}
	for _, t := range things() {
		for _, b := range content.Blocks.OfType(t.name) {
			r := reader{scope: a.scope, found: a.found}.body(b, &hcl.BodySchema{Attributes: t.schema})
			t.read(a, r, b)
		}
	}
}

// declare notes a thing's name, before anything refers to it.
func (a *account) declare(b *hcl.Block) {
	key, at := b.Type, b.DefRange
	if len(b.Labels) > 0 {
		key, at = b.Type+"."+b.Labels[0], b.LabelRanges[0]
		if strings.TrimSpace(b.Labels[0]) == "" || strings.ContainsAny(b.Labels[0], "\n\r\t") {
			a.found.add(invalid(at, "Invalid name", "A name is text on one line."))
		}
	}
	if first, there := a.names[key]; there {
		a.found.add(duplicate(at, first, b.Type, key))
		return
	}
	a.names[key] = at
	a.order = append(a.order, key)
}

// named returns the names of all things of a kind, in the order of the text.
func (a *account) named(kind string) []string {
	var names []string
	for _, key := range a.order {
		if name, its := strings.CutPrefix(key, kind+"."); its {
			names = append(names, name)
		}
	}
	return names
}

// target is what a reference in a sandbox file may point at.
type target struct {
	kind       string
	attributes []string // nil: the thing itself
}

func topics() []target { return []target{{kind: "sns_topic"}} }

// watched is what alarms can watch.
func watched() []target {
	return []target{
		{"sqs_queue", []string{"visible"}}, {"autoscaling_group", []string{"healthy"}}, {kind: "metric"},
	}
}

// changed is what an automation can change.
func changed() []target {
	return []target{{"sqs_queue", []string{"arrives_per_second", "consumes_per_second"}}}
}

// written says how references to targets are written.
func written(may []target) string {
	var forms []string
	for _, t := range may {
		form := t.kind + ".NAME"
		if t.attributes != nil {
			form += "." + t.attributes[0]
		}
		forms = append(forms, form)
	}
	return strings.Join(forms, ", ")
}

// ref reads an attribute that refers to a thing. nil: it is missing or wrong.
func (a *account) ref(r reader, name string, may []target) *sandbox.Ref {
	attribute, there := r.attribute(name)
	if !there {
		return nil
	}
	return a.refOf(attribute.Expr, may)
}

func (a *account) refs(r reader, name string, may []target) []sandbox.Ref {
	attribute, there := r.attribute(name)
	if !there {
		return nil
	}
	list, diags := hcl.ExprList(attribute.Expr)
	if diags.HasErrors() {
		a.found.add(invalid(attribute.Expr.Range(), "Not a list", "Write a list of references: [%s].", written(may)))
		return nil
	}
	var refs []sandbox.Ref
	for _, expr := range list {
		if ref := a.refOf(expr, may); ref != nil {
			refs = append(refs, *ref)
		}
	}
	return refs
}

func (a *account) refOf(expr hcl.Expression, may []target) *sandbox.Ref {
	at := expr.Range()
	traversal, diags := hcl.AbsTraversalForExpr(expr)
	if diags.HasErrors() {
		a.found.add(invalid(at, "Not a reference", "Write %s, without quotes.", written(may)))
		return nil
	}
	parts := []string{traversal.RootName()}
	for _, step := range traversal[1:] {
		parts = append(parts, stepName(step))
	}
	return a.lookUp(at, parts, may)
}

// misplaced says what could be referred to instead of a kind of thing that cannot be meant, or that there is not.
func (a *account) misplaced(at hcl.Range, kind string, may []target) *hcl.Diagnostic {
	kinds := namesOf(things(), func(t thing) string { return t.name })
	if slices.Contains(kinds, kind) {
		return invalid(at, "Wrong reference", "%s cannot be meant here. Write %s.", kind, written(may))
	}
	return unknown(at, "kind of thing", kind, namesOf(may, func(t target) string { return t.kind }))
}

// lookUp finds the thing that kind, name and perhaps attribute mean.
func (a *account) lookUp(at hcl.Range, parts []string, may []target) *sandbox.Ref {
	i := slices.IndexFunc(may, func(t target) bool { return t.kind == parts[0] })
	if i < 0 {
		a.found.add(a.misplaced(at, parts[0], may))
		return nil
	}
	want := may[i]
	if len(parts) < 2 || len(parts) > 3 || (len(parts) == 3) != (want.attributes != nil) {
		a.found.add(invalid(at, "Wrong reference", "Write %s.", written(may[i:i+1])))
		return nil
	}
	ref := &sandbox.Ref{Kind: parts[0], Name: parts[1]}
	if _, there := a.names[ref.Kind+"."+ref.Name]; !there {
		a.found.add(unknown(at, ref.Kind, ref.Name, a.named(ref.Kind)))
		return nil
	}
	if want.attributes != nil {
		ref.Attribute = parts[2]
		if !slices.Contains(want.attributes, ref.Attribute) {
			a.found.add(unknown(at, "attribute of "+ref.Kind, ref.Attribute, want.attributes))
			return nil
		}
	}
	return ref
}
