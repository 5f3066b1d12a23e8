package sandbox

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/assert"

	"gameday/internal/chance"
)

func fleet(notices, replaces Span) Spec {
	return Spec{Groups: []GroupSpec{{
		Name: "web", Desired: 3, Tags: map[string]string{"app": "checkout"}, NoticesAfter: notices, ReplacesAfter: replaces,
	}}}
}

// theGroup is the group as Auto Scaling describes it.
func theGroup(t *testing.T, ctx context.Context, a *Account) types.AutoScalingGroup {
	out, err := autoscaling.NewFromConfig(a.Config()).DescribeAutoScalingGroups(ctx,
		&autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{"web"}})
	if !assert.NoError(t, err) || !assert.Len(t, out.AutoScalingGroups, 1) {
		return types.AutoScalingGroup{}
	}
	return out.AutoScalingGroups[0]
}

// health is how an instance of the group is: nothing when the group does not list it.
func health(g types.AutoScalingGroup, id string) string {
	for _, i := range g.Instances {
		if *i.InstanceId == id {
			return string(i.LifecycleState) + " " + *i.HealthStatus
		}
	}
	return ""
}

func TestAGroupBeginsWholeAndItsInstancesCarryItsTags(t *testing.T) {
	awake(t, fleet(exactly(time.Minute), exactly(time.Minute)), 1, func(ctx context.Context, a *Account) {
		g := theGroup(t, ctx, a)
		assert.Equal(t, int32(3), *g.DesiredCapacity)
		assert.Len(t, g.Instances, 3)
		for _, i := range g.Instances {
			assert.Equal(t, "InService Healthy", health(g, *i.InstanceId))
		}
		assert.Equal(t, 3.0, a.groupHealthy("web"))
		out, err := ec2.NewFromConfig(a.Config()).DescribeInstances(ctx, &ec2.DescribeInstancesInput{Filters: []ec2types.Filter{
			{Name: aws.String("tag:app"), Values: []string{"checkout"}},
			{Name: aws.String("tag:aws:autoscaling:groupName"), Values: []string{"web"}},
		}})
		assert.NoError(t, err)
		assert.Len(t, out.Reservations, 1, "they were launched together")
		assert.Len(t, out.Reservations[0].Instances, 3)
	})
}

func TestALostInstanceIsNoticedThenReplaced(t *testing.T) {
	lose := map[string]func(context.Context, *ec2.Client, string) error{
		"terminated": func(ctx context.Context, c *ec2.Client, id string) error {
			_, err := c.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
			return err
		},
		"stopped": func(ctx context.Context, c *ec2.Client, id string) error {
			_, err := c.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{id}})
			return err
		},
	}
	for how, lost := range lose {
		t.Run(how, func(t *testing.T) {
			awake(t, fleet(exactly(20*time.Second), exactly(70*time.Second)), 1, func(ctx context.Context, a *Account) {
				c := ec2.NewFromConfig(a.Config())
				id := *theGroup(t, ctx, a).Instances[0].InstanceId
				assert.NoError(t, lost(ctx, c, id))
				at := a.clock.Now().Sub(dawn)
				assert.Equal(t, 3.0, a.groupHealthy("web"), "the group does not know yet")

				noticed := soon(t, ctx, a, time.Hour, func() bool { return a.groupHealthy("web") == 2 })
				assert.InDelta(t, 20, (noticed - at).Seconds(), 0.2)
				assert.Contains(t, health(theGroup(t, ctx, a), id), "Unhealthy")
				soon(t, ctx, a, time.Hour, func() bool { return health(theGroup(t, ctx, a), id) == "" })
				whole := soon(t, ctx, a, time.Hour, func() bool { return a.groupHealthy("web") == 3 })
				assert.InDelta(t, 70, (whole - noticed).Seconds(), 0.3)
				assert.Equal(t, ec2types.InstanceStateNameTerminated, stateNow(t, ctx, c, id), "the group terminates what is stopped")
			})
		})
	}
}

func TestActivitiesTellOfTheReplacement(t *testing.T) {
	awake(t, fleet(exactly(20*time.Second), exactly(70*time.Second)), 1, func(ctx context.Context, a *Account) {
		id := *theGroup(t, ctx, a).Instances[0].InstanceId
		_, err := ec2.NewFromConfig(a.Config()).TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
		assert.NoError(t, err)
		assert.NoError(t, a.clock.Sleep(ctx, 2*time.Minute))
		c := autoscaling.NewFromConfig(a.Config())
		out, err := c.DescribeScalingActivities(ctx, &autoscaling.DescribeScalingActivitiesInput{AutoScalingGroupName: aws.String("web")})
		assert.NoError(t, err)
		assert.Len(t, out.Activities, 5, "three launches at first, a termination and a launch")
		launch, termination := out.Activities[0], out.Activities[1]
		assert.Contains(t, *launch.Cause, "unhealthy instance needing to be replaced")
		assert.Equal(t, "Terminating EC2 instance: "+id, *termination.Description)
		assert.Contains(t, *termination.Cause, "EC2 health check")
		assert.Equal(t, types.ScalingActivityStatusCodeSuccessful, launch.StatusCode)
		assert.InDelta(t, 70, launch.EndTime.Sub(*launch.StartTime).Seconds(), 1)
		assert.Zero(t, launch.EndTime.Nanosecond(), "ends are in whole seconds")

		_, err = c.DescribeScalingActivities(ctx, &autoscaling.DescribeScalingActivitiesInput{AutoScalingGroupName: aws.String("app")})
		assert.Equal(t, "ValidationError", code(err))
	})
}

func TestWhatIsNeverNoticedIsNeverReplaced(t *testing.T) {
	awake(t, fleet(Span{Never: true}, exactly(time.Second)), 1, func(ctx context.Context, a *Account) {
		id := *theGroup(t, ctx, a).Instances[0].InstanceId
		_, err := ec2.NewFromConfig(a.Config()).TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
		assert.NoError(t, err)
		assert.NoError(t, a.clock.Sleep(ctx, 30*time.Minute))
		assert.Equal(t, "InService Healthy", health(theGroup(t, ctx, a), id))
	})
}

func TestWithoutCapacityThereIsNoReplacement(t *testing.T) {
	awake(t, fleet(exactly(time.Second), Span{Never: true}), 1, func(ctx context.Context, a *Account) {
		id := *theGroup(t, ctx, a).Instances[0].InstanceId
		_, err := ec2.NewFromConfig(a.Config()).TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
		assert.NoError(t, err)
		assert.NoError(t, a.clock.Sleep(ctx, 30*time.Minute))
		assert.Len(t, theGroup(t, ctx, a).Instances, 2)
		out, err := autoscaling.NewFromConfig(a.Config()).DescribeScalingActivities(ctx,
			&autoscaling.DescribeScalingActivitiesInput{AutoScalingGroupName: aws.String("web")})
		assert.NoError(t, err)
		assert.Equal(t, types.ScalingActivityStatusCodeFailed, out.Activities[0].StatusCode)
	})
}

func TestAnInstanceThatRunsAgainBeforeItIsMissedStays(t *testing.T) {
	awake(t, fleet(exactly(90*time.Second), exactly(time.Second)), 1, func(ctx context.Context, a *Account) {
		c := ec2.NewFromConfig(a.Config())
		id := *theGroup(t, ctx, a).Instances[0].InstanceId
		_, err := c.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{id}})
		assert.NoError(t, err)
		soon(t, ctx, a, time.Minute, func() bool { return stateNow(t, ctx, c, id) == ec2types.InstanceStateNameStopped })
		_, err = c.StartInstances(ctx, &ec2.StartInstancesInput{InstanceIds: []string{id}})
		assert.NoError(t, err)
		assert.NoError(t, a.clock.Sleep(ctx, 5*time.Minute))
		assert.Equal(t, "InService Healthy", health(theGroup(t, ctx, a), id))
	})
}

func TestASuspendedLaunchIsCaughtUpWithWhenResumed(t *testing.T) {
	awake(t, fleet(exactly(10*time.Second), exactly(30*time.Second)), 1, func(ctx context.Context, a *Account) {
		c := autoscaling.NewFromConfig(a.Config())
		before := a.Snapshot()
		_, err := c.SuspendProcesses(ctx, &autoscaling.SuspendProcessesInput{
			AutoScalingGroupName: aws.String("web"), ScalingProcesses: []string{"Launch"},
		})
		assert.NoError(t, err)
		assert.NotEqual(t, before, a.Snapshot())
		id := *theGroup(t, ctx, a).Instances[0].InstanceId
		_, err = ec2.NewFromConfig(a.Config()).TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
		assert.NoError(t, err)
		assert.NoError(t, a.clock.Sleep(ctx, 10*time.Minute))
		g := theGroup(t, ctx, a)
		assert.Len(t, g.Instances, 2)
		assert.Equal(t, "Launch", *g.SuspendedProcesses[0].ProcessName)

		_, err = c.ResumeProcesses(ctx, &autoscaling.ResumeProcessesInput{AutoScalingGroupName: aws.String("web")})
		assert.NoError(t, err)
		assert.NoError(t, a.clock.Sleep(ctx, 31*time.Second))
		assert.Equal(t, 3.0, a.groupHealthy("web"))
		assert.Empty(t, theGroup(t, ctx, a).SuspendedProcesses)
	})
}

func TestTheDesiredCapacityIsFollowed(t *testing.T) {
	awake(t, fleet(exactly(10*time.Second), exactly(30*time.Second)), 1, func(ctx context.Context, a *Account) {
		c := autoscaling.NewFromConfig(a.Config())
		want := func(n int32) error {
			_, err := c.SetDesiredCapacity(ctx, &autoscaling.SetDesiredCapacityInput{
				AutoScalingGroupName: aws.String("web"), DesiredCapacity: aws.Int32(n),
			})
			return err
		}
		assert.NoError(t, want(5))
		assert.Equal(t, 3.0, a.groupHealthy("web"), "new instances are pending")
		assert.NoError(t, a.clock.Sleep(ctx, 31*time.Second))
		assert.Equal(t, 5.0, a.groupHealthy("web"))
		assert.NoError(t, want(1))
		assert.NoError(t, a.clock.Sleep(ctx, 31*time.Second))
		assert.Len(t, theGroup(t, ctx, a).Instances, 1)
		assert.Equal(t, "ValidationError", code(want(7)))
	})
}

func TestGroupsAndTheirInstancesComeInPages(t *testing.T) {
	spec := Spec{}
	for _, name := range []string{"c", "a", "b"} {
		spec.Groups = append(spec.Groups, GroupSpec{Name: name, Desired: 2})
	}
	awake(t, spec, 1, func(ctx context.Context, a *Account) {
		a.LimitPages(1)
		c := autoscaling.NewFromConfig(a.Config())
		var names []string
		for p := autoscaling.NewDescribeAutoScalingGroupsPaginator(c, &autoscaling.DescribeAutoScalingGroupsInput{}); p.HasMorePages(); {
			out, err := p.NextPage(ctx)
			if !assert.NoError(t, err) {
				return
			}
			names = append(names, *out.AutoScalingGroups[0].AutoScalingGroupName)
		}
		assert.Equal(t, []string{"a", "b", "c"}, names)
		instances := 0
		for p := autoscaling.NewDescribeAutoScalingInstancesPaginator(c, &autoscaling.DescribeAutoScalingInstancesInput{}); p.HasMorePages(); {
			out, err := p.NextPage(ctx)
			if !assert.NoError(t, err) {
				return
			}
			instances += len(out.AutoScalingInstances)
		}
		assert.Equal(t, 6, instances)
	})
}

func TestTheSameSeedReplacesAtTheSameMomentAndAnotherDoesNot(t *testing.T) {
	replaced := func(seed chance.Seed) (whole time.Duration) {
		awake(t, fleet(between(15*time.Second, 30*time.Second), between(60*time.Second, 90*time.Second)), seed, func(ctx context.Context, a *Account) {
			var ids []string
			for _, i := range theGroup(t, ctx, a).Instances {
				ids = append(ids, *i.InstanceId)
			}
			_, err := ec2.NewFromConfig(a.Config()).TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: ids})
			assert.NoError(t, err)
			soon(t, ctx, a, time.Hour, func() bool { return a.groupHealthy("web") == 0 })
			whole = soon(t, ctx, a, time.Hour, func() bool { return a.groupHealthy("web") == 3 })
		})
		return whole
	}
	assert.Equal(t, replaced(1), replaced(1))
	assert.NotEqual(t, replaced(1), replaced(2))
	assert.GreaterOrEqual(t, replaced(3), 75*time.Second)
	assert.LessOrEqual(t, replaced(3), 122*time.Second)
}

func TestAReplacementThatIsLostOnItsWayIsReplacedToo(t *testing.T) {
	awake(t, fleet(exactly(10*time.Second), exactly(60*time.Second)), 1, func(ctx context.Context, a *Account) {
		c := ec2.NewFromConfig(a.Config())
		terminate := func(id string) {
			_, err := c.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
			assert.NoError(t, err)
		}
		terminate(*theGroup(t, ctx, a).Instances[0].InstanceId)
		pending := ""
		noticed := soon(t, ctx, a, time.Minute, func() bool {
			for _, i := range theGroup(t, ctx, a).Instances {
				if i.LifecycleState == types.LifecycleStatePending {
					pending = *i.InstanceId
				}
			}
			return pending != ""
		})
		terminate(pending)
		whole := soon(t, ctx, a, time.Hour, func() bool { return a.groupHealthy("web") == 3 })
		assert.InDelta(t, 120, (whole - noticed).Seconds(), 0.5, "the loss shows when it should have been in service")
		assert.Empty(t, health(theGroup(t, ctx, a), pending))
		out, err := autoscaling.NewFromConfig(a.Config()).DescribeScalingActivities(ctx, &autoscaling.DescribeScalingActivitiesInput{
			AutoScalingGroupName: aws.String("web"), Filters: []types.Filter{{Name: aws.String("Status"), Values: []string{"Failed"}}},
		})
		assert.NoError(t, err)
		assert.Len(t, out.Activities, 1)
		assert.Contains(t, *out.Activities[0].Description, pending)
	})
}

func TestGroupsAndActivitiesAreFiltered(t *testing.T) {
	spec := fleet(exactly(time.Second), exactly(time.Second))
	spec.Groups = append(spec.Groups, GroupSpec{Name: "search", Desired: 1, Tags: map[string]string{"app": "search"}})
	awake(t, spec, 1, func(ctx context.Context, a *Account) {
		c := autoscaling.NewFromConfig(a.Config())
		groups := func(name string, values ...string) (names []string, failed string) {
			out, err := c.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{
				Filters: []types.Filter{{Name: aws.String(name), Values: values}},
			})
			if err != nil {
				return nil, code(err)
			}
			for _, g := range out.AutoScalingGroups {
				names = append(names, *g.AutoScalingGroupName)
			}
			return names, ""
		}
		for _, row := range []struct {
			name, value string
			names       []string
			failed      string
		}{
			{"tag:app", "checkout", []string{"web"}, ""},
			{"tag:app", "check*", nil, ""},
			{"tag-key", "app", []string{"search", "web"}, ""},
			{"tag-value", "search", []string{"search"}, ""},
			{"colour", "red", nil, "ValidationError"},
		} {
			names, failed := groups(row.name, row.value)
			assert.Equal(t, row.names, names, row.name)
			assert.Equal(t, row.failed, failed, row.name)
		}
		activities := func(name, value string) int {
			out, err := c.DescribeScalingActivities(ctx, &autoscaling.DescribeScalingActivitiesInput{
				Filters: []types.Filter{{Name: aws.String(name), Values: []string{value}}},
			})
			assert.NoError(t, err)
			return len(out.Activities)
		}
		assert.Equal(t, 4, activities("StartTimeUpperBound", dawn.Format(time.RFC3339)))
		assert.Equal(t, 0, activities("StartTimeLowerBound", dawn.Format(time.RFC3339)))
	})
}
