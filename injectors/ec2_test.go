package injectors_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"gameday/injectors"
	"gameday/injectors/injectortest"
	"gameday/internal/sandbox"
)

func stateOf(s *injectortest.Stage, id string) types.InstanceStateName {
	out, err := ec2.NewFromConfig(s.AWS()).DescribeInstances(s.Ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	require.NoError(s.T, err)
	return out.Reservations[0].Instances[0].State.Name
}

func stop(s *injectortest.Stage, ids ...string) {
	_, err := ec2.NewFromConfig(s.AWS()).StopInstances(s.Ctx, &ec2.StopInstancesInput{InstanceIds: ids})
	require.NoError(s.T, err)
}

func terminate(s *injectortest.Stage, ids ...string) {
	_, err := ec2.NewFromConfig(s.AWS()).TerminateInstances(s.Ctx, &ec2.TerminateInstancesInput{InstanceIds: ids})
	require.NoError(s.T, err)
}

func TestInstancesThatWereStoppedBeforeAreNotStarted(t *testing.T) {
	injectortest.Play(t, spec(withInstances("a", "b")), 1, func(s *injectortest.Stage) {
		ids := instanceIDs(s)
		stop(s, ids[0])
		s.Sleep(revertTime)
		f := newFault(s, "ec2_stop", map[string]any{"instance_ids": ids})
		plan := injected(s, f)
		require.Equal(s.T, []string{"arn:aws:ec2:eu-west-1:111122223333:instance/" + ids[1]}, plan.Targets)
		require.Equal(s.T, injectors.InstancesTouched{InstanceIDs: ids[1:]}, plan.Outputs)
		require.Equal(s.T, "started "+ids[1], reverted(s, f, plan))
		require.Equal(s.T, types.InstanceStateNameStopped, stateOf(s, ids[0]))
		require.Equal(s.T, types.InstanceStateNameRunning, stateOf(s, ids[1]))
	})
}

func TestAnInstanceThatIsTerminatedMeanwhileIsOnlyNoted(t *testing.T) {
	injectortest.Play(t, spec(withInstances("a", "b")), 1, func(s *injectortest.Stage) {
		ids := instanceIDs(s)
		f := newFault(s, "ec2_stop", map[string]any{"instance_ids": ids, "force": true})
		plan := injected(s, f)
		terminate(s, ids[0])
		require.Equal(s.T, fmt.Sprintf("started %s; %s terminated meanwhile", ids[1], ids[0]), reverted(s, f, plan))
	})
}

func TestAStopThatIsNotVisibleYetIsRevertedAllTheSame(t *testing.T) {
	injectortest.Play(t, spec(withInstances("a", "b", "c")), 1, func(s *injectortest.Stage) {
		f := newFault(s, "ec2_stop", allInstances(s))
		plan := planned(s, f)
		stop(s, instanceIDs(s)...) // as by a process that died right after it
		reverted(s, f, plan)
		for _, id := range instanceIDs(s) {
			require.Equal(s.T, types.InstanceStateNameRunning, stateOf(s, id))
		}
	})
}

func TestNothingToStopIsNoPlan(t *testing.T) {
	injectortest.Play(t, spec(withInstances("a")), 1, func(s *injectortest.Stage) {
		f := newFault(s, "ec2_stop", allInstances(s))
		stop(s, instanceIDs(s)...)
		s.Sleep(revertTime)
		_, err := f.Plan(s.Ctx)
		require.EqualError(s.T, err, "plan to stop instances: none of them is running")
	})
}

func TestInstancesThatAreGoneAreNamed(t *testing.T) {
	for _, kind := range []string{"ec2_stop", "ec2_terminate"} {
		injectortest.Play(t, spec(withInstances("a", "b")), 1, func(s *injectortest.Stage) {
			ids := instanceIDs(s)
			terminate(s, ids[1])
			s.Sleep(revertTime)
			f := newFault(s, kind, map[string]any{"instance_ids": []string{ids[0], ids[1], "i-0123456789abcdef0", ids[1]}})
			_, err := f.Plan(s.Ctx)
			require.ErrorContains(s.T, err, "do not exist in eu-west-1, or not any more: ")
			require.ErrorContains(s.T, err, "i-0123456789abcdef0")
			require.ErrorContains(s.T, err, ids[1])
			require.NotContains(s.T, err.Error(), ids[0])
		})
	}
}

func TestManyInstancesAreTerminatedInCallsOfAThousand(t *testing.T) {
	var many sandbox.Spec
	for n := range 2001 {
		withInstances(fmt.Sprint("web-", n))(&many)
	}
	many.Account, many.Region = account, region
	injectortest.Play(t, many, 1, func(s *injectortest.Stage) {
		ids := instanceIDs(s)
		f := newFault(s, "ec2_terminate", map[string]any{"instance_ids": append(ids, ids...)})
		plan := injected(s, f)
		require.Len(s.T, plan.Targets, 2001, "each once")
		require.IsIncreasing(s.T, plan.Targets)
		require.Equal(s.T, 3, s.Changes())
		s.Sleep(revertTime)
		require.Equal(s.T, types.InstanceStateNameTerminated, stateOf(s, ids[2000]))
	})
}

func resolve(s *injectortest.Stage, attributes map[string]any) []injectors.Resource {
	k, ok := injectors.Standard().FindTarget("ec2_instances")
	require.True(s.T, ok)
	target := k.New(s.Env())
	injectortest.Configure(s.T, target, attributes)
	found, err := target.Resolve(s.Ctx)
	require.NoError(s.T, err)
	return found
}

func TestTagsMatchToTheLetter(t *testing.T) {
	of := spec(withInstances("a"), func(s *sandbox.Spec) {
		s.Instances = append(s.Instances, sandbox.InstanceSpec{Name: "star", Tags: map[string]string{"app": "*"}})
	})
	injectortest.Play(t, of, 1, func(s *injectortest.Stage) {
		require.Len(s.T, resolve(s, map[string]any{"tags": map[string]string{"app": "*"}}), 1)
		require.Empty(s.T, resolve(s, map[string]any{"tags": map[string]string{"app": "check*"}}))
		require.Empty(s.T, resolve(s, map[string]any{"tags": map[string]string{"app": "checkout", "Name": "b"}}))
	})
}

func TestOnlyRunningInstancesAreFoundUnlessOtherStatesAreAskedFor(t *testing.T) {
	injectortest.Play(t, spec(withInstances("a", "b")), 1, func(s *injectortest.Stage) {
		ids := instanceIDs(s)
		stop(s, ids[0])
		s.Sleep(revertTime)
		tags := map[string]string{"app": "checkout"}
		running := resolve(s, map[string]any{"tags": tags})
		require.Equal(s.T, []injectors.Resource{{ID: ids[1], ARN: "arn:aws:ec2:eu-west-1:111122223333:instance/" + ids[1]}}, running)
		require.Len(s.T, resolve(s, map[string]any{"tags": tags, "states": []string{"running", "stopped"}}), 2)
		require.Empty(s.T, resolve(s, map[string]any{"ids": ids[:1]}))
	})
}

func TestMoreIDsThanAFilterTakesAreAskedForInParts(t *testing.T) {
	var many sandbox.Spec
	for n := range 400 {
		withInstances(fmt.Sprint("web-", n))(&many)
	}
	many.Account, many.Region = account, region
	injectortest.Play(t, many, 1, func(s *injectortest.Stage) {
		require.Len(s.T, resolve(s, map[string]any{"ids": instanceIDs(s)}), 400)
	})
}

func TestARNsAreOfTheRegionsPartition(t *testing.T) {
	of := sandbox.Spec{Account: account, Region: "cn-north-1"}
	withInstances("a")(&of)
	injectortest.Play(t, of, 1, func(s *injectortest.Stage) {
		require.Regexp(s.T, "^arn:aws-cn:ec2:cn-north-1:", resolve(s, map[string]any{"ids": instanceIDs(s)})[0].ARN)
	})
}
