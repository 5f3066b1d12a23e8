package signals_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/internal/sandbox"
	"gameday/internal/signals"
)

// place is an account with one of everything that is polled.
func place() sandbox.Spec {
	return sandbox.Spec{
		Instances: []sandbox.InstanceSpec{{Name: "a"}, {Name: "b"}},
		Groups: []sandbox.GroupSpec{{
			Name: "web", Desired: 3,
			NoticesAfter:  sandbox.Span{Min: 20 * time.Second, Max: 20 * time.Second},
			ReplacesAfter: sandbox.Span{Min: time.Minute, Max: time.Minute},
		}},
		Queues: []sandbox.QueueSpec{{Name: "orders"}},
	}
}

const orders = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"

// instances are the ids of the two instances outside the group, and those of the group.
func (r *rig) instances(ctx context.Context) (alone, grouped []string) {
	out, err := ec2.NewFromConfig(r.client).DescribeInstances(ctx, &ec2.DescribeInstancesInput{})
	require.NoError(r.t, err)
	for _, reservation := range out.Reservations {
		for _, instance := range reservation.Instances {
			inGroup := false
			for _, tag := range instance.Tags {
				inGroup = inGroup || aws.ToString(tag.Key) == "aws:autoscaling:groupName"
			}
			if inGroup {
				grouped = append(grouped, *instance.InstanceId)
			} else {
				alone = append(alone, *instance.InstanceId)
			}
		}
	}
	return alone, grouped
}

func (r *rig) terminate(ctx context.Context, ids ...string) time.Time {
	_, err := ec2.NewFromConfig(r.client).TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: ids})
	require.NoError(r.t, err)
	return r.awsNow()
}

func (r *rig) send(ctx context.Context, n int) {
	for range n {
		_, err := sqs.NewFromConfig(r.client).SendMessage(ctx, &sqs.SendMessageInput{
			QueueUrl: aws.String(orders), MessageBody: aws.String("order"),
		})
		require.NoError(r.t, err)
	}
}

func TestAGroupIsSeenToLoseAndReplaceInstances(t *testing.T) {
	r := inSandbox(t, place(), func(ctx context.Context, r *rig) {
		r.watch(ctx, "autoscaling_group", "web")
		r.sleep(ctx, 22*time.Second)
		_, group := r.instances(ctx)
		r.terminate(ctx, group[0])
		r.sleep(ctx, 3*time.Minute)
	})
	groups := payloads[signals.Group](r, "web")
	require.Equal(t, signals.Group{Desired: 3, Healthy: 3, InService: 3, Instances: 3}, groups[0])
	require.Less(t, groups[1].Healthy, 3)
	require.Equal(t, groups[0], groups[len(groups)-1])
	require.True(t, r.emitted[0].At.Earliest.IsZero(), "nobody knows since when")
	for i := 1; i < len(groups); i++ {
		require.NotEqual(t, groups[i-1], groups[i], "only changes are told")
		at := r.emitted[i].At
		require.Less(t, at.Latest.Sub(at.Earliest), tick+time.Second, "between two looks")
	}
	require.Empty(t, r.blind)
}

func TestAnInstanceIsSeenToStopWithinTheLooks(t *testing.T) {
	var ids []string
	var told time.Time
	r := inSandbox(t, place(), func(ctx context.Context, r *rig) {
		r.account.Skew = -2300 * time.Millisecond
		ids, _ = r.instances(ctx)
		r.watch(ctx, "ec2_instance", ids[0], ids[1], "i-00000000000000000")
		r.sleep(ctx, 33*time.Second)
		told = r.terminate(ctx, ids[0])
		r.sleep(ctx, 2*time.Hour)
	})
	one := payloads[signals.Instance](r, ids[0])
	require.Equal(t, signals.Instance{State: "running"}, one[0])
	require.Equal(t, []signals.Instance{{State: "terminated"}, {State: "gone"}}, one[len(one)-2:])
	require.Equal(t, []signals.Instance{{State: "running"}}, payloads[signals.Instance](r, ids[1]))
	require.Equal(t, []signals.Instance{{State: "gone"}}, payloads[signals.Instance](r, "i-00000000000000000"))
	for _, signal := range r.emitted {
		if signal.Source.Subject == ids[0] && signal.Value != one[0] {
			requireWithin(t, signal.At, told, "the first change")
			break
		}
	}
}

func TestTheMomentOfAChangeIsNeverTooNarrow(t *testing.T) {
	spec := sandbox.Spec{}
	for _, name := range named("i%d", 40) {
		spec.Instances = append(spec.Instances, sandbox.InstanceSpec{Name: name})
	}
	told := map[string]time.Time{}
	r := inSandbox(t, spec, func(ctx context.Context, r *rig) {
		r.account.Skew = 1300 * time.Millisecond
		ids, _ := r.instances(ctx)
		r.watch(ctx, "ec2_instance", ids...)
		r.sleep(ctx, 12*time.Second)
		for _, id := range ids {
			r.sleep(ctx, 1300*time.Millisecond)
			told[id] = r.terminate(ctx, id)
		}
		r.sleep(ctx, time.Minute)
	})
	changed := map[string]bool{}
	for _, signal := range r.emitted {
		if id := signal.Source.Subject; signal.Value != (signals.Instance{State: "running"}) && !changed[id] {
			changed[id] = true
			requireWithin(t, signal.At, told[id], id)
		}
	}
	require.Len(t, changed, 40)
}

func TestAQueueIsSeenToFillUp(t *testing.T) {
	r := inSandbox(t, place(), func(ctx context.Context, r *rig) {
		r.watch(ctx, "sqs_queue", orders)
		r.sleep(ctx, 12*time.Second)
		r.send(ctx, 5)
		r.sleep(ctx, 2*time.Minute)
		_, err := sqs.NewFromConfig(r.client).ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: aws.String(orders), MaxNumberOfMessages: 1, WaitTimeSeconds: 1, VisibilityTimeout: 600,
		})
		require.NoError(t, err)
		r.sleep(ctx, 2*time.Minute)
	})
	queues := payloads[signals.Queue](r, orders)
	require.Equal(t, signals.Queue{}, queues[0])
	require.Equal(t, signals.Queue{Visible: 4, NotVisible: 1}, queues[len(queues)-1])
	require.Contains(t, queues, signals.Queue{Visible: 5})
}

func TestQueuesAreLookedAtTogether(t *testing.T) {
	spec := sandbox.Spec{}
	var urls []string
	for _, name := range named("queue-%d", 8) {
		spec.Queues = append(spec.Queues, sandbox.QueueSpec{Name: name})
		urls = append(urls, "https://sqs.eu-west-1.amazonaws.com/111122223333/"+name)
	}
	r := inSandbox(t, spec, func(ctx context.Context, r *rig) {
		r.watch(ctx, "sqs_queue", urls...)
		r.sleep(ctx, 100*time.Millisecond)
	})
	require.Len(t, r.emitted, 8, "one after the other would take longer")
	require.Equal(t, 8, r.session.Calls()["sqs:GetQueueAttributes"])
}

func TestManyGroupsAndInstancesTakeFewCalls(t *testing.T) {
	spec := sandbox.Spec{}
	groups := named("group-%03d", 250)
	for _, name := range groups {
		spec.Groups = append(spec.Groups, sandbox.GroupSpec{Name: name, Desired: 2})
	}
	r := inSandbox(t, spec, func(ctx context.Context, r *rig) {
		out, err := ec2.NewFromConfig(r.client).DescribeInstances(ctx, &ec2.DescribeInstancesInput{})
		require.NoError(t, err)
		var ids []string
		for _, reservation := range out.Reservations {
			for _, instance := range reservation.Instances {
				ids = append(ids, *instance.InstanceId)
			}
		}
		require.Len(t, ids, 500)
		r.watch(ctx, "autoscaling_group", groups...)
		r.watch(ctx, "ec2_instance", ids...)
		r.sleep(ctx, 2*time.Second)
	})
	require.Len(t, r.emitted, 750)
	require.Equal(t, 3, r.session.Calls()["autoscaling:DescribeAutoScalingGroups"])
	require.Equal(t, 3, r.session.Calls()["ec2:DescribeInstances"])
}

// polledStory has everything that is polled change once, slowly.
func polledStory(weather sandbox.Weather) func(context.Context, *rig) {
	return func(ctx context.Context, r *rig) {
		alone, _ := r.instances(ctx)
		weather.Services = []string{
			"Auto Scaling.DescribeAutoScalingGroups", "EC2.DescribeInstances", "SQS.GetQueueAttributes",
		}
		r.account.SetWeather(weather)
		r.watch(ctx, "autoscaling_group", "web")
		r.watch(ctx, "ec2_instance", alone...)
		r.watch(ctx, "sqs_queue", orders)
		r.sleep(ctx, time.Minute)
		r.send(ctx, 1)
		r.sleep(ctx, 4*time.Minute)
		r.terminate(ctx, alone[0])
		r.sleep(ctx, 3*time.Minute)
		r.account.SetWeather()
		r.sleep(ctx, 20*time.Second)
	}
}

func TestWeatherDoesNotChangeWhatPolledSourcesCameTo(t *testing.T) {
	for name, weather := range weathers() {
		t.Run(name, func(t *testing.T) {
			r := inSandbox(t, place(), polledStory(weather))
			require.NoError(t, r.watched)
			last := map[signals.Source]any{}
			for _, signal := range r.emitted {
				assert.NotEqual(t, last[signal.Source], signal.Value, "a signal without a change")
				last[signal.Source] = signal.Value
			}
			require.Len(t, last, 4)
			require.Equal(t, []signals.Queue{{}, {Visible: 1}}, payloads[signals.Queue](r, orders))
		})
	}
}

func TestPolledSourcesAreBlindWhereLooksFailedForTooLong(t *testing.T) {
	for _, kind := range []struct{ name, subject, call string }{
		{"autoscaling_group", "web", "Auto Scaling.DescribeAutoScalingGroups"},
		{"sqs_queue", orders, "SQS.GetQueueAttributes"},
		{"ec2_instance", "i-00000000000000000", "EC2.DescribeInstances"},
	} {
		t.Run(kind.name, func(t *testing.T) {
			source := signals.Source{Kind: kind.name, Subject: kind.subject}
			var dark, light time.Time
			r := inSandbox(t, place(), func(ctx context.Context, r *rig) {
				r.watch(ctx, kind.name, kind.subject)
				r.sleep(ctx, 22*time.Second)
				r.account.SetWeather(sandbox.Weather{Services: []string{kind.call}, Error: 1})
				r.sleep(ctx, time.Second)
				dark = r.awsNow()
				stood := r.until(source)
				r.sleep(ctx, time.Minute)
				require.Equal(t, stood, r.until(source), "nothing was seen")
				require.Empty(t, r.blind, "it may still turn out that nothing is lost")
				light = r.awsNow()
				r.account.SetWeather()
				r.sleep(ctx, 40*time.Second)
				require.True(t, r.until(source).After(light))
			})
			require.Len(t, r.blind, 1)
			requireWithin(t, r.blind[0].during, dark, "the beginning")
			requireWithin(t, r.blind[0].during, light, "the end")
			require.Contains(t, r.blind[0].why, "no look succeeded for 1m")
		})
	}
}

func TestAShortOutageIsNoBlindness(t *testing.T) {
	r := inSandbox(t, place(), func(ctx context.Context, r *rig) {
		r.watch(ctx, "sqs_queue", orders)
		r.sleep(ctx, 11*time.Second)
		r.account.SetWeather(sandbox.Weather{Services: []string{"SQS"}, Error: 1})
		r.sleep(ctx, 5*time.Second)
		r.account.SetWeather()
		r.sleep(ctx, 20*time.Second)
	})
	require.Empty(t, r.blind)
}

func TestWhatDoesNotExistIsAnError(t *testing.T) {
	for _, kind := range []struct{ name, subject, want string }{
		{"autoscaling_group", "webb", `there is no group "webb"`},
		{"sqs_queue", orders + "s", "look at queue " + orders + "s"},
		{"sns_message", "arn:aws:sns:eu-west-1:111122223333:page", "it has no tap"},
	} {
		r := inSandbox(t, place(), func(ctx context.Context, r *rig) {
			r.watch(ctx, kind.name, kind.subject)
			r.sleep(ctx, 12*time.Second)
			require.True(t, r.ended, kind.name)
		})
		require.ErrorContains(t, r.watched, kind.want)
	}
}
