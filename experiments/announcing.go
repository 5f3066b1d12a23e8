package experiments

import "errors"

// Announcing says which events a journal must hold durably, in every place where it is kept, before Append returns: those
// that announce calls, and those that say that there is nothing more to take back.
//
//	run.started                     what reverting needs; it proves that the journal can be written
//	tap.opening                     calls that open a tap
//	fault.planned, fault.injecting  the fault's calls
//	fault.reverting                 the revert's calls
//	fault.reverted, run.finished    nobody needs to revert this any more
//
// A journal may keep all others back until the next of these: what was seen and decided, and tap.opened, fault.injected,
// fault.failed and tap.closed. When they are lost with the host, a verdict is lost, but nothing stays live because of it:
// what they say is settled will be reverted once more, which is harmless.
func Announcing(e Event) bool {
	switch e.(type) {
	case RunStarted, TapOpening, FaultPlanned, FaultInjecting, FaultReverting, FaultReverted, RunFinished:
		return true
	}
	return false
}

// ErrTaken says that another process has written to the journal since this one read it: somebody else is reverting the
// run, or it is still going on.
var ErrTaken = errors.New("another process writes to the journal")
