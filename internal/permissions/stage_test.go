package permissions_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/require"

	"gameday/assertions"
	"gameday/experiments"
	"gameday/injectors"
	"gameday/internal/chance"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/sandbox"
	"gameday/internal/signals"
	"gameday/scenarios"
)

const (
	account = "111122223333"
	region  = "eu-west-1"
)

// played is a scenario that was rehearsed from end to end.
type played struct {
	needs    experiments.Needs
	planning []call   // up to the plan
	calls    []call   // all
	actions  []string // as the session counted them
	finished experiments.RunFinished
}

// stage is an account in which every call is written down as IAM would see it.
type stage struct {
	t       testing.TB
	account *sandbox.Account
	clock   *clock.Clock
	calls   []call
	tags    map[string]map[string]string // by instance
}

// rehearse plays a scenario in its sandbox.
func rehearse(t testing.TB, path string, seed chance.Seed) played {
	t.Helper()
	loaded, err := scenarios.Load(path, scenarios.Options{
		Catalogs: scenarios.Catalogs{Injectors: injectors.Standard(), Assertions: assertions.Standard()},
	})
	require.NoError(t, err)
	spec, err := scenarios.LoadSandbox(scenarios.SandboxFor(path))
	require.NoError(t, err)
	c := clock.Virtual(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), 0)
	account, err := sandbox.New(spec, c, seed)
	require.NoError(t, err)
	s := &stage{t: t, account: account, clock: c, tags: map[string]map[string]string{}}
	var p played
	c.Run(func() {
		ctx, end := context.WithCancel(context.Background())
		defer end()
		account.Start(ctx)
		s.readTags(ctx)
		p = s.play(ctx, loaded.Experiment, seed)
	})
	return p
}

func (s *stage) play(ctx context.Context, x *experiments.Experiment, seed chance.Seed) (p played) {
	session := s.session(seed)
	ready, err := (&experiments.Engine{
		Clock: s.clock, Cloud: session, Injectors: injectors.Standard(), Signals: signals.Standard(),
		Run: "20260105-090000-test", Mode: experiments.ModeRehearse, Seed: seed, Version: "test",
	}).Plan(ctx, x)
	require.NoError(s.t, err)
	p.needs, p.planning = ready.Needs(), slices.Clone(s.calls)
	p.finished = ready.Do(ctx, experiments.Options{})
	p.calls, p.actions = s.calls, session.Actions()
	return p
}

func (s *stage) session(seed chance.Seed) *cloud.Session {
	config := s.account.Config()
	config.APIOptions = append(config.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("write down", s.writeDown), middleware.After)
	})
	return cloud.NewSession(config, s.clock, seed, "20260105-090000-test")
}

func (s *stage) readTags(ctx context.Context) {
	out, err := ec2.NewFromConfig(s.account.Config()).DescribeInstances(ctx, &ec2.DescribeInstancesInput{})
	require.NoError(s.t, err)
	for _, r := range out.Reservations {
		for _, i := range r.Instances {
			tags := map[string]string{}
			for _, tag := range i.Tags {
				tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
			}
			s.tags[aws.ToString(i.InstanceId)] = tags
		}
	}
}

// writeDown keeps a call, once for each resource that it names.
func (s *stage) writeDown(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
	middleware.InitializeOutput, middleware.Metadata, error,
) {
	service := strings.ToLower(strings.ReplaceAll(awsmiddleware.GetServiceID(ctx), " ", ""))
	if _, ok := in.Parameters.(*sts.GetCallerIdentityInput); !ok {
		action := service + ":" + strings.TrimSuffix(awsmiddleware.GetOperationName(ctx), "Batch")
		if action == "s3:ListObjectsV2" {
			action = "s3:ListBucket"
		}
		for _, c := range s.named(in.Parameters) {
			c.action = action
			s.calls = append(s.calls, c)
		}
	}
	return next.HandleInitialize(ctx, in)
}

// named tells what a request is about, from the request alone.
func (s *stage) named(request any) []call {
	in := func(service, resource string) call {
		return call{resource: "arn:aws:" + service + ":" + region + ":" + account + ":" + resource, facts: here()}
	}
	queue := func(url *string) []call { return []call{in("sqs", filepath.Base(aws.ToString(url)))} }
	switch r := request.(type) {
	case *sqs.SendMessageInput:
		return queue(r.QueueUrl)
	case *sqs.SendMessageBatchInput:
		return queue(r.QueueUrl)
	case *sqs.ReceiveMessageInput:
		return queue(r.QueueUrl)
	case *sqs.DeleteMessageInput:
		return queue(r.QueueUrl)
	case *sqs.DeleteMessageBatchInput:
		return queue(r.QueueUrl)
	case *sqs.ChangeMessageVisibilityBatchInput:
		return queue(r.QueueUrl)
	case *sqs.GetQueueAttributesInput:
		return queue(r.QueueUrl)
	case *sqs.DeleteQueueInput:
		return queue(r.QueueUrl)
	case *sqs.CreateQueueInput:
		return queue(r.QueueName)
	case *sqs.GetQueueUrlInput:
		return queue(r.QueueName)
	case *sns.ListSubscriptionsByTopicInput:
		return []call{{resource: aws.ToString(r.TopicArn), facts: here()}}
	case *sns.SubscribeInput:
		facts := here()
		facts["sns:Protocol"], facts["sns:Endpoint"] = aws.ToString(r.Protocol), aws.ToString(r.Endpoint)
		return []call{{resource: aws.ToString(r.TopicArn), facts: facts}}
	case *s3.PutObjectInput:
		return []call{{resource: "arn:aws:s3:::" + *r.Bucket + "/" + *r.Key, facts: here()}}
	case *s3.GetObjectInput:
		return []call{{resource: "arn:aws:s3:::" + *r.Bucket + "/" + *r.Key, facts: here()}}
	case *s3.ListObjectsV2Input:
		facts := here()
		facts["s3:prefix"] = aws.ToString(r.Prefix)
		return []call{{resource: "arn:aws:s3:::" + *r.Bucket, facts: facts}}
	case *cloudwatch.SetAlarmStateInput:
		return []call{in("cloudwatch", "alarm:"+aws.ToString(r.AlarmName))}
	case *ssm.GetAutomationExecutionInput:
		return []call{in("ssm", "automation-execution/"+aws.ToString(r.AutomationExecutionId))}
	case *ec2.TerminateInstancesInput:
		return s.instances(r.InstanceIds, in)
	case *ec2.StopInstancesInput:
		return s.instances(r.InstanceIds, in)
	case *ec2.StartInstancesInput:
		return s.instances(r.InstanceIds, in)
	}
	return []call{{resource: "*", facts: here()}} // what else there is, AWS narrows to nothing
}

func (s *stage) instances(ids []string, in func(service, resource string) call) []call {
	var calls []call
	for _, id := range ids {
		c := in("ec2", "instance/"+id)
		for key, value := range s.tags[id] {
			c.facts["aws:ResourceTag/"+key] = value
		}
		calls = append(calls, c)
	}
	return calls
}

func here() map[string]string { return map[string]string{"aws:RequestedRegion": region} }

// write makes files of a scenario and its account, and returns the scenario's path.
func write(t testing.TB, scenario, account string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "play.hcl")
	require.NoError(t, os.WriteFile(path, []byte(scenario), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(path), "play.sandbox.hcl"), []byte(account), 0o600))
	return path
}
