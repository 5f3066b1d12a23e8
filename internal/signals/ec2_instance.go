package signals

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// Instance is the payload of an ec2_instance.
type Instance struct {
	State string `json:"state"` // EC2's name of it, or InstanceGone
}

// InstanceGone is the state of an instance that EC2 does not know, or not any more: about an hour after it was terminated
// an instance vanishes.
const InstanceGone = "gone"

// instanceCalls are the calls that watching instances takes.
type instanceCalls interface {
	DescribeInstances(context.Context, *ec2.DescribeInstancesInput, ...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error)
}

func instanceKind() Kind {
	return Kind{
		Name:        "ec2_instance",
		Permissions: []string{"ec2:DescribeInstances"},
		Polled:      true,
		Decode:      decode[Instance],
		New: func(env Env) Watcher {
			return &instanceWatcher{env: env, calls: ec2.NewFromConfig(env.AWS)}
		},
	}
}

// A filter takes at most 200 values, and unlike a list of ids it forgives ids that are gone; a page takes at most 1000
// instances (DescribeInstances).
const (
	instanceIDs  = 200
	instancePage = 1000
)

// instanceLag is how old a description of an instance may be: a couple of seconds, with rare exceptions (Eventual
// consistency in the Amazon EC2 API).
const instanceLag = 2 * time.Second

type instanceWatcher struct {
	env   Env
	calls instanceCalls
}

// Watch polls the instances, two hundred a call.
func (w *instanceWatcher) Watch(ctx context.Context, sources []Source, sink Sink) error {
	seen := newPolled[Instance](w.env, sink, instanceLag)
	return keepLooking(ctx, w.env, func(ctx context.Context) error {
		var errs []error
		for batch := range slices.Chunk(sources, instanceIDs) {
			states, during, err := w.describe(ctx, batch)
			if err != nil {
				errs = append(errs, seen.failed(err))
				continue
			}
			for _, source := range batch {
				state, found := states[source.Subject]
				if !found {
					state = InstanceGone
				}
				seen.saw(source, during, Instance{State: state})
			}
		}
		return errors.Join(errs...)
	})
}

func (w *instanceWatcher) describe(ctx context.Context, batch []Source) (map[string]string, span, error) {
	in := &ec2.DescribeInstancesInput{
		Filters:    []types.Filter{{Name: aws.String("instance-id"), Values: subjects(batch)}},
		MaxResults: aws.Int32(instancePage),
	}
	states := map[string]string{}
	var during span
	for {
		out, page, err := timed(w.env, func() (*ec2.DescribeInstancesOutput, error) {
			return w.calls.DescribeInstances(ctx, in)
		})
		if err != nil {
			return nil, during, fmt.Errorf("describe instances: %w", err)
		}
		during = during.until(page)
		for _, reservation := range out.Reservations {
			for _, instance := range reservation.Instances {
				if instance.State != nil {
					states[aws.ToString(instance.InstanceId)] = string(instance.State.Name)
				}
			}
		}
		if aws.ToString(out.NextToken) == "" {
			return states, during, nil
		}
		in.NextToken = out.NextToken
	}
}
