package sandbox

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go"
)

// mostInstances is how many instances one call may change.
const mostInstances = 1000

func (s *instances) terminate(_ context.Context, in *ec2.TerminateInstancesInput) (*ec2.TerminateInstancesOutput, error) {
	changes, err := s.change(in.InstanceIds, in.DryRun, func(*instance) error { return nil }, s.end)
	return &ec2.TerminateInstancesOutput{TerminatingInstances: changes}, err
}

func (s *instances) stop(_ context.Context, in *ec2.StopInstancesInput) (*ec2.StopInstancesOutput, error) {
	span := between(10*time.Second, 40*time.Second)
	if aws.ToBool(in.Force) {
		span = between(10*time.Second, 15*time.Second)
	}
	changes, err := s.change(in.InstanceIds, in.DryRun, s.stoppable, func(i *instance) { s.halt(i, span) })
	return &ec2.StopInstancesOutput{StoppingInstances: changes}, err
}

func (s *instances) start(_ context.Context, in *ec2.StartInstancesInput) (*ec2.StartInstancesOutput, error) {
	changes, err := s.change(in.InstanceIds, in.DryRun, s.startable, s.boot)
	return &ec2.StartInstancesOutput{StartingInstances: changes}, err
}

// change does one thing to all instances, or nothing at all when one of them does not allow it.
func (s *instances) change(ids []string, dryRun *bool, allowed func(*instance) error, do func(*instance)) ([]types.InstanceStateChange, error) {
	found, err := s.pick(ids)
	if err != nil {
		return nil, err
	}
	if aws.ToBool(dryRun) {
		return nil, dryRunSucceeded()
	}
	for _, i := range found {
		if err := allowed(i); err != nil {
			return nil, err
		}
	}
	changes := make([]types.InstanceStateChange, 0, len(found))
	for _, i := range found {
		previous := s.state(i)
		do(i)
		changes = append(changes, types.InstanceStateChange{
			InstanceId: aws.String(i.id), PreviousState: stateOf(previous), CurrentState: stateOf(s.state(i)),
		})
	}
	return changes, nil
}

// pick returns the instances of these ids, each once, that are truly there.
func (s *instances) pick(ids []string) ([]*instance, error) {
	if len(ids) == 0 {
		return nil, failure("MissingParameter", "The request must contain the parameter InstanceId")
	}
	if len(ids) > mostInstances {
		return nil, failure("InvalidParameterValue", fmt.Sprintf("At most %d instances can be changed by one call, got %d", mostInstances, len(ids)))
	}
	return s.find(ids, func(i *instance) bool {
		last := i.states[len(i.states)-1]
		return last.state != types.InstanceStateNameTerminated || s.account.clock.Now().Sub(last.at) <= remembered
	})
}

// find returns the instances of these ids, each once, or the error of the whole call.
func (s *instances) find(ids []string, there func(*instance) bool) ([]*instance, error) {
	found := make([]*instance, 0, len(ids))
	seen := map[string]bool{}
	var missing []string
	for _, id := range ids {
		if !strings.HasPrefix(id, "i-") || strings.Trim(id[2:], "0123456789abcdef") != "" || len(id) < 10 {
			return nil, failure("InvalidInstanceID.Malformed", fmt.Sprintf("Invalid id: %q", id))
		}
		i, known := s.byID[id]
		switch {
		case seen[id]:
		case !known || !there(i):
			missing = append(missing, id)
		default:
			found = append(found, i)
		}
		seen[id] = true
	}
	if len(missing) == 1 {
		return nil, failure("InvalidInstanceID.NotFound", fmt.Sprintf("The instance ID '%s' does not exist", missing[0]))
	}
	if len(missing) > 1 {
		return nil, failure("InvalidInstanceID.NotFound", fmt.Sprintf("The instance IDs '%s' do not exist", strings.Join(missing, ", ")))
	}
	return found, nil
}

// end terminates an instance; one that is terminating goes on doing so.
func (s *instances) end(i *instance) {
	previous := s.state(i)
	if previous == types.InstanceStateNameShuttingDown || previous == types.InstanceStateNameTerminated {
		return
	}
	i.forget(s.account.clock.Now())
	s.becomes(i, types.InstanceStateNameShuttingDown, 0)
	s.becomes(i, types.InstanceStateNameTerminated,
		s.takes(i, types.InstanceStateNameShuttingDown, between(5*time.Second, 20*time.Second)))
	s.lost(i.id)
}

func (s *instances) stoppable(i *instance) error {
	switch s.state(i) {
	case types.InstanceStateNameRunning, types.InstanceStateNameStopping, types.InstanceStateNameStopped:
		return nil
	}
	return failure("IncorrectInstanceState", fmt.Sprintf("The instance '%s' is not in a state from which it can be stopped.", i.id))
}

func (s *instances) halt(i *instance, span Span) {
	if s.state(i) != types.InstanceStateNameRunning {
		return
	}
	i.forget(s.account.clock.Now())
	s.becomes(i, types.InstanceStateNameStopping, 0)
	s.becomes(i, types.InstanceStateNameStopped, s.takes(i, types.InstanceStateNameStopping, span))
	s.lost(i.id)
}

func (s *instances) startable(i *instance) error {
	switch s.state(i) {
	case types.InstanceStateNameStopped, types.InstanceStateNamePending, types.InstanceStateNameRunning:
		return nil
	}
	return failure("IncorrectInstanceState", fmt.Sprintf("The instance '%s' is not in a state from which it can be started.", i.id))
}

func (s *instances) boot(i *instance) {
	if s.state(i) != types.InstanceStateNameStopped {
		return
	}
	i.launched = s.account.clock.Now()
	i.forget(i.launched)
	s.becomes(i, types.InstanceStateNamePending, 0)
	s.becomes(i, types.InstanceStateNameRunning,
		s.takes(i, types.InstanceStateNamePending, between(5*time.Second, 20*time.Second)))
}

// dryRunSucceeded is how EC2 says that the caller may do what it asked about: with an error.
func dryRunSucceeded() error {
	return &fault{status: http.StatusPreconditionFailed, GenericAPIError: smithy.GenericAPIError{
		Code: "DryRunOperation", Message: "Request would have succeeded, but DryRun flag is set.", Fault: smithy.FaultClient,
	}}
}

func stateOf(name types.InstanceStateName) *types.InstanceState {
	var code int32
	switch name {
	case types.InstanceStateNameRunning:
		code = 16
	case types.InstanceStateNameShuttingDown:
		code = 32
	case types.InstanceStateNameTerminated:
		code = 48
	case types.InstanceStateNameStopping:
		code = 64
	case types.InstanceStateNameStopped:
		code = 80
	}
	return &types.InstanceState{Code: aws.Int32(code), Name: name}
}
