package assertions

import (
	"fmt"

	"gameday/internal/signals"
)

// EC2Instances claims that all instances are in a state.
type EC2Instances struct {
	InstanceIDs []string `hcl:"instance_ids" doc:"the instances"`
	State       string   `hcl:"state" doc:"the state to be in, such as running or stopped"`
}

func ec2Instances() Kind {
	return Kind{
		Name:    "ec2_instances",
		Summary: "All of the EC2 instances are in a state.",
		Example: `instance_ids = ["i-0123456789abcdef0", "i-0fedcba9876543210"]
state        = "running"`,
		Shape:  Level,
		Source: "ec2_instance",
		New:    func() Assertion { return &EC2Instances{} },
	}
}

// Sources returns the instances, each once.
func (a *EC2Instances) Sources() []signals.Source {
	var sources []signals.Source
	listed := map[string]bool{}
	for _, id := range a.InstanceIDs {
		if !listed[id] {
			listed[id] = true
			sources = append(sources, signals.Source{Kind: "ec2_instance", Subject: id})
		}
	}
	return sources
}

// Truth holds while every instance is in the state; nothing is known before all of them have been seen. A terminated
// instance that has vanished since is still terminated.
func (a *EC2Instances) Truth(seen []signals.Signal) []Change {
	sources := a.Sources()
	in := make(map[signals.Source]*bool, len(sources)) // nil until seen
	for _, source := range sources {
		in[source] = nil
	}
	var timeline []Change
	known, there := 0, 0
	for _, signal := range seen {
		instance, ok := signal.Value.(signals.Instance)
		before, ours := in[signal.Source]
		if !ok || !ours {
			continue
		}
		now := a.matches(instance.State)
		in[signal.Source] = &now
		if before == nil {
			known++
		}
		there += count(now) - count(before != nil && *before)
		if known < len(sources) {
			continue
		}
		timeline = step(timeline, Change{
			At: signal.At, Holds: there == known,
			Observed: fmt.Sprintf("%d of %d %s", there, known, a.State),
		})
	}
	return timeline
}

func (a *EC2Instances) matches(state string) bool {
	return state == a.State || state == signals.InstanceGone && a.State == "terminated"
}

func count(holds bool) int {
	if holds {
		return 1
	}
	return 0
}

// Problems reports an empty list, an empty id and a state that no instance has.
func (a *EC2Instances) Problems() []Problem {
	var problems []Problem
	if len(a.InstanceIDs) == 0 {
		problems = append(problems, Problem{
			Attribute: "instance_ids", Summary: "No instances", Detail: "A claim about no instances would always hold.",
		})
	}
	for _, id := range a.InstanceIDs {
		problems = append(problems, missing("instance_ids", id)...)
	}
	return append(problems, oneOf("state", a.State,
		[]string{"pending", "running", "stopping", "stopped", "shutting-down", "terminated"})...)
}
