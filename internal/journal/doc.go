// Package journal keeps runs on disk, one folder each:
//
//	.gameday/runs/20261122-021200-4f9a/
//	  events.jsonl    what happened, appended and fsynced record by record: the only truth
//	  scenario.hcl    the text that ran
//	  summary.json    derived
//	  junit.xml       derived
//
// and, where the user wants it, in S3, too, for hosts that are thrown away:
//
//	s3://bucket/prefix/20261122-021200-4f9a/
//	  000000001.json  the same lines, from record 1 on
//	  000000002.json  … from record 2 on: what announces calls is there before the calls are made
//
// Create begins the folder of a run, Rehearsal that of a rehearsal, Open continues a dead run's, Read only reads. CreateRemote,
// OpenRemote and ReadRemote do so in S3; Both writes to two journals.
package journal
