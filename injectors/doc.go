// Package injectors holds the faults: the contract, the table, and one file per kind.
//
//	Plan ──► journal ──► Inject ──► … ──► Revert
//	 │ reads only          │ touches        │ puts back what Plan found, from the plan alone,
//	 └─► Before, Outputs   └─► Targets      │ in any process, as often as asked, and checks it
//
// Targets are queries that find what a fault touches; a tap is the temporary queue with which gameday hears a topic, and
// obeys the same contract as a fault.
package injectors
