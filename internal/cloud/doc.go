// Package cloud is how gameday talks to AWS: one Session for each run, whose clients keep to a request budget, retry and
// wait on the clock, and tell what went over the wire and when.
//
//	client ─► call ────► retry ─► pace ─► sign ─► measure ─► HTTP, outside the baton
//	           │           ▲        │                │   └──► … or the sandbox
//	           ▼           │        ▼                ▼
//	        Recorder    backoff   budget      calls, actions, skew
//	(one fault's first                       (Date headers cut what is
//	 and last change)                         known of AWS's clock)
//
// Nothing here knows whether the real AWS, an emulator or the sandbox answers.
package cloud
