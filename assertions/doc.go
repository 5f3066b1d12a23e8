// Package assertions holds what must or must not happen: the contract, the table, and one file per kind.
//
// A kind knows only what is true, and when it became so. SLOs, patience and windows are the engine's:
//
//	signals ──Truth──► timeline of changes ──► judged in experiments
package assertions
