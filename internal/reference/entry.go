package reference

import (
	"slices"
	"strings"

	"gameday/assertions"
	"gameday/injectors"
	"gameday/internal/notify"
	"gameday/internal/signals"
)

// Entry is one kind, as the reference shows it.
type Entry struct {
	Block        string      `json:"block"` // "target", "inject", "assert", "notify" or "sandbox"
	Name         string      `json:"name"`
	Summary      string      `json:"summary"`
	Shape        string      `json:"shape,omitempty"` // of an assertion: "level" or "event"
	Polled       bool        `json:"polled,omitempty"`
	Irreversible bool        `json:"irreversible,omitempty"`
	Notes        []string    `json:"notes,omitempty"` // sentences
	Attributes   []Attribute `json:"attributes"`
	Outputs      []Attribute `json:"outputs"`
	Permissions  []string    `json:"permissions"`
	Example      string      `json:"example"` // a whole block
}

// Attribute is something that a block takes, or that others may refer to.
type Attribute struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Required bool   `json:"required,omitempty"`
	Default  string `json:"default,omitempty"` // as it is written in HCL
	Doc      string `json:"doc,omitempty"`
}

// Entries returns every kind of the tables: targets, then faults, then assertions, then notices, then what sandbox files are
// made of, each in the order of its table.
func Entries(faults injectors.Catalog, claims assertions.Catalog, sources signals.Catalog, notices notify.Catalog) []Entry {
	var entries []Entry
	for _, k := range faults.Targets {
		entries = append(entries, targetEntry(k))
	}
	for _, k := range faults.Kinds {
		entries = append(entries, faultEntry(k))
	}
	for _, k := range claims {
		entries = append(entries, claimEntry(k, faults, sources))
	}
	for _, k := range notices {
		entries = append(entries, noticeEntry(k))
	}
	return append(entries, sandboxEntries()...)
}

// Find returns the entries of that name: a target, an assertion and a block of sandbox files may share it.
func Find(entries []Entry, name string) []Entry {
	var found []Entry
	for _, e := range entries {
		if e.Name == name {
			found = append(found, e)
		}
	}
	return found
}

func targetEntry(k injectors.TargetKind) Entry {
	return Entry{
		Block: "target", Name: k.Name, Summary: k.Summary,
		Attributes: attributes(k.New(injectors.Env{})),
		Outputs: []Attribute{
			{Name: "ids", Type: "list(string)", Doc: "the ids of what was found, after pick"},
			{Name: "arns", Type: "list(string)", Doc: "their ARNs"},
			{Name: "count", Type: "number", Doc: "how many they are"},
		},
		Permissions: sorted(k.Permissions),
		Example:     block("target", k.Name, k.Example),
	}
}

func faultEntry(k injectors.Kind) Entry {
	return Entry{
		Block: "inject", Name: k.Name, Summary: k.Summary, Irreversible: k.Irreversible,
		Attributes:  attributes(k.New(injectors.Env{})),
		Outputs:     outputs(k.Outputs),
		Permissions: sorted(k.Permissions),
		Example:     block("inject", k.Name, k.Example),
	}
}

func claimEntry(k assertions.Kind, faults injectors.Catalog, sources signals.Catalog) Entry {
	e := Entry{
		Block: "assert", Name: k.Name, Summary: k.Summary, Shape: "level",
		Attributes: attributes(k.New()),
		Example:    block("assert", k.Name, strings.TrimRight(k.Example, "\n")+"\n\nwithin = \"5m\""),
	}
	if k.Shape == assertions.Event {
		e.Shape = "event"
	}
	var permissions []string
	if source, known := sources.Find(k.Source); known {
		e.Polled = source.Polled
		permissions = append(permissions, source.Permissions...)
	}
	if tap, known := faults.FindTap(k.Source); known {
		permissions = append(permissions, tap.Permissions...)
	}
	e.Permissions = sorted(permissions)
	return e
}

func noticeEntry(k notify.Kind) Entry {
	return Entry{
		Block: "notify", Name: k.Name, Summary: k.Summary, Attributes: attributes(k.New()),
		Permissions: sorted(k.Permissions), Example: block("notify", k.Name, k.Example),
	}
}

func sorted(actions []string) []string {
	actions = slices.Clone(actions)
	slices.Sort(actions)
	return slices.Compact(actions)
}
