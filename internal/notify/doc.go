// Package notify tells people and other programs how a run goes: that it starts, stops, failed, finished.
//
//	records ──Report──► Teller ──Fold──► Message ──queue, one a notice──► strand ──► Channel ──┬─► sns      the run's session
//	                      │                                                                  └─► courier ──► slack, webhook,
//	                      └─ Said: told, would tell, could not tell ──► the CLI                (3 tries)     pagerduty
//
// Telling never delays a run: Report only queues. It changes no verdict: what could not be told is said to the person who
// runs gameday. In a rehearsal nobody outside is told, a simulated topic is. Addresses and keys are secrets: of an address
// only the host is ever shown, and nothing that a service answers is repeated unless it is one harmless word.
package notify
