package scenarios

import "slices"

// Thing is a block of a sandbox file, as the reference shows it.
type Thing struct {
	Name       string
	Summary    string // what it simulates
	Notes      []string
	Attributes []ThingAttribute // in the order in which the reader knows them
	Watched    []ThingAttribute // what alarms can refer to as NAME.LABEL.…
	Example    string           // a whole block; all examples together are a sandbox file
}

// ThingAttribute is something that a block of a sandbox file takes.
type ThingAttribute struct {
	Name, Type string
	Required   bool
	Default    string // as it is written in HCL; empty: leaving it away means none
	Doc        string
}

// Things returns every block of sandbox files, from the table that reads them.
func Things() []Thing {
	var all []Thing
	for _, t := range things() {
		all = append(all, thingOf(t))
	}
	return all
}

func thingOf(t thing) Thing {
	told := stories()[t.name]
	made := Thing{Name: t.name, Summary: told.summary, Notes: told.notes, Example: told.example}
	for _, a := range t.schema {
		about := told.attributes[a.Name]
		made.Attributes = append(made.Attributes, ThingAttribute{a.Name, about.kind, a.Required, about.fallback, about.doc})
	}
	if i := slices.IndexFunc(watched(), func(w target) bool { return w.kind == t.name }); i >= 0 {
		for _, name := range watched()[i].attributes {
			about := told.attributes[name]
			made.Watched = append(made.Watched, ThingAttribute{Name: name, Type: about.kind, Doc: about.doc})
		}
	}
	return made
}

// story is what the reader's table does not say of a block.
type story struct {
	summary    string
	notes      []string
	attributes map[string]about
	example    string
}

// about is what the reader's table does not say of an attribute.
type about struct{ kind, fallback, doc string }

// The types of attributes that HCL has no word for.
const (
	aDuration = "duration"
	aSpan     = "duration or range"
	anySpan   = "duration, range or \"never\""
	aRate     = "number from 0 to 1"
)

func stories() map[string]story {
	all := map[string]story{}
	for _, some := range []map[string]story{computeStories(), messageStories(), watchStories(), peopleStories(), storeStories(), weatherStories()} {
		for name, s := range some {
			all[name] = s
		}
	}
	return all
}

func tags(whose string) about { return about{"map(string)", "", "the tags of " + whose} }
