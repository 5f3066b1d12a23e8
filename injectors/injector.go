package injectors

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"gameday/internal/chance"
	"gameday/internal/clock"
)

// Injector is one fault, configured.
type Injector interface {
	// Plan reads AWS and returns what Inject would touch and what Revert will need. It changes nothing.
	Plan(ctx context.Context) (Plan, error)
	// Inject applies the fault to the planned targets. The plan is already in the journal. When ctx ends, it stops
	// between two mutating calls and returns ctx's cause.
	Inject(ctx context.Context, p Plan) error
	// Revert puts the targets back as Plan found them, and checks that they are. It is idempotent, relies on the plan
	// alone, may run in another process or on another host, and succeeds whether Inject finished, stopped half-way or
	// never ran. Where a third party changed the target meanwhile, it says so with a *ConflictError and touches nothing.
	// The note says in words what a report should tell of it; it may be empty.
	Revert(ctx context.Context, p Plan) (note string, err error)
}

// Plan is what a fault will touch and what reverting it needs. It survives JSON.
type Plan struct {
	Targets []string        `json:"targets"` // ARNs, in the order touched
	Before  json.RawMessage `json:"before"`  // the kind's record of the state it found
	Outputs any             `json:"outputs,omitempty"`
}

// Kind is a row of the table: a kind of fault.
type Kind struct {
	Name, Summary string
	Example       string // the body of an HCL block, for the reference
	Irreversible  bool
	Permissions   []string // IAM actions, for plan, inject and revert
	Reverting     []string // those of Permissions that Revert alone needs; none: it changes things with what Inject uses
	Tagging       []string // what Tags needs besides, where some tags are protected
	// Beyond returns the ARNs that Revert reads and changes besides the plan's targets; nil: there are none.
	Beyond  func(Plan) []string
	Outputs any // zero value of the outputs struct, with cty tags: its types are known at validate time
	New     func(Env) Injector
}

// Env is what a fault may use. Its zero value is enough to learn a kind's attributes and defaults.
type Env struct {
	AWS    aws.Config
	Clock  *clock.Clock
	Run    string // the run's id, which marks what gameday makes
	Block  string // the block's name, such as "inject.flood"
	Random chance.Seed
}

// TagReader is implemented by faults that can tell how what they touch is tagged.
type TagReader interface {
	// Tags returns the tags of everything that the fault and its revert touch, by ARN. What is missing in it cannot be
	// known. It changes nothing.
	Tags(ctx context.Context, p Plan) (map[string]map[string]string, error)
}

// Problem is what a kind finds wrong with the value of an attribute once all values are known.
type Problem struct{ Attribute, Summary, Detail string }

// Checked is implemented by kinds whose values can be wrong although their types are right.
type Checked interface {
	Problems() []Problem
}

// Resource is one thing that a target query found.
type Resource struct{ ID, ARN string }

// Target is a query, configured.
type Target interface {
	// Resolve reads AWS and returns what matches, in an order that does not depend on AWS's. It changes nothing.
	Resolve(ctx context.Context) ([]Resource, error)
}

// Tagged is implemented by targets that may find resources by nothing but their tags, whichever these are today.
type Tagged interface {
	// ByTags returns the tags that every match carries, and nothing where the query says more than that.
	ByTags() map[string]string
}

// TargetKind is a row of the table: a kind of target.
type TargetKind struct {
	Name, Summary string
	Example       string
	Permissions   []string
	New           func(Env) Target
}

// Tap is a row of the table: how gameday listens to a kind of source that cannot be read back.
type Tap struct {
	Source      string // the kind of source that it serves
	Permissions []string
	// New returns the injector whose Inject opens the tap, proves that it hears, and whose Revert closes it. Its outputs
	// are a TapOutputs.
	New func(env Env, subject string) Injector
}

// TapOutputs says where a tap's messages can be read.
type TapOutputs struct {
	QueueURL string `json:"queue_url"`
}

// Opened is implemented by taps, for what is only known once Inject has returned, in the same process.
type Opened interface {
	// Opened returns where the messages can be read, as AWS said. The outputs in a tap's plan are AWS's convention, from
	// which emulators differ.
	Opened() TapOutputs
}

// Catalog is the table of everything in this package.
type Catalog struct {
	Kinds   []Kind
	Targets []TargetKind
	Taps    []Tap
}

// Find returns the kind of fault of that name.
func (c Catalog) Find(name string) (Kind, bool) {
	for _, k := range c.Kinds {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}

// FindTarget returns the kind of target of that name.
func (c Catalog) FindTarget(name string) (TargetKind, bool) {
	for _, k := range c.Targets {
		if k.Name == name {
			return k, true
		}
	}
	return TargetKind{}, false
}

// FindTap returns the tap for a kind of source.
func (c Catalog) FindTap(source string) (Tap, bool) {
	for _, t := range c.Taps {
		if t.Source == source {
			return t, true
		}
	}
	return Tap{}, false
}

// ConflictError says that somebody else changed a target after the fault, so that revert touched nothing.
type ConflictError struct {
	Target string
	Found  string // what is there now, in words
}

// Error says who was changed and how.
func (e *ConflictError) Error() string {
	return e.Target + " was changed by somebody else: " + e.Found
}

// LeftoverError says that a part of the fault could not be taken back, and what is still there.
type LeftoverError struct {
	Left []string
	Why  string
}

// Error says what is left and why.
func (e *LeftoverError) Error() string {
	text := e.Why
	for _, left := range e.Left {
		text += "; left: " + left
	}
	return text
}

// revertPatience is how long a revert waits for AWS to show that it took effect.
const revertPatience = 5 * time.Minute
