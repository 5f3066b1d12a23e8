// Package experiments is the domain and the engine: it plans, checks, injects, watches, reverts and judges.
//
//	Experiment ──► Engine.Run ──► Event ──► Journal (durable first), then Reporters
//	                 │      ▲
//	        injectors│      │truth timelines, moments, watermarks
//	                 ▼      │
//	               AWS ──► signals ──► assertions
//
// Everything that a report shows follows from the events alone; see Summarize.
package experiments
