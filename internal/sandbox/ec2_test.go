package sandbox

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/assert"
)

func machines(n int) Spec {
	spec := Spec{}
	for i := range n {
		spec.Instances = append(spec.Instances, InstanceSpec{
			Name: fmt.Sprint("m", i), Tags: map[string]string{"app": []string{"checkout", "search"}[i%2]},
		})
	}
	return spec
}

// stateNow is the state of one instance that a description shows.
func stateNow(t *testing.T, ctx context.Context, c *ec2.Client, id string) types.InstanceStateName {
	out, err := c.DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	if !assert.NoError(t, err) {
		return ""
	}
	return out.Reservations[0].Instances[0].State.Name
}

func TestAnInstanceHasWhatEC2Tells(t *testing.T) {
	awake(t, machines(1), 1, func(ctx context.Context, a *Account) {
		out, err := ec2.NewFromConfig(a.Config()).DescribeInstances(ctx, &ec2.DescribeInstancesInput{})
		assert.NoError(t, err)
		assert.Equal(t, "111122223333", *out.Reservations[0].OwnerId)
		i := out.Reservations[0].Instances[0]
		assert.Regexp(t, "^i-[0-9a-f]{17}$", *i.InstanceId)
		assert.Equal(t, instanceID("ec2_instance.m0"), *i.InstanceId)
		assert.Equal(t, int32(16), *i.State.Code)
		assert.NotEmpty(t, *i.PrivateIpAddress)
		assert.Equal(t, dawn.Add(-age), *i.LaunchTime)
		assert.Equal(t, []string{"Name=m0", "app=checkout"}, []string{
			*i.Tags[0].Key + "=" + *i.Tags[0].Value, *i.Tags[1].Key + "=" + *i.Tags[1].Value,
		})
	})
}

func TestATerminatedInstanceShutsDownIsShownLateAndVanishesAfterAnHour(t *testing.T) {
	awake(t, machines(2), 1, func(ctx context.Context, a *Account) {
		c, id := ec2.NewFromConfig(a.Config()), instanceID("ec2_instance.m0")
		out, err := c.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
		assert.NoError(t, err)
		assert.Equal(t, types.InstanceStateNameRunning, out.TerminatingInstances[0].PreviousState.Name)
		assert.Equal(t, types.InstanceStateNameShuttingDown, out.TerminatingInstances[0].CurrentState.Name)

		seen := map[types.InstanceStateName]time.Duration{}
		soon(t, ctx, a, time.Minute, func() bool {
			state := stateNow(t, ctx, c, id)
			if seen[state] == 0 {
				seen[state] = a.clock.Now().Sub(dawn)
			}
			return state == types.InstanceStateNameTerminated
		})
		assert.Less(t, seen[types.InstanceStateNameShuttingDown], 1200*time.Millisecond)
		assert.Contains(t, seen, types.InstanceStateNameRunning, "the change is shown late")
		assert.GreaterOrEqual(t, seen[types.InstanceStateNameTerminated], 5*time.Second)
		assert.LessOrEqual(t, seen[types.InstanceStateNameTerminated], 22*time.Second)

		again, err := c.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
		assert.NoError(t, err, "terminating is idempotent")
		assert.Equal(t, types.InstanceStateNameTerminated, again.TerminatingInstances[0].PreviousState.Name)

		assert.NoError(t, a.clock.Sleep(ctx, 59*time.Minute))
		assert.Equal(t, types.InstanceStateNameTerminated, stateNow(t, ctx, c, id))
		assert.NoError(t, a.clock.Sleep(ctx, 2*time.Minute))
		_, err = c.DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{id, instanceID("ec2_instance.m1")}})
		assert.Equal(t, "InvalidInstanceID.NotFound", code(err), "one unknown id fails the whole call")
	})
}

func TestAStoppedInstanceCanBeStartedOnceItHasStopped(t *testing.T) {
	awake(t, machines(1), 7, func(ctx context.Context, a *Account) {
		c, id := ec2.NewFromConfig(a.Config()), instanceID("ec2_instance.m0")
		before := a.Snapshot()
		_, err := c.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{id}})
		assert.NoError(t, err)
		_, err = c.StartInstances(ctx, &ec2.StartInstancesInput{InstanceIds: []string{id}})
		assert.Equal(t, "IncorrectInstanceState", code(err))

		stopped := soon(t, ctx, a, time.Minute, func() bool { return stateNow(t, ctx, c, id) == types.InstanceStateNameStopped })
		assert.GreaterOrEqual(t, stopped, 10*time.Second)
		assert.LessOrEqual(t, stopped, 42*time.Second)
		assert.NotEqual(t, before, a.Snapshot())

		_, err = c.StartInstances(ctx, &ec2.StartInstancesInput{InstanceIds: []string{id}})
		assert.NoError(t, err)
		running := soon(t, ctx, a, 2*time.Minute, func() bool { return stateNow(t, ctx, c, id) == types.InstanceStateNameRunning })
		assert.GreaterOrEqual(t, running-stopped, 5*time.Second)
		assert.LessOrEqual(t, running-stopped, 22*time.Second)
		assert.Equal(t, before, a.Snapshot())
	})
}

func TestNothingIsChangedWhenOneInstanceDoesNotAllowIt(t *testing.T) {
	awake(t, machines(2), 1, func(ctx context.Context, a *Account) {
		c := ec2.NewFromConfig(a.Config())
		first, second := instanceID("ec2_instance.m0"), instanceID("ec2_instance.m1")
		_, err := c.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{first}})
		assert.NoError(t, err)
		before := a.Snapshot()
		_, err = c.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{second, first}})
		assert.Equal(t, "IncorrectInstanceState", code(err))
		_, err = c.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{second, "i-00000000000000000"}})
		assert.Equal(t, "InvalidInstanceID.NotFound", code(err))
		_, err = c.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{second}, DryRun: aws.Bool(true)})
		assert.Equal(t, "DryRunOperation", code(err))
		_, err = c.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: make([]string, 1001)})
		assert.Equal(t, "InvalidParameterValue", code(err))
		_, err = c.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{"web-1"}})
		assert.Equal(t, "InvalidInstanceID.Malformed", code(err))
		assert.Equal(t, before, a.Snapshot())
	})
}

func TestInstancesComeInPages(t *testing.T) {
	awake(t, machines(12), 1, func(ctx context.Context, a *Account) {
		c := ec2.NewFromConfig(a.Config())
		count := func(in *ec2.DescribeInstancesInput) (ids map[string]bool, pages int) {
			ids = map[string]bool{}
			for p := ec2.NewDescribeInstancesPaginator(c, in); p.HasMorePages(); pages++ {
				out, err := p.NextPage(ctx)
				if !assert.NoError(t, err) {
					return ids, pages
				}
				for _, r := range out.Reservations {
					for _, i := range r.Instances {
						ids[*i.InstanceId] = true
					}
				}
			}
			return ids, pages
		}
		ids, pages := count(&ec2.DescribeInstancesInput{MaxResults: aws.Int32(5)})
		assert.Len(t, ids, 12)
		assert.Equal(t, 3, pages)
		a.LimitPages(2)
		ids, pages = count(&ec2.DescribeInstancesInput{})
		assert.Len(t, ids, 12)
		assert.Equal(t, 6, pages, "AWS may return less than everything although nobody asked for pages")

		_, err := c.DescribeInstances(ctx, &ec2.DescribeInstancesInput{MaxResults: aws.Int32(4)})
		assert.Equal(t, "InvalidParameterValue", code(err))
		_, err = c.DescribeInstances(ctx, &ec2.DescribeInstancesInput{
			MaxResults: aws.Int32(5), InstanceIds: []string{instanceID("ec2_instance.m0")},
		})
		assert.Equal(t, "InvalidParameterCombination", code(err))
	})
}

func TestFiltersNarrowInstances(t *testing.T) {
	awake(t, machines(4), 1, func(ctx context.Context, a *Account) {
		c := ec2.NewFromConfig(a.Config())
		find := func(filters ...types.Filter) (n int, failed string) {
			out, err := c.DescribeInstances(ctx, &ec2.DescribeInstancesInput{Filters: filters})
			if err != nil {
				return 0, code(err)
			}
			for _, r := range out.Reservations {
				n += len(r.Instances)
			}
			return n, ""
		}
		by := func(name string, values ...string) types.Filter {
			return types.Filter{Name: aws.String(name), Values: values}
		}
		for _, row := range []struct {
			filters []types.Filter
			found   int
			failed  string
		}{
			{[]types.Filter{by("tag:app", "checkout")}, 2, ""},
			{[]types.Filter{by("tag:app", "CHECKOUT")}, 0, ""},
			{[]types.Filter{by("tag:app", "check*", "s?arch")}, 4, ""},
			{[]types.Filter{by("tag:app", `check\*`)}, 0, ""},
			{[]types.Filter{by("tag:app", "checkout"), by("tag:Name", "m1")}, 0, ""},
			{[]types.Filter{by("tag-key", "app")}, 4, ""},
			{[]types.Filter{by("tag:team", "*")}, 0, ""},
			{[]types.Filter{by("instance-state-name", "running", "pending")}, 4, ""},
			{[]types.Filter{by("instance-state-name", "stopped")}, 0, ""},
			{[]types.Filter{by("instance-id", instanceID("ec2_instance.m3"))}, 1, ""},
			{[]types.Filter{by("instance-id", make([]string, 201)...)}, 0, "FilterLimitExceeded"},
			{[]types.Filter{by("favourite-colour", "red")}, 0, "InvalidParameterValue"},
		} {
			n, failed := find(row.filters...)
			assert.Equal(t, row.found, n, "%v", *row.filters[0].Name)
			assert.Equal(t, row.failed, failed, "%v", *row.filters[0].Name)
		}
	})
}

func TestOnlyRunningInstancesHaveAStatusUnlessAllAreAskedFor(t *testing.T) {
	awake(t, machines(2), 1, func(ctx context.Context, a *Account) {
		c := ec2.NewFromConfig(a.Config())
		_, err := c.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{instanceID("ec2_instance.m0")}})
		assert.NoError(t, err)
		assert.NoError(t, a.clock.Sleep(ctx, time.Minute))
		some, err := c.DescribeInstanceStatus(ctx, &ec2.DescribeInstanceStatusInput{})
		assert.NoError(t, err)
		assert.Len(t, some.InstanceStatuses, 1)
		assert.Equal(t, types.SummaryStatusOk, some.InstanceStatuses[0].InstanceStatus.Status)
		all, err := c.DescribeInstanceStatus(ctx, &ec2.DescribeInstanceStatusInput{IncludeAllInstances: aws.Bool(true)})
		assert.NoError(t, err)
		assert.Len(t, all.InstanceStatuses, 2)
	})
}
