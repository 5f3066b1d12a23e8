package injectors

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// idsPerCall is how many instances one call of EC2 takes at most.
const idsPerCall = 1000

type terminatesInstances interface {
	describesInstances
	TerminateInstances(context.Context, *ec2.TerminateInstancesInput, ...func(*ec2.Options)) (*ec2.TerminateInstancesOutput, error)
}

// ec2Terminate ends instances for good:
//
//	running ──TerminateInstances──► shutting-down ──► terminated ──► forgotten after an hour
type ec2Terminate struct {
	InstanceIDs []string `hcl:"instance_ids" doc:"the instances to terminate"`

	ec2    terminatesInstances
	region string
}

// InstancesTouched are the outputs of the EC2 faults.
type InstancesTouched struct {
	InstanceIDs []string `cty:"instance_ids" json:"instance_ids" doc:"the instances"`
}

type instancesBefore struct {
	InstanceIDs []string `json:"instance_ids"` // those to touch, sorted
}

func ec2TerminateKind() Kind {
	return Kind{
		Name:         "ec2_terminate",
		Summary:      "terminates EC2 instances",
		Example:      "instance_ids = target.half_the_fleet.ids",
		Irreversible: true,
		Permissions:  []string{"ec2:DescribeInstances", "ec2:TerminateInstances"},
		Outputs:      InstancesTouched{},
		New: func(env Env) Injector {
			return &ec2Terminate{ec2: ec2.NewFromConfig(env.AWS), region: env.AWS.Region}
		},
	}
}

// Problems finds ids that are none.
func (f *ec2Terminate) Problems() []Problem { return touchProblems(f.InstanceIDs) }

func touchProblems(instanceIDs []string) []Problem {
	if len(instanceIDs) == 0 {
		return []Problem{{
			Attribute: "instance_ids", Summary: "No instance is named",
			Detail: "A fault that touches nothing proves nothing.",
		}}
	}
	return instanceIDProblems("instance_ids", instanceIDs)
}

// Plan checks that every instance is there to be terminated.
func (f *ec2Terminate) Plan(ctx context.Context) (Plan, error) {
	found, err := liveInstances(ctx, f.ec2, f.region, f.InstanceIDs)
	if err != nil {
		return Plan{}, fmt.Errorf("plan to terminate instances: %w", err)
	}
	return newPlan(arnsOf(found), instancesBefore{idsOf(found)}, InstancesTouched{idsOf(found)})
}

// Inject returns once AWS has accepted every termination.
func (f *ec2Terminate) Inject(ctx context.Context, p Plan) error {
	var before instancesBefore
	if err := p.recall(&before); err != nil {
		return err
	}
	for batch := range slices.Chunk(before.InstanceIDs, idsPerCall) {
		if err := going(ctx); err != nil {
			return err
		}
		if _, err := f.ec2.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: batch}); err != nil {
			return fmt.Errorf("terminate instances: %w", err)
		}
	}
	return nil
}

// Revert touches nothing: what is terminated stays so.
func (f *ec2Terminate) Revert(context.Context, Plan) (string, error) {
	return "terminated instances do not come back", nil
}
