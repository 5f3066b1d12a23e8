package wiretest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/wiretest"
)

// fleet is instances in an emulator.
type fleet struct {
	t   *testing.T
	ec2 *ec2.Client
}

// launch starts instances with a tag, and returns their ids.
func (f *fleet) launch(count int32, app string) []string {
	f.t.Helper()
	images, err := f.ec2.DescribeImages(f.t.Context(), &ec2.DescribeImagesInput{Owners: []string{"amazon"}})
	require.NoError(f.t, err)
	require.NotEmpty(f.t, images.Images)
	out, err := f.ec2.RunInstances(f.t.Context(), &ec2.RunInstancesInput{
		ImageId: images.Images[0].ImageId, MinCount: &count, MaxCount: &count, InstanceType: ec2types.InstanceTypeT3Micro,
		TagSpecifications: []ec2types.TagSpecification{{
			ResourceType: ec2types.ResourceTypeInstance,
			Tags:         []ec2types.Tag{{Key: aws.String("app"), Value: &app}},
		}},
	})
	require.NoError(f.t, err)
	var ids []string
	for _, i := range out.Instances {
		ids = append(ids, aws.ToString(i.InstanceId))
	}
	return ids
}

// states returns the state of every instance.
func (f *fleet) states() map[string]ec2types.InstanceStateName {
	f.t.Helper()
	out, err := f.ec2.DescribeInstances(f.t.Context(), &ec2.DescribeInstancesInput{})
	require.NoError(f.t, err)
	states := map[string]ec2types.InstanceStateName{}
	for _, r := range out.Reservations {
		for _, i := range r.Instances {
			states[aws.ToString(i.InstanceId)] = i.State.Name
		}
	}
	return states
}

func TestStoppedInstancesAreSeenAndStartedAgain(t *testing.T) {
	t.Parallel()
	endpoint := wiretest.StartMoto(t)
	f := &fleet{t: t, ec2: ec2.NewFromConfig(bare(endpoint))}
	wire := startProxy(t, endpoint)
	f.launch(3, "checkout")
	f.launch(1, "billing")
	asleep := f.launch(1, "checkout")
	_, err := f.ec2.StopInstances(t.Context(), &ec2.StopInstancesInput{InstanceIds: asleep})
	require.NoError(t, err)
	before := f.states()
	require.Len(t, before, 5)

	d := newDesk(t, fmt.Sprintf(`scenario "stop" {}

aws {
  region       = "us-east-1"
  accounts     = [%q]
  endpoint_url = %q
}

target "ec2_instances" "fleet" {
  tags = { app = "checkout" }
}

inject "ec2_stop" "stop" {
  instance_ids = target.fleet.ids
}

assert "ec2_instances" "down" {
  instance_ids = target.fleet.ids
  state        = "stopped"
  within       = "10s"
}

assert "ec2_instances" "back" {
  instance_ids = target.fleet.ids
  state        = "running"
  since        = inject.stop.reverted
  within       = "20s"
}
`, accountOf(t, endpoint), wire.endpoint))
	begun := time.Now()
	d.start("run", "wire.hcl", "--yes", "--tick", "1s").exits(0, time.Minute)
	t.Logf("the run took %s", time.Since(begun).Round(time.Millisecond))

	summary := d.summary()
	require.Equal(t, experiments.Passed, summary.Verdict)
	require.Len(t, summary.Faults[0].Targets, 3)
	require.Equal(t, experiments.RevertedYes, summary.Faults[0].Reverted)
	require.Equal(t, "3 of 3 stopped", summary.Assertions[0].Observed)
	require.Equal(t, before, f.states())
	require.Len(t, wire.seen("StopInstances"), 1)
	require.Len(t, wire.seen("StartInstances"), 1)
}
