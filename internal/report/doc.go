// Package report shows runs: one file per format, all fed by records alone.
//
//	records ──► Progress    a line per happening, while it happens
//	        ├─► JSONLines   for programs, while it happens
//	        ├─► Human       the final report
//	        ├─► Summary     summary.json
//	        ├─► JUnit       for CI
//	        └─► Annotations for CI, beside a scenario's lines
//	PlanMade ─► Plan        what would be touched, watched and asked
//
// Text that came from AWS, from messages or from scenarios passes through Plain before it reaches a terminal.
package report
