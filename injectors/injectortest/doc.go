// Package injectortest is the suite that every fault, target and tap passes, in simulated accounts and on virtual time:
//
//	Case ──► Stage: a new account ──► Plan ──JSON──► Inject ──(stopped after the nth change)──► Revert by a new process
//	                │                                                                              │
//	                └─ Snapshot ──────────────────────── must be equal ──────────────── Snapshot ──┘
package injectortest
