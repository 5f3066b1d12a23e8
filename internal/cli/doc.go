// Package cli holds the commands: one file per verb.
//
//	arguments ──► verb ──► scenarios.Load ──► experiments.Engine ──► events ──► journal, report
//	                │                              ▲
//	                └── signals of the host ──stops─┘
//
// A verb decides what is run and where; what happens then is the engine's. Reports and progress go to stdout, errors go to
// stderr, once, with a hint at what a person can do. Everything that a verb takes from the world is in Deps.
package cli
