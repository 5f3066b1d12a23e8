// Package sandbox is a simulated AWS account for real SDK clients: no network, no sockets, virtual time.
//
//	SDK client ──serialise, validate, sign──► middleware ──typed input──► handler ──► Account
//	     ▲                                        │                                    │ lives on the clock:
//	     └──────────typed output, Date────────────┘                                    │ scaling, alarms, people
//
// It imitates AWS's documented behaviour wherever a verdict depends on it. It is there to prove scenarios, so when in doubt
// it is as awkward as AWS, not as convenient as a mock.
package sandbox
