package scenarios

import (
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"gameday/assertions"
	"gameday/experiments"
	"gameday/injectors"
	"gameday/internal/notify"
)

// Catalogs are the kinds that a scenario may use.
type Catalogs struct {
	Injectors  injectors.Catalog
	Assertions assertions.Catalog
	Notices    notify.Catalog
}

// Options are what a scenario is read with.
type Options struct {
	Catalogs Catalogs
	Vars     []VarSource                 // --var and --var-file, in the order given: the last one wins
	Env      func(string) (string, bool) // the environment; nil: an empty one
	Folders  *Folders                    // what is shared by the scenarios of one folder; nil: nothing
}

func (o Options) env(name string) (string, bool) {
	if o.Env == nil {
		return "", false
	}
	return o.Env(name)
}

// Scenario is a scenario that was read and found sound.
type Scenario struct {
	Experiment *experiments.Experiment
	Notices    []notify.Notice // who is told how a run goes
	Warnings   error           // nil, or a *Diagnostics that stops nothing
	// Fingerprint is a hash of the values of the variables, the sensitive ones included.
	Fingerprint string

	reviewed reviewed
}

// Load reads a scenario from a file or, as library/NAME, from the library. Its error is a *Diagnostics with every mistake
// that could be found without touching AWS, and the warnings.
func Load(path string, o Options) (*Scenario, error) {
	path = libraryPath(path)
	l := newLoader(path, o)
	if problem := notAScenario(path); problem != nil {
		l.found.add(problem)
		return l.result()
	}
	if file := l.files.parse(path, l.found); file != nil {
		l.read(file)
	}
	return l.result()
}

// notAScenario says what a file is that its name tells apart from a scenario.
func notAScenario(path string) *hcl.Diagnostic {
	name := filepath.Base(path)
	switch {
	case strings.HasSuffix(name, ".sandbox.hcl"), strings.HasSuffix(name, ".sandbox.hcl.json"):
		scenario := strings.Replace(name, ".sandbox.hcl", ".hcl", 1)
		return invalid(nowhere(path), "Not a scenario", "%q is a sandbox file. Give the scenario beside it, such as %q.", path, scenario)
	case strings.HasSuffix(name, ".hclvars"):
		return invalid(nowhere(path), "Not a scenario", "%q holds values of variables. Give it as --var-file.", path)
	case !strings.HasSuffix(name, ".hcl") && !strings.HasSuffix(name, ".hcl.json"):
		return invalid(nowhere(path), "Not a scenario", "The name of a scenario file ends in .hcl or .hcl.json; %q does not.", path)
	}
	return nil
}

// loader reads one scenario. It goes through the file block type by block type; what it finds wrong, it collects.
type loader struct {
	path       string
	options    Options
	files      texts
	found      *findings
	scope      *scope
	experiment *experiments.Experiment
	notices    []notify.Notice

	variables map[string]*variable
	names     map[string]hcl.Range // "inject.x": where it stands
	claims    map[string]*claimText
	timeline  *timeline
	values    *graph // targets and faults: whose values refer to whose
	reviewed  reviewed
}

func newLoader(path string, o Options) *loader {
	files, secrets := texts{}, &experiments.Secrets{}
	env := func(name string) (string, bool) {
		value, set := o.env(name)
		secrets.Add(value)
		return value, set
	}
	return &loader{
		path: path, options: o, files: files, found: &findings{}, scope: newScope(files, env),
		experiment: &experiments.Experiment{File: path, Secrets: secrets}, variables: map[string]*variable{}, names: map[string]hcl.Range{},
		claims: map[string]*claimText{}, timeline: newTimeline(), values: newGraph(),
	}
}

func (l *loader) reader() reader { return reader{scope: l.scope, found: l.found} }

func (l *loader) result() (*Scenario, error) {
	failure, warnings := l.found.report(l.files)
	if failure != nil {
		return nil, failure
	}
	l.reviewed.files = l.files
	return &Scenario{
		Experiment: l.experiment, Notices: l.notices, Warnings: warnings, Fingerprint: l.fingerprint(), reviewed: l.reviewed,
	}, nil
}

// word is one block type of the language. Blocks are declared before any is read, so that the order in a file is free.
type word struct {
	name    string
	labels  []string
	declare func(*loader, *hcl.Block)
	read    func(*loader, *hcl.Block)
}

func words() []word {
	kindAndName := []string{"kind", "name"}
	return []word{
		{"scenario", []string{"name"}, (*loader).declareNothing, (*loader).readScenario},
		{"aws", nil, (*loader).declareNothing, (*loader).readPlace},
		{"journal", nil, (*loader).declareNothing, (*loader).readJournal},
		{"limits", nil, (*loader).declareNothing, (*loader).readLimits},
		{"variable", []string{"name"}, (*loader).declareVariableBlock, nil},
		{"locals", nil, (*loader).declareLocals, nil},
		{"target", kindAndName, (*loader).declareTarget, (*loader).readTarget},
		{"inject", kindAndName, (*loader).declareFault, (*loader).readFault},
		{"check", kindAndName, (*loader).declareNamed, (*loader).readClaim},
		{"guard", kindAndName, (*loader).declareNamed, (*loader).readClaim},
		{"assert", kindAndName, (*loader).declareAssert, (*loader).readClaim},
		{"playbook", []string{"name"}, (*loader).declareNamed, (*loader).readChain},
		{"escalation", []string{"name"}, (*loader).declareNamed, (*loader).readChain},
		{"notify", kindAndName, (*loader).declareNamed, (*loader).readNotice},
	}
}

// laterWords are block types that belong to the language, but not to this version.
func laterWords() map[string]bool {
	return map[string]bool{"dynamic": true}
}

// read takes a file apart.
func (l *loader) read(file *hcl.File) {
	l.experiment.Text = string(file.Bytes)
	blocks := l.blocks(file)
	l.once(blocks, "scenario", true)
	l.once(blocks, "aws", false)
	l.once(blocks, "journal", false)
	l.once(blocks, "limits", false)
	for _, w := range words() {
		for _, b := range blocks.OfType(w.name) {
			w.declare(l, b)
		}
	}
	l.assignVariables()
	if !l.evaluateLocals() {
		return
	}
	l.validateVariables()
	l.experiment.Variables = l.journalled()
	for _, w := range words() {
		for _, b := range blocks.OfType(w.name) {
			if w.read != nil {
				w.read(l, b)
			}
		}
	}
	l.checkOrder(blocks)
	l.countUse(file)
	l.checkUse()
}

// blocks returns the file's blocks, without those that a later version may know.
func (l *loader) blocks(file *hcl.File) hcl.Blocks {
	schema := &hcl.BodySchema{}
	for _, w := range words() {
		schema.Blocks = append(schema.Blocks, hcl.BlockHeaderSchema{Type: w.name, LabelNames: w.labels})
	}
	body := file.Body
	if native, ok := body.(*hclsyntax.Body); ok {
		body = l.refuseLater(native)
	} else {
		for _, name := range sortedNames(laterWords()) {
			schema.Blocks = append(schema.Blocks, hcl.BlockHeaderSchema{Type: name})
		}
	}
	content, diags := body.Content(schema)
	l.found.add(diags...)
	var known hcl.Blocks
	for _, b := range content.Blocks {
		if laterWords()[b.Type] {
			l.found.add(unsupported(b.DefRange, "A "+b.Type+" block"))
			continue
		}
		known = append(known, b)
	}
	return known
}

// refuseLater returns the body without blocks of later versions: how many labels they have is not known here.
func (l *loader) refuseLater(body *hclsyntax.Body) *hclsyntax.Body {
	rest := *body
	rest.Blocks = nil
	for _, b := range body.Blocks {
		switch {
		case laterWords()[b.Type]:
			l.found.add(unsupported(b.DefRange(), "A "+b.Type+" block"))
		case b.Type == "aws" && len(b.Labels) > 0:
			l.found.add(unsupported(b.DefRange(), "A second place, an aws block with a name,"))
		default:
			rest.Blocks = append(rest.Blocks, b)
		}
	}
	return &rest
}

// once finds blocks that stand twice, and those that are missing.
func (l *loader) once(blocks hcl.Blocks, name string, required bool) {
	all := blocks.OfType(name)
	for i := 1; i < len(all); i++ {
		l.found.add(duplicate(all[i].DefRange, all[0].DefRange, name+" block", "A "+name+" block"))
	}
	if len(all) == 0 && required && !l.found.list.HasErrors() {
		l.found.add(invalid(top(l.path), "Missing "+name+" block", "A scenario file holds one %s block: %s \"NAME\" { … }.", name, name))
	}
}
