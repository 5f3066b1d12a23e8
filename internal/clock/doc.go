// Package clock is the only source of time and of waiting.
//
// One scheduler serves every run, real or rehearsed. Exactly one strand holds the baton; the others are ready, parked or
// outside. So strands share memory without locks, and what is proved in a rehearsal holds in a run:
//
//	         Go, Post                 Sleep, Wait
//	start ────────────► ready ──► running ──────────► parked
//	                     ▲          │                   │
//	                     │          │ Outside           │ time came, notified, ctx done
//	                     │          ▼                   │
//	                     └─────── outside ◄─ HTTP       │
//	                     └──────────────────────────────┘
//
// What differs is only how an idle moment is spent: at speed 0 time jumps to the earliest wake-up, at speed 1 the
// scheduler sleeps until it comes, at speed 60 it sleeps a sixtieth of that.
package clock
