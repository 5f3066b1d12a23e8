package experiments

import (
	"time"

	"gameday/assertions"
	"gameday/injectors"
)

// Experiment is what a scenario describes. Its bodies are still expressions: Build makes values of them once what they
// refer to is known.
type Experiment struct {
	Name        string
	Description string
	Hypothesis  string
	Owner       string
	Playbook    string
	Labels      map[string]string
	Timeout     time.Duration

	File      string         // the scenario's path, as the user wrote it
	Text      string         // the scenario's text
	Variables map[string]any // without sensitive ones; JSON values
	Secrets   *Secrets       // what must not be shown: sensitive ones, and what comes from the environment

	Place    Place  // the aws block
	Journal  string // where the journal is kept besides the run folder: "s3://bucket/prefix"; empty: nowhere
	Limits   Limits // the limits block
	Targets  []Target
	Faults   []Fault
	Checks   []Claim
	Guards   []Claim
	Asserts  []Claim
	Chains   []Chain
	Sequence []Ref // targets and faults, each after those whose values it refers to
}

// Place says which account and region an experiment may touch.
type Place struct {
	Region      string
	Accounts    []string
	Profile     string
	RoleARN     string
	ExternalID  string
	EndpointURL string
}

// Range is where a block stands in the scenario's text. Lines and columns count from 1; bytes from 0.
type Range struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"`
}

// RefType is what a Ref points at.
type RefType string

// The types of references.
const (
	RefTarget RefType = "target"
	RefInject RefType = "inject"
	RefAssert RefType = "assert"
)

// Edge is which moment of a fault is meant.
type Edge string

// The edges of a fault.
const (
	EdgeBegun    Edge = ""         // its first mutating request
	EdgeDone     Edge = "done"     // its last mutating request
	EdgeReverted Edge = "reverted" // its revert
)

// Ref points at a block, and for a fault at one of its moments.
type Ref struct {
	Type RefType
	Name string
	Edge Edge
}

// String returns the reference as it is written in HCL.
func (r Ref) String() string {
	if r.Type == "" {
		return ""
	}
	text := string(r.Type) + "." + r.Name
	if r.Edge != EdgeBegun {
		text += "." + string(r.Edge)
	}
	return text
}

// Known is what expressions may refer to while a run is planned.
type Known struct {
	Run     RunFacts
	Targets map[string][]injectors.Resource
	Outputs map[string]any // by fault: the kind's outputs struct
}

// RunFacts are run.id and run.seed.
type RunFacts struct {
	ID   string
	Seed int64
}

// Target is one query for what to touch.
type Target struct {
	Name     string
	Kind     injectors.TargetKind
	Where    Range
	Pick     Pick
	Optional bool
	Build    func(Known, injectors.Env) (injectors.Target, error)
}

// Pick is how many of what a query found are meant, at random. The zero value means all. Percent rounds up, never to zero.
type Pick struct {
	Count   int
	Percent float64
}

// Fault is one inject block.
type Fault struct {
	Name     string
	Kind     injectors.Kind
	Where    Range
	After    []Ref
	Delay    time.Duration
	Duration time.Duration // 0: until the end of the run
	Build    func(Known, injectors.Env) (injectors.Injector, error)
}

// Expect is what a claim expects of its window.
type Expect string

// What a claim may expect.
const (
	Happens Expect = "happens"
	Never   Expect = "never"
	Stays   Expect = "stays"
)

// Claim is one check, guard or assert block.
type Claim struct {
	Name      string
	Kind      assertions.Kind
	Where     Range
	Since     Ref // assert only
	Within    time.Duration
	NotBefore time.Duration
	HoldsFor  time.Duration
	Expect    Expect
	Patience  *time.Duration // nil: within when rehearsing, 0 in a run
	Build     func(Known) (assertions.Assertion, error)
}

// ChainType is how a chain is called in HCL.
type ChainType string

// The types of chains.
const (
	Playbook   ChainType = "playbook"
	Escalation ChainType = "escalation"
)

// Chain groups assertions that belong to one response, in the order in which they must come true.
type Chain struct {
	Name   string
	Type   ChainType
	Where  Range
	Since  Ref
	Within time.Duration
	Steps  []string // names of asserts
}
