// Package tui is the live view of a run on a terminal, the same view of a run that is over, and the chooser of scenarios.
//
// What is shown is a fold over the run's records and nothing else, so that a run can be looked at while it is under way,
// or played back from its journal later, and a view that breaks never touches the run:
//
//	engine ──Report──► queue ──every 100 ms──► model.Update ──► State (fold) ──► panels ──► canvas ──► terminal
//	   ▲                     (bridge.go)           │ keys
//	   └────────── Actions: stop, hold ◄───────────┘
//
// The model is the only one that Bubble Tea knows. Panels are plain structs that draw into an area of a canvas; they do
// no IO and know no time but what the records and the frames say. All goroutines are in bridge.go.
package tui
