// Package history remembers what the journals of a folder say, so that a thousand runs are listed at once:
//
//	.gameday/
//	  runs/RUN/events.jsonl   the truth
//	  index.db                its summaries, each with the size and the time of the files that it was read from
//
// The index is a cache in SQLite and nothing else. Whatever is wrong with it, whether it is missing, torn, of another version
// or not to be written, List answers from the journals. An index is never changed in its place: a new one is written beside
// it and renamed over it, so that processes that read and write it at the same time need no locks, and see a whole one always.
package history
