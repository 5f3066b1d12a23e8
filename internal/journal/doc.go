// Package journal keeps runs on disk, one folder each:
//
//	.gameday/runs/20261122-021200-4f9a/
//	  events.jsonl    what happened, appended and fsynced record by record: the only truth
//	  scenario.hcl    the text that ran
//	  summary.json    derived
//	  junit.xml       derived
//
// Create begins the folder of a run, Rehearsal that of a rehearsal, Open continues a dead run's, Read only reads.
package journal
