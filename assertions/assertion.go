package assertions

import (
	"gameday/internal/signals"
)

// Assertion is one claim about the response, configured.
type Assertion interface {
	// Sources are what has to be watched to judge the claim.
	Sources() []signals.Source
	// Truth folds signals, in the order in which they were learned, into a timeline: at which moments the claim became
	// true or false. Pure; no clock, no AWS. A level's first change is its state when watching began; two changes of a
	// level in a row never say the same.
	Truth(seen []signals.Signal) []Change
}

// Change is one step of a truth timeline. For an event each change is one occurrence, and Holds is true.
type Change struct {
	At       signals.Moment
	Holds    bool
	Observed string // in words a report can print
	// Thing names what happened, where several may be under way at once (an execution's id). Began is when that thing
	// began. Both are empty where At says all.
	Thing string
	Began signals.Moment
}

// Shape is whether a kind claims a state or an occurrence.
type Shape int

// The shapes.
const (
	Level Shape = iota // a state that holds or not
	Event              // something that happens
)

// Kind is a row of the table: a kind of assertion.
type Kind struct {
	Name, Summary string
	Example       string // the body of an HCL block, for the reference
	Shape         Shape
	Source        string // the kind of source that it watches, a row of signals.Standard
	New           func() Assertion
}

// Problem is what a kind finds wrong with the value of an attribute once all values are known.
type Problem struct{ Attribute, Summary, Detail string }

// Checked is implemented by kinds whose values can be wrong although their types are right.
type Checked interface {
	Problems() []Problem
}

// Catalog is the table of the kinds of assertions.
type Catalog []Kind

// Find returns the kind of that name.
func (c Catalog) Find(name string) (Kind, bool) {
	for _, k := range c {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}
