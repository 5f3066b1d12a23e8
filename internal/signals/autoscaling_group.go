package signals

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// Group is the payload of an autoscaling_group: how many instances it wants and has.
type Group struct {
	Desired   int  `json:"desired"`
	Healthy   int  `json:"healthy"`    // InService, and Healthy
	InService int  `json:"in_service"` // of any health
	Instances int  `json:"instances"`  // in any lifecycle state
	Gone      bool `json:"gone,omitempty"`
}

// groupCalls are the calls that watching groups takes.
type groupCalls interface {
	DescribeAutoScalingGroups(context.Context, *autoscaling.DescribeAutoScalingGroupsInput, ...func(*autoscaling.Options)) (
		*autoscaling.DescribeAutoScalingGroupsOutput, error)
}

func groupKind() Kind {
	return Kind{
		Name:        "autoscaling_group",
		Permissions: []string{"autoscaling:DescribeAutoScalingGroups"},
		Polled:      true,
		Decode:      decode[Group],
		New: func(env Env) Watcher {
			return &groupWatcher{env: env, calls: autoscaling.NewFromConfig(env.AWS)}
		},
	}
}

// groupNames is how many groups one call describes: the length of its longest page (DescribeAutoScalingGroups).
const groupNames = 100

type groupWatcher struct {
	env   Env
	calls groupCalls
}

// Watch polls the groups, a hundred a call.
func (w *groupWatcher) Watch(ctx context.Context, sources []Source, sink Sink) error {
	seen := newPolled[Group](w.env, sink, 0)
	return keepLooking(ctx, w.env, func(ctx context.Context) error {
		var errs []error
		for batch := range slices.Chunk(sources, groupNames) {
			if err := w.look(ctx, batch, seen); err != nil {
				errs = append(errs, seen.failed(err))
			}
		}
		return errors.Join(errs...)
	})
}

func (w *groupWatcher) look(ctx context.Context, batch []Source, seen *polled[Group]) error {
	groups, during, err := w.describe(ctx, batch)
	if err != nil {
		return err
	}
	missing := &missingError{what: "Auto Scaling groups"}
	for _, source := range batch {
		group, found := groups[source.Subject]
		if _, known := seen.known[source]; !found && !known {
			missing.names = append(missing.names, fmt.Sprintf("group %q", source.Subject))
			continue
		}
		group.Gone = !found
		seen.saw(source, during, group)
	}
	if len(missing.names) > 0 {
		return missing
	}
	return nil
}

func (w *groupWatcher) describe(ctx context.Context, batch []Source) (map[string]Group, span, error) {
	in := &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: subjects(batch), MaxRecords: aws.Int32(groupNames)}
	groups := map[string]Group{}
	var during span
	for {
		out, page, err := timed(w.env, func() (*autoscaling.DescribeAutoScalingGroupsOutput, error) {
			return w.calls.DescribeAutoScalingGroups(ctx, in)
		})
		if err != nil {
			return nil, during, fmt.Errorf("describe Auto Scaling groups: %w", err)
		}
		during = during.until(page)
		for _, group := range out.AutoScalingGroups {
			groups[aws.ToString(group.AutoScalingGroupName)] = countInstances(group)
		}
		if aws.ToString(out.NextToken) == "" {
			return groups, during, nil
		}
		in.NextToken = out.NextToken
	}
}

func countInstances(group types.AutoScalingGroup) Group {
	count := Group{Desired: int(aws.ToInt32(group.DesiredCapacity)), Instances: len(group.Instances)}
	for _, instance := range group.Instances {
		if instance.LifecycleState != types.LifecycleStateInService {
			continue
		}
		count.InService++
		if aws.ToString(instance.HealthStatus) == "Healthy" {
			count.Healthy++
		}
	}
	return count
}

// subjects returns the names of the sources.
func subjects(sources []Source) []string {
	names := make([]string, len(sources))
	for i, source := range sources {
		names[i] = source.Subject
	}
	return names
}
