package experiments

import (
	"encoding/json"
	"time"

	"gameday/injectors"
	"gameday/internal/signals"
)

// Event is something that happened in a run. The set is sealed: every type is in this file.
type Event interface {
	// Type returns the event's name in the journal.
	Type() string
}

// Record is an event with its place in the journal.
type Record struct {
	Seq   int
	Time  time.Time // gameday's clock
	Event Event
}

// Journal is the durable memory of a run.
type Journal interface {
	// Append returns once the record is durable, or where Announcing says that it may wait, is sure to become so before the
	// next that is. It may let other strands run meanwhile. After an error nothing more is injected, but everything is
	// reverted.
	Append(Record) error
}

// Reporter is shown every record, in order, after it was journalled. Report must not block.
type Reporter interface {
	Report(Record)
}

// Block is a block of the scenario, as events tell of it.
type Block struct {
	Name      string   `json:"name"`
	Kind      string   `json:"kind"`
	Where     Range    `json:"where"`
	Since     string   `json:"since,omitempty"`
	Expect    Expect   `json:"expect,omitempty"`
	Within    Millis   `json:"within_ms"`
	NotBefore Millis   `json:"not_before_ms,omitempty"`
	HoldsFor  Millis   `json:"holds_for_ms,omitempty"`
	Patience  Millis   `json:"patience_ms,omitempty"`
	Polled    bool     `json:"polled,omitempty"` // judged from looks, a tick apart
	Subjects  []string `json:"subjects,omitempty"`
}

// Millis is a duration that is written as a whole number of milliseconds.
type Millis time.Duration

// MarshalJSON writes milliseconds.
func (m Millis) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Duration(m).Milliseconds())
}

// UnmarshalJSON reads milliseconds.
func (m *Millis) UnmarshalJSON(text []byte) error {
	var n int64
	if err := json.Unmarshal(text, &n); err != nil {
		return err
	}
	*m = Millis(time.Duration(n) * time.Millisecond)
	return nil
}

// Latency is how long something took, at least and at most.
type Latency struct {
	Min Millis `json:"min"`
	Max Millis `json:"max"`
}

// Mode is whether a run is a rehearsal.
type Mode string

// The modes.
const (
	ModeRehearse Mode = "rehearse"
	ModeRun      Mode = "run"
)

type (
	// RunStarted is the first event: what is needed to understand and to revert all that follow.
	RunStarted struct {
		Format      string            `json:"format"` // "gameday.events/1"
		Run         string            `json:"run"`
		Mode        Mode              `json:"mode"`
		Version     string            `json:"gameday"`
		Scenario    string            `json:"scenario"`
		Description string            `json:"description,omitempty"`
		Hypothesis  string            `json:"hypothesis,omitempty"`
		Owner       string            `json:"owner,omitempty"`
		Playbook    string            `json:"playbook,omitempty"`
		Labels      map[string]string `json:"labels,omitempty"`
		File        string            `json:"file"`
		Text        string            `json:"text"`
		SHA256      string            `json:"sha256"`
		Variables   map[string]any    `json:"variables,omitempty"`
		Seed        int64             `json:"seed"`
		Account     string            `json:"account"`
		Region      string            `json:"region"`
		Profile     string            `json:"profile,omitempty"`
		RoleARN     string            `json:"role_arn,omitempty"`
		ExternalID  string            `json:"external_id,omitempty"`
		EndpointURL string            `json:"endpoint_url,omitempty"`
		Timeout     Millis            `json:"timeout_ms"`
		Tick        Millis            `json:"tick_ms"`
		Policy      *PolicyUsed       `json:"policy,omitempty"`
	}

	// PolicyUsed is the policy file that a run had to keep to.
	PolicyUsed struct {
		Path   string `json:"path"`
		SHA256 string `json:"sha256"`
	}

	// PlanMade says what will be touched, watched and asked.
	PlanMade struct {
		Targets    []PlannedTarget `json:"targets"`
		Faults     []PlannedFault  `json:"faults"`
		Taps       []string        `json:"taps"` // what gameday will listen to
		Checks     []Block         `json:"checks"`
		Guards     []Block         `json:"guards"`
		Assertions []Block         `json:"assertions"`
		Chains     []PlannedChain  `json:"chains"`
		Warnings   []Warning       `json:"warnings"`
	}

	// PlannedTarget is a query and what it found.
	PlannedTarget struct {
		Name    string   `json:"name"`
		Kind    string   `json:"kind"`
		Where   Range    `json:"where"`
		Matched int      `json:"matched"` // before pick
		ARNs    []string `json:"arns"`
	}

	// PlannedFault is a fault as it is known before anything is armed.
	PlannedFault struct {
		Block
		After        []string `json:"after"`
		Delay        Millis   `json:"delay_ms"`
		Duration     Millis   `json:"duration_ms"`
		Irreversible bool     `json:"irreversible"`
		Targets      []string `json:"targets"`
	}

	// PlannedChain is a playbook or an escalation.
	PlannedChain struct {
		Name   string    `json:"name"`
		Kind   ChainType `json:"type"`
		Where  Range     `json:"where"`
		Since  string    `json:"since"`
		Within Millis    `json:"within_ms"`
		Steps  []string  `json:"steps"`
	}

	// Warning is what a person should know before anything is touched.
	Warning struct {
		Summary string `json:"summary"`
		Detail  string `json:"detail"`
		Where   Range  `json:"where"`
	}

	// CheckDecided says whether a check held: once when armed, and again right before the first fault if it broke since.
	CheckDecided struct {
		Name     string  `json:"name"`
		Verdict  Verdict `json:"verdict"`
		Reason   Reason  `json:"reason,omitempty"`
		Observed string  `json:"observed"`
	}

	// TapOpening announces the calls that open a tap. TapOpened says that it was proved to hear.
	TapOpening struct {
		Source signals.Source `json:"source"`
		Plan   injectors.Plan `json:"plan"`
	}
	// TapOpened says that the tap hears.
	TapOpened struct {
		Source   signals.Source `json:"source"`
		QueueURL string         `json:"queue_url"`
	}
	// TapClosed says that nothing is left of the tap, or with Error, what may be.
	TapClosed struct {
		Source signals.Source `json:"source"`
		Error  string         `json:"error,omitempty"`
	}

	// SignalSeen is what AWS said of a source.
	SignalSeen struct {
		Source signals.Source  `json:"source"`
		At     signals.Moment  `json:"at"`
		Seen   time.Time       `json:"seen"`
		Value  json.RawMessage `json:"value"`
	}

	// FaultPlanned is what the fault will touch, read again right before it does.
	FaultPlanned struct {
		Name string         `json:"name"`
		Kind string         `json:"kind"`
		Plan injectors.Plan `json:"plan"`
	}
	// FaultInjecting announces the fault's calls.
	FaultInjecting struct {
		Name string `json:"name"`
	}
	// FaultInjected says that the fault is complete: Began is its first mutating request, Done its last, in AWS's time.
	FaultInjected struct {
		Name  string         `json:"name"`
		Began signals.Moment `json:"began"`
		Done  signals.Moment `json:"done"`
	}
	// FaultFailed says that the fault was not, or not wholly, injected.
	FaultFailed struct {
		Name    string          `json:"name"`
		Error   string          `json:"error"`
		Touched bool            `json:"touched"` // whether a mutating request may have been sent
		Began   *signals.Moment `json:"began,omitempty"`
	}

	// AssertionDecided is a verdict, of an assert or, with Chain, of a playbook or an escalation.
	AssertionDecided struct {
		Name     string          `json:"name"`
		Chain    ChainType       `json:"chain,omitempty"`
		Verdict  Verdict         `json:"verdict"`
		Reason   Reason          `json:"reason,omitempty"`
		Since    *signals.Moment `json:"since_moment,omitempty"`
		Moment   *signals.Moment `json:"moment,omitempty"`
		Latency  *Latency        `json:"latency_ms,omitempty"`
		Observed string          `json:"observed,omitempty"`
		Detail   string          `json:"detail,omitempty"` // why, in a sentence
	}

	// GuardBroken says that a guard does not hold, or cannot be seen, and so the run stops.
	GuardBroken struct {
		Name     string          `json:"name"`
		Reason   Reason          `json:"reason"`
		Observed string          `json:"observed"`
		Moment   *signals.Moment `json:"moment,omitempty"`
	}

	// RunStopping says that nothing more will be injected, and that everything will be reverted.
	RunStopping struct {
		Cause  StopCause `json:"cause"`
		Detail string    `json:"detail"`
	}

	// FaultReverting announces the revert's calls.
	FaultReverting struct {
		Name string `json:"name"`
	}
	// FaultReverted says that the fault was reverted, and that this was verified.
	FaultReverted struct {
		Name   string         `json:"name"`
		Moment signals.Moment `json:"moment"`
		Note   string         `json:"note,omitempty"`
	}
	// FaultRevertFailed says that the fault may still be live.
	FaultRevertFailed struct {
		Name  string   `json:"name"`
		Error string   `json:"error"`
		Left  []string `json:"left,omitempty"`
	}

	// SeenUntil says how far a source has been seen, in AWS's time.
	SeenUntil struct {
		Source signals.Source `json:"source"`
		Until  time.Time      `json:"until"`
	}
	// BlindBegan says that a source could not be seen for three looks.
	BlindBegan struct {
		Source signals.Source `json:"source"`
		From   time.Time      `json:"from"`
	}
	// BlindEnded says that a source is seen again. With Lost, what happened in between will never be known.
	BlindEnded struct {
		Source signals.Source `json:"source"`
		From   time.Time      `json:"from"`
		Until  time.Time      `json:"until"`
		Lost   bool           `json:"lost"`
		Why    string         `json:"why,omitempty"`
	}

	// RunFinished is the last event.
	RunFinished struct {
		Verdict   Verdict        `json:"verdict"`
		ExitCode  ExitCode       `json:"exit_code"`
		Error     string         `json:"error,omitempty"` // why it could not run
		Hint      string         `json:"hint,omitempty"`  // what a person can do about it
		Leftovers []Leftover     `json:"leftovers"`
		APICalls  map[string]int `json:"api_calls"`
	}

	// Leftover is something that gameday made or broke and did not take back.
	Leftover struct {
		What   string   `json:"what"` // "inject.flood", "tap on arn:…"
		Left   []string `json:"left"`
		Reason string   `json:"reason"`
	}
)

// StopCause is why a run stopped early.
type StopCause string

// The causes.
const (
	StopGuard     StopCause = "guard"
	StopTimeout   StopCause = "timeout"
	StopInterrupt StopCause = "interrupt"
	StopTerminate StopCause = "terminate"
	StopJournal   StopCause = "journal"
	StopPanic     StopCause = "panic"

	StopKillSwitch StopCause = "kill_switch" // engaged, or not to be read for three looks
	StopAccount    StopCause = "account"     // the credentials became somebody else's
	StopLimits     StopCause = "limits"      // the scenario's limits or the policy forbid the next fault
	StopLock       StopCause = "lock"        // somebody else holds what the run holds
)
