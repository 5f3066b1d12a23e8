package experiments

import (
	"time"

	"gameday/internal/signals"
)

// SummaryFormat names the format of a Summary.
const SummaryFormat = "gameday.summary/1"

// Summary is a run in the form in which other programs read it: summary.json. Its lists are never nil.
type Summary struct {
	Format     string             `json:"format"`
	Run        string             `json:"run"`
	Mode       Mode               `json:"mode"`
	Scenario   string             `json:"scenario"`
	Seed       int64              `json:"seed"`
	Started    time.Time          `json:"started"`
	Finished   *time.Time         `json:"finished"` // nil: the journal ends before the run did
	Verdict    Verdict            `json:"verdict"`
	ExitCode   ExitCode           `json:"exit_code"`
	Checks     []CheckOutcome     `json:"checks"`
	Guards     []CheckOutcome     `json:"guards"`
	Faults     []FaultOutcome     `json:"faults"`
	Assertions []AssertionOutcome `json:"assertions"`
	Chains     []ChainOutcome     `json:"chains"`
	Leftovers  []Leftover         `json:"leftovers"`
	APICalls   map[string]int     `json:"api_calls"`
}

// CheckOutcome is what became of a check or a guard.
type CheckOutcome struct {
	Name     string  `json:"name"`
	Kind     string  `json:"kind"`
	Verdict  Verdict `json:"verdict"`
	Reason   Reason  `json:"reason"`
	Observed string  `json:"observed"`
}

// FaultOutcome is what became of a fault.
type FaultOutcome struct {
	Name     string          `json:"name"`
	Kind     string          `json:"kind"`
	Targets  []string        `json:"targets"`
	Injected *signals.Moment `json:"injected"` // its first mutating request; nil: none is known
	Reverted Reverted        `json:"reverted"`
}

// Reverted is whether a fault was taken back.
type Reverted string

// What may have become of a fault.
const (
	RevertedYes         Reverted = "yes"
	RevertedNo          Reverted = "no" // it may still be live
	RevertedIrrevocable Reverted = "irreversible"
	RevertedNotInjected Reverted = "not_injected"
)

// AssertionOutcome is the answer to an assertion.
type AssertionOutcome struct {
	Name     string          `json:"name"`
	Kind     string          `json:"kind"`
	Expect   Expect          `json:"expect"`
	Since    string          `json:"since"`
	Verdict  Verdict         `json:"verdict"`
	Reason   Reason          `json:"reason"`
	Within   Millis          `json:"within_ms"`
	Latency  *Latency        `json:"latency_ms"`
	Moment   *signals.Moment `json:"moment"`
	Observed string          `json:"observed"`
}

// ChainOutcome is the answer to a playbook or an escalation.
type ChainOutcome struct {
	Name    string    `json:"name"`
	Type    ChainType `json:"type"`
	Verdict Verdict   `json:"verdict"`
	Reason  Reason    `json:"reason"`
	Within  Millis    `json:"within_ms"`
	Latency *Latency  `json:"latency_ms"`
	Steps   []string  `json:"steps"`
}

// Summarize folds a journal, whole or cut short anywhere, into its summary. A journal that ends before its run.finished
// is never passed: it is not_reverted while anything may be live, and at best inconclusive else.
func Summarize(records []Record) Summary {
	return fold(records).Summary()
}

// Tell folds a journal, whole or cut short anywhere, into its story.
func Tell(records []Record) Story {
	return fold(records).Story()
}

func fold(records []Record) *Fold {
	var f Fold
	for _, r := range records {
		f.Add(r)
	}
	return &f
}
