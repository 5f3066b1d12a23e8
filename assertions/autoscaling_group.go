package assertions

import (
	"fmt"

	"gameday/internal/signals"
)

// AutoscalingGroup claims that a group has enough instances that are InService and Healthy.
type AutoscalingGroup struct {
	GroupName      string `hcl:"group_name" doc:"the name of the group"`
	HealthyAtLeast *int   `hcl:"healthy_at_least,optional" doc:"how many instances are enough; without it, the desired capacity when watching began"`
}

func autoscalingGroup() Kind {
	return Kind{
		Name:    "autoscaling_group",
		Summary: "An Auto Scaling group has enough instances that are InService and Healthy.",
		Example: `group_name       = "checkout"
healthy_at_least = 4 # default: the desired capacity when armed`,
		Shape:  Level,
		Source: "autoscaling_group",
		New:    func() Assertion { return &AutoscalingGroup{} },
	}
}

// Sources returns the group.
func (a *AutoscalingGroup) Sources() []signals.Source {
	return source("autoscaling_group", a.GroupName)
}

// Truth holds while the group has enough instances. A group that was deleted has none.
func (a *AutoscalingGroup) Truth(seen []signals.Signal) []Change {
	need := a.HealthyAtLeast
	return level(seen, func(group signals.Group) (bool, string) {
		if need == nil {
			need = &group.Desired
		}
		observed := fmt.Sprintf("%d of %d healthy", group.Healthy, group.Desired)
		if group.Gone {
			observed = "group is gone"
		}
		return !group.Gone && group.Healthy >= *need, observed
	})
}

// Problems reports an empty name and a negative count.
func (a *AutoscalingGroup) Problems() []Problem {
	return append(missing("group_name", a.GroupName), negative("healthy_at_least", a.HealthyAtLeast)...)
}
