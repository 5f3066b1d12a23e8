package injectors_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"gameday/injectors"
	"gameday/injectors/injectortest"
	"gameday/internal/sandbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	account = "111122223333"
	region  = "eu-west-1"
	orders  = "https://sqs." + region + ".amazonaws.com/" + account + "/orders"
	dead    = "https://sqs." + region + ".amazonaws.com/" + account + "/orders-dead"
	topic   = "arn:aws:sns:" + region + ":" + account + ":page-primary"
)

// spec is an account with the given parts.
func spec(parts ...func(*sandbox.Spec)) sandbox.Spec {
	s := sandbox.Spec{Account: account, Region: region}
	for _, part := range parts {
		part(&s)
	}
	return s
}

func withInstances(names ...string) func(*sandbox.Spec) {
	return func(s *sandbox.Spec) {
		for _, name := range names {
			s.Instances = append(s.Instances, sandbox.InstanceSpec{Name: name, Tags: map[string]string{"app": "checkout"}})
		}
	}
}

// withQueues has a queue of orders and, unless maxReceives is 0, its dead-letter queue.
func withQueues(maxReceives int) func(*sandbox.Spec) {
	return func(s *sandbox.Spec) {
		q := sandbox.QueueSpec{Name: "orders"}
		if maxReceives > 0 {
			q.DeadLetterQueue, q.MaxReceiveCount = "orders-dead", maxReceives
			s.Queues = append(s.Queues, sandbox.QueueSpec{Name: "orders-dead"})
		}
		s.Queues = append(s.Queues, q)
	}
}

func withAlarm(period time.Duration) func(*sandbox.Spec) {
	return func(s *sandbox.Spec) {
		above := 1.0
		s.Metrics = append(s.Metrics, sandbox.MetricSpec{Name: "error_rate", Value: 0.1})
		s.Alarms = append(s.Alarms, sandbox.AlarmSpec{
			Name: "errors", Watch: sandbox.Ref{Kind: "metric", Name: "error_rate"}, Above: &above, Period: period, Periods: 1, ActionsEnabled: true,
		})
	}
}

func withTopic(s *sandbox.Spec) { s.Topics = append(s.Topics, sandbox.TopicSpec{Name: "page-primary"}) }

// instanceIDs asks the account for the ids of its instances.
func instanceIDs(s *injectortest.Stage) []string {
	pages := ec2.NewDescribeInstancesPaginator(ec2.NewFromConfig(s.AWS()), &ec2.DescribeInstancesInput{
		Filters: []types.Filter{{Name: aws.String("tag:app"), Values: []string{"checkout"}}},
	})
	var ids []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(s.Ctx)
		require.NoError(s.T, err)
		for _, r := range page.Reservations {
			for _, i := range r.Instances {
				ids = append(ids, *i.InstanceId)
			}
		}
	}
	return ids
}

func allInstances(s *injectortest.Stage) map[string]any {
	return map[string]any{"instance_ids": instanceIDs(s)}
}

func attributes(a map[string]any) func(*injectortest.Stage) map[string]any {
	return func(*injectortest.Stage) map[string]any { return a }
}

// sendOthers puts messages on a queue that are somebody else's.
func sendOthers(s *injectortest.Stage, n int) {
	client := sqs.NewFromConfig(s.AWS())
	for range n {
		_, err := client.SendMessage(s.Ctx, &sqs.SendMessageInput{QueueUrl: aws.String(orders), MessageBody: aws.String("somebody's")})
		require.NoError(s.T, err)
	}
}

func deleteQueues(urls ...string) func(*injectortest.Stage) {
	return func(s *injectortest.Stage) {
		for _, url := range urls {
			_, err := sqs.NewFromConfig(s.AWS()).DeleteQueue(s.Ctx, &sqs.DeleteQueueInput{QueueUrl: aws.String(url)})
			require.NoError(s.T, err)
		}
	}
}

func TestEveryRowConforms(t *testing.T) {
	injectortest.Conform(t, injectors.Standard(),
		injectortest.Case{
			Row: "ec2_instances", Name: "by tags", Sandbox: spec(withInstances("a", "b", "c")),
			Attributes: attributes(map[string]any{"tags": map[string]string{"app": "checkout"}}),
		},
		injectortest.Case{
			Row: "ec2_instances", Name: "by ids", Sandbox: spec(withInstances("a", "b", "c")),
			Attributes: func(s *injectortest.Stage) map[string]any { return map[string]any{"ids": instanceIDs(s)} },
		},

		injectortest.Case{Row: "ec2_terminate", Sandbox: spec(withInstances("a", "b", "c")), Attributes: allInstances},

		injectortest.Case{
			Row: "ec2_stop", Sandbox: spec(withInstances("a", "b", "c")), Attributes: allInstances,
			Vanish: func(s *injectortest.Stage) {
				_, err := ec2.NewFromConfig(s.AWS()).TerminateInstances(s.Ctx, &ec2.TerminateInstancesInput{InstanceIds: instanceIDs(s)})
				require.NoError(s.T, err)
			},
		},

		injectortest.Case{
			Row: "sqs_backlog", Name: "at full speed among others", Sandbox: spec(withQueues(9)),
			Attributes: attributes(map[string]any{"queue_url": orders, "messages": 205}),
			Prepare:    func(s *injectortest.Stage) { sendOthers(s, 25) }, Vanish: deleteQueues(orders, dead),
		},
		injectortest.Case{
			Row: "sqs_backlog", Name: "at a rate", Sandbox: spec(withQueues(0)),
			Attributes: attributes(map[string]any{
				"queue_url": orders, "messages": 57, "per_second": 25.0, "attributes": map[string]string{"tenant": "t1"},
			}), Vanish: deleteQueues(orders),
		},

		injectortest.Case{
			Row: "cloudwatch_alarm_state", Name: "metric alarm", Sandbox: spec(withAlarm(time.Minute)),
			Attributes: attributes(map[string]any{"alarm_name": "errors"}),
		},
		injectortest.Case{
			Row: "cloudwatch_alarm_state", Name: "fast metric alarm", Sandbox: spec(withAlarm(10 * time.Second)),
			Attributes: attributes(map[string]any{"alarm_name": "errors", "state": "INSUFFICIENT_DATA"}),
		},
		injectortest.Case{
			Row: "cloudwatch_alarm_state", Name: "composite alarm", Sandbox: spec(withAlarm(time.Minute)),
			Attributes: attributes(map[string]any{"alarm_name": "service", "reason": "a game day"}),
			Prepare:    func(s *injectortest.Stage) { require.NoError(s.T, s.Account.AddCompositeAlarm("service", "errors")) },
		},

		injectortest.Case{Row: "sns_message", Subject: topic, Sandbox: spec(withTopic), Vanish: func(s *injectortest.Stage) {
			_, err := sns.NewFromConfig(s.AWS()).DeleteTopic(s.Ctx, &sns.DeleteTopicInput{TopicArn: aws.String(topic)})
			require.NoError(s.T, err)
		}},
	)
}
