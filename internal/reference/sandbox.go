package reference

import "gameday/scenarios"

// sandboxBlock is the Block of entries that stand in sandbox files.
const sandboxBlock = "sandbox"

// sandboxEntries returns the blocks of sandbox files, in the order of the table that reads them.
func sandboxEntries() []Entry {
	var entries []Entry
	for _, thing := range scenarios.Things() {
		entries = append(entries, Entry{
			Block: sandboxBlock, Name: thing.Name, Summary: thing.Summary, Notes: thing.Notes, Example: thing.Example,
			Attributes: thingAttributes(thing.Attributes), Outputs: thingAttributes(thing.Watched),
		})
	}
	return entries
}

func thingAttributes(from []scenarios.ThingAttribute) []Attribute {
	var made []Attribute
	for _, a := range from {
		made = append(made, Attribute{Name: a.Name, Type: a.Type, Required: a.Required, Default: a.Default, Doc: a.Doc})
	}
	return made
}

// referred is what stands before the name of a thing in a reference to it.
func referred(e Entry) string {
	if e.Block == sandboxBlock {
		return e.Name
	}
	return e.Block
}
