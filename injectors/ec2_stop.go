package injectors

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gameday/internal/clock"
)

const (
	// instancePause is the time between two looks at instances that change their state.
	instancePause = 5 * time.Second
	// stopPatience is how long a revert waits for instances: to stop takes one that does not answer many minutes.
	stopPatience = 15 * time.Minute
)

type stopsInstances interface {
	describesInstances
	StopInstances(context.Context, *ec2.StopInstancesInput, ...func(*ec2.Options)) (*ec2.StopInstancesOutput, error)
	StartInstances(context.Context, *ec2.StartInstancesInput, ...func(*ec2.Options)) (*ec2.StartInstancesOutput, error)
}

// ec2Stop stops instances and starts those again that were running:
//
//	inject   running ──StopInstances──► stopping ──► stopped
//	revert   running ◄── pending ◄──StartInstances── stopped
type ec2Stop struct {
	InstanceIDs []string `hcl:"instance_ids" doc:"the instances to stop"`
	Force       bool     `hcl:"force,optional" doc:"do not let their systems shut down in order"`

	ec2    stopsInstances
	env    Env
	region string
}

func ec2StopKind() Kind {
	return Kind{
		Name:        "ec2_stop",
		Summary:     "stops EC2 instances; revert starts those that were running",
		Example:     "instance_ids = target.half_the_fleet.ids\nforce        = false",
		Permissions: []string{"ec2:DescribeInstances", "ec2:StopInstances", "ec2:StartInstances"},
		Reverting:   []string{"ec2:StartInstances"},
		Outputs:     InstancesTouched{},
		New: func(env Env) Injector {
			return &ec2Stop{ec2: ec2.NewFromConfig(env.AWS), env: env, region: env.AWS.Region}
		},
	}
}

// Problems finds ids that are none.
func (f *ec2Stop) Problems() []Problem { return touchProblems(f.InstanceIDs) }

// Plan takes those of the instances that run: the others are neither stopped nor, later, started.
func (f *ec2Stop) Plan(ctx context.Context) (Plan, error) {
	found, err := liveInstances(ctx, f.ec2, f.region, f.InstanceIDs)
	if err != nil {
		return Plan{}, fmt.Errorf("plan to stop instances: %w", err)
	}
	var running []instance
	for _, i := range found {
		if i.root == types.DeviceTypeInstanceStore {
			return Plan{}, fmt.Errorf("plan to stop instances: %s has an instance store for its root and cannot be stopped", i.id)
		}
		if i.state == types.InstanceStateNameRunning {
			running = append(running, i)
		}
	}
	if len(running) == 0 {
		return Plan{}, errors.New("plan to stop instances: none of them is running")
	}
	return newPlan(arnsOf(running), instancesBefore{idsOf(running)}, InstancesTouched{idsOf(running)})
}

// Inject returns once AWS has accepted every stop.
func (f *ec2Stop) Inject(ctx context.Context, p Plan) error {
	var before instancesBefore
	if err := p.recall(&before); err != nil {
		return err
	}
	for batch := range slices.Chunk(before.InstanceIDs, idsPerCall) {
		if err := going(ctx); err != nil {
			return err
		}
		in := &ec2.StopInstancesInput{InstanceIds: batch}
		if f.Force {
			in.Force = aws.Bool(true)
		}
		if _, err := f.ec2.StopInstances(ctx, in); err != nil {
			return fmt.Errorf("stop instances: %w", err)
		}
	}
	return nil
}

// Revert starts what was running and is stopped, as soon as it is stopped, and waits until it runs. An instance that
// somebody terminated meanwhile is none of its business.
func (f *ec2Stop) Revert(ctx context.Context, p Plan) (string, error) {
	var before instancesBefore
	if err := p.recall(&before); err != nil {
		return "", err
	}
	r := starting{api: f.ec2, region: f.region, wanted: before.InstanceIDs}
	done, err := f.env.await(ctx, instancePause, stopPatience, func() (bool, error) { return r.step(ctx) })
	if err != nil {
		return "", fmt.Errorf("start instances: %w", err)
	}
	if !done {
		return "", &LeftoverError{Left: r.left, Why: r.why()}
	}
	return r.note(), nil
}

// starting is a revert under way.
type starting struct {
	api    stopsInstances
	region string
	wanted []string // ids

	calm    int      // how many looks in a row found nothing left to do
	started []string // ids
	gone    []string // ids
	left    []string // ARNs and states
	refused error    // why the last start was refused, if it was for a reason that may pass
}

// step looks once and starts what is stopped. Two looks in a row must find everything running: right after a stop, EC2
// may still show what was true before it.
func (r *starting) step(ctx context.Context) (done bool, err error) {
	found, err := instancesByID(ctx, r.api, r.region, r.wanted)
	if err != nil {
		return false, err
	}
	r.left, r.gone = nil, slices.Clone(r.wanted)
	var stopped []string
	for _, i := range found {
		if i.gone() {
			continue
		}
		r.gone = slices.DeleteFunc(r.gone, func(id string) bool { return id == i.id })
		if i.state == types.InstanceStateNameStopped {
			stopped = append(stopped, i.id)
		}
		if i.state != types.InstanceStateNameRunning {
			r.left = append(r.left, i.arn+" ("+string(i.state)+")")
		}
	}
	if len(r.left) > 0 {
		r.calm = 0
		return false, r.start(ctx, stopped)
	}
	r.calm++
	return r.calm == 2 || len(r.gone) == len(r.wanted), nil
}

func (r *starting) start(ctx context.Context, stopped []string) error {
	r.refused = nil
	for batch := range slices.Chunk(stopped, idsPerCall) {
		_, err := r.api.StartInstances(ctx, &ec2.StartInstancesInput{InstanceIds: batch})
		switch {
		// Both may pass: a state that was stale, or capacity that comes back.
		case isCode(err, "IncorrectInstanceState", "InsufficientInstanceCapacity", "InvalidInstanceID.NotFound"):
			r.refused = err
		case err != nil:
			return err
		default:
			r.started = unique(append(r.started, batch...))
		}
	}
	return nil
}

func (r *starting) why() string {
	if r.refused != nil {
		return "start instances: " + r.refused.Error()
	}
	return fmt.Sprintf("start instances: not running after %s", clock.Short(stopPatience))
}

func (r *starting) note() string {
	var notes []string
	if len(r.started) > 0 {
		notes = append(notes, "started "+strings.Join(r.started, ", "))
	}
	if len(r.gone) > 0 {
		notes = append(notes, strings.Join(r.gone, ", ")+" terminated meanwhile")
	}
	return strings.Join(notes, "; ")
}
