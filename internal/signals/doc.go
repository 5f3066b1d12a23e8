// Package signals knows what can be watched in AWS, and holds the watchers that watch it.
//
// One watcher per kind of source serves every assertion, so 250 alarms cost three DescribeAlarms calls a tick:
//
//	sources of all assertions ──by kind──► Watcher ──Emit──► signals, with AWS's own times
//	                                         │  └───Saw────► watermarks: silence up to here means something
//	                                         └──────Blind──► gaps that nobody can fill any more
package signals
