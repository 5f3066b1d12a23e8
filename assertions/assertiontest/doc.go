// Package assertiontest is the suite that every kind of assertion passes. Truth is what verdicts rest on, so it has to be
// a pure fold:
//
//	signals ──► Truth ──► timeline     the same signals, the same timeline
//	signals, some twice ──► Truth ──► the same timeline
//	the first n signals ──► Truth ──► the beginning of that timeline
package assertiontest
