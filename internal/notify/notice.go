package notify

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"gameday/experiments"
	"gameday/internal/clock"
)

// Occasion is something in a run that people are told of.
type Occasion string

// The occasions.
const (
	Started  Occasion = "started"  // all is armed and calm, the first fault is about to be injected
	Stopped  Occasion = "stopped"  // nothing more is injected, everything is reverted
	Finished Occasion = "finished" // the run is over, however it ended
	Failed   Occasion = "failed"   // the run is over and did not pass
)

// Occasions returns all there are, in the order in which they come.
func Occasions() []Occasion { return []Occasion{Started, Stopped, Finished, Failed} }

// Notice is one notify block: who is told of what.
type Notice struct {
	Name  string
	Kind  Kind
	On    []Occasion
	Where experiments.Range
	Build func(experiments.Known) (Channel, error)
}

// Channel is one way to tell somebody, configured.
type Channel interface {
	// Address says who is told, without a secret: a host, a topic.
	Address() string
	// Secrets are the attributes whose values must not stand in the text of a scenario.
	Secrets() []string
	// Tell sends the message and returns nil once it was taken. Its error gives no secret away. It is called on a strand.
	Tell(ctx context.Context, by Means, m Message) error
}

// Means are what a channel tells with.
type Means struct {
	AWS   aws.Config     // the run's session
	Web   aws.HTTPClient // for what is not AWS: one try a request, outside the baton
	Clock *clock.Clock
}

// Kind is a row of the table: a way to tell somebody.
type Kind struct {
	Name, Summary string
	Example       string   // the body of an HCL block, for the reference
	Permissions   []string // IAM actions
	InAWS         bool     // it is a part of the account, and so of its sandbox
	New           func() Channel
}

// Problem is what a kind finds wrong with the value of an attribute once all values are known.
type Problem struct{ Attribute, Summary, Detail string }

// Checked is implemented by channels whose values can be wrong although their types are right.
type Checked interface {
	Problems() []Problem
}

// Catalog is the table of the ways to tell somebody.
type Catalog []Kind

// Find returns the kind of that name.
func (c Catalog) Find(name string) (Kind, bool) {
	for _, k := range c {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}

// Standard returns every kind that gameday knows.
func Standard() Catalog {
	return Catalog{slackKind(), snsKind(), webhookKind(), pagerDutyKind()}
}

// Said is what became of telling somebody something.
type Said struct {
	At       time.Time
	Notice   string // "notify.team"
	Kind     string
	Address  string
	Occasion Occasion
	Text     string // what there was to tell
	Would    bool   // a rehearsal: nobody was told
	Err      error  // why it could not be told
}
