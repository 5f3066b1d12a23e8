package signals_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/stretchr/testify/require"

	"gameday/internal/sandbox"
	"gameday/internal/signals"
)

const (
	topic  = "arn:aws:sns:eu-west-1:111122223333:page"
	policy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},` +
		`"Action":"sqs:SendMessage","Resource":%q,"Condition":{"ArnEquals":{"aws:SourceArn":%q}}}]}`
)

// tap subscribes a queue to the topic.
func (r *rig) tap(ctx context.Context) {
	const arn = "arn:aws:sqs:eu-west-1:111122223333:tap"
	queue, err := sqs.NewFromConfig(r.client).CreateQueue(ctx, &sqs.CreateQueueInput{
		QueueName: aws.String("tap"), Attributes: map[string]string{"Policy": fmt.Sprintf(policy, arn, topic)},
	})
	require.NoError(r.t, err)
	_, err = sns.NewFromConfig(r.client).Subscribe(ctx, &sns.SubscribeInput{
		TopicArn: aws.String(topic), Protocol: aws.String("sqs"), Endpoint: aws.String(arn),
	})
	require.NoError(r.t, err)
	r.sleep(ctx, time.Minute) // a new queue's policy takes a while
	r.taps[topic] = *queue.QueueUrl
}

// publish returns the interval of AWS's time in which the message was published.
func (r *rig) publish(ctx context.Context, subject, text string) signals.Moment {
	sent := r.awsNow()
	_, err := sns.NewFromConfig(r.client).Publish(ctx, &sns.PublishInput{
		TopicArn: aws.String(topic), Subject: aws.String(subject), Message: aws.String(text),
	})
	require.NoError(r.t, err)
	return signals.Moment{Earliest: sent.Truncate(time.Millisecond), Latest: r.awsNow()}
}

func texts(r *rig) []string {
	var all []string
	for _, m := range payloads[signals.Message](r, topic) {
		all = append(all, m.Text)
	}
	return all
}

func paging() sandbox.Spec { return sandbox.Spec{Topics: []sandbox.TopicSpec{{Name: "page"}}} }

func TestATapHearsWithTheTimeOfPublication(t *testing.T) {
	var during signals.Moment
	r := inSandbox(t, paging(), func(ctx context.Context, r *rig) {
		r.account.Skew = 900 * time.Millisecond
		r.tap(ctx)
		r.watch(ctx, "sns_message", topic)
		r.sleep(ctx, 13*time.Second)
		during = r.publish(ctx, "Help", "orders pile up")
		r.sleep(ctx, 12*time.Second)
	})
	require.Len(t, r.emitted, 1)
	message := r.emitted[0].Value.(signals.Message)
	require.NotEmpty(t, message.ID)
	require.Equal(t, signals.Message{ID: message.ID, Subject: "Help", Text: "orders pile up"}, message)
	at := r.emitted[0].At
	require.Equal(t, time.Millisecond, at.Latest.Sub(at.Earliest))
	require.False(t, at.Earliest.Before(during.Earliest) || at.Earliest.After(during.Latest))
	require.Less(t, r.emitted[0].Seen.Sub(morning.Add(73*time.Second)), 2*time.Second, "long polls hear at once")
}

func TestATapIsEmptyAfterwards(t *testing.T) {
	inSandbox(t, paging(), func(ctx context.Context, r *rig) {
		r.tap(ctx)
		_, err := sqs.NewFromConfig(r.client).SendMessage(ctx, &sqs.SendMessageInput{
			QueueUrl: aws.String(r.taps[topic]), MessageBody: aws.String(`{"proof": "of the tap"}`),
		})
		require.NoError(t, err)
		r.watch(ctx, "sns_message", topic)
		for i := range 25 {
			r.publish(ctx, "n", fmt.Sprint(i))
		}
		r.sleep(ctx, 3*time.Minute)
		require.Len(t, texts(r), 25, "what is no notification is passed over")
		out, err := sqs.NewFromConfig(r.client).GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
			QueueUrl: aws.String(r.taps[topic]), AttributeNames: []types.QueueAttributeName{"All"},
		})
		require.NoError(t, err)
		require.Equal(t, "0", out.Attributes["ApproximateNumberOfMessages"])
		require.Equal(t, "0", out.Attributes["ApproximateNumberOfMessagesNotVisible"])
	})
}

func TestATapsWatermarkFollowsItsSilence(t *testing.T) {
	inSandbox(t, paging(), func(ctx context.Context, r *rig) {
		r.tap(ctx)
		r.watch(ctx, "sns_message", topic)
		r.sleep(ctx, time.Minute)
		lag := r.awsNow().Sub(r.until(signals.Source{Kind: "sns_message", Subject: topic}))
		require.Less(t, lag, 10*time.Second)
		for _, s := range r.saws {
			require.GreaterOrEqual(t, s.at.Sub(s.until), 2*time.Second, "a message may still be on its way")
		}
	})
}

func TestWeatherDoesNotChangeWhatATapHeard(t *testing.T) {
	for name, weather := range weathers() {
		t.Run(name, func(t *testing.T) {
			var want []string
			r := inSandbox(t, paging(), func(ctx context.Context, r *rig) {
				r.tap(ctx)
				weather.Services = []string{"SQS"}
				r.account.SetWeather(weather)
				r.watch(ctx, "sns_message", topic)
				for i := range 60 {
					r.sleep(ctx, 1700*time.Millisecond*time.Duration(i%5))
					r.publish(ctx, "n", fmt.Sprint(i))
					want = append(want, fmt.Sprint(i))
				}
				r.sleep(ctx, time.Minute)
				r.account.SetWeather()
				r.sleep(ctx, time.Minute)
			})
			require.ElementsMatch(t, want, texts(r), "each once")
			require.NotEmpty(t, r.saws)
			require.NoError(t, r.watched)
		})
	}
}

func drains(status string) sandbox.Spec {
	span := sandbox.Span{Min: 150 * time.Second, Max: 150 * time.Second}
	return sandbox.Spec{Automations: []sandbox.AutomationSpec{
		{Name: "Drain", Takes: span, Status: status}, {Name: "Drain-More", Takes: span, Status: status},
	}}
}

// execute starts a document and returns the execution's id and when it was started.
func (r *rig) execute(ctx context.Context, document, queue string) (string, signals.Moment) {
	sent := r.awsNow()
	out, err := ssm.NewFromConfig(r.client).StartAutomationExecution(ctx, &ssm.StartAutomationExecutionInput{
		DocumentName: aws.String(document), Parameters: map[string][]string{"Queue": {queue}},
	})
	require.NoError(r.t, err)
	return *out.AutomationExecutionId, signals.Moment{Earliest: sent, Latest: r.awsNow()}
}

func TestExecutionsAreSeenToStartAndToEnd(t *testing.T) {
	for _, status := range []string{"Success", "Failed", "TimedOut", "CompletedWithFailure"} {
		var id string
		var began signals.Moment
		r := inSandbox(t, drains(status), func(ctx context.Context, r *rig) {
			r.account.Skew = 400 * time.Millisecond
			r.watch(ctx, "ssm_automation", "Drain")
			r.sleep(ctx, 17*time.Second)
			r.execute(ctx, "Drain-More", "other")
			id, began = r.execute(ctx, "Drain", "orders")
			r.sleep(ctx, 3*time.Minute)
		})
		require.Len(t, r.emitted, 2, "another document's name begins the same")
		started := r.emitted[0].Value.(signals.Execution)
		require.Equal(t, signals.Execution{
			ID: id, Document: "Drain", Status: "InProgress", Started: started.Started,
			Parameters: map[string][]string{"Queue": {"orders"}},
		}, started)
		at := r.emitted[0].At
		require.False(t, at.Latest.Before(began.Earliest) || at.Earliest.After(began.Latest))
		ended := r.emitted[1].Value.(signals.Execution)
		require.Equal(t, status, ended.Status)
		require.Equal(t, 150*time.Second, ended.Ended.Sub(ended.Started).Round(2*time.Second))
		require.Equal(t, 1, r.session.Calls()["ssm:GetAutomationExecution"])
	}
}

func TestAnExecutionThatRunsWhenWatchingBeginsIsSeen(t *testing.T) {
	r := inSandbox(t, drains("Success"), func(ctx context.Context, r *rig) {
		r.execute(ctx, "Drain", "done before")
		r.sleep(ctx, 3*time.Minute)
		r.execute(ctx, "Drain", "under way")
		r.sleep(ctx, 2*time.Minute)
		r.watch(ctx, "ssm_automation", "Drain")
		r.sleep(ctx, time.Minute)
	})
	var told []string
	for _, e := range payloads[signals.Execution](r, "Drain") {
		told = append(told, e.Parameters["Queue"][0]+" "+e.Status)
	}
	require.Equal(t, []string{"under way InProgress", "under way Success"}, told)
}

func TestWeatherDoesNotChangeWhatExecutionsDid(t *testing.T) {
	for name, weather := range weathers() {
		t.Run(name, func(t *testing.T) {
			r := inSandbox(t, drains("Success"), func(ctx context.Context, r *rig) {
				weather.Services = []string{"SSM.DescribeAutomationExecutions", "SSM.GetAutomationExecution"}
				r.account.SetWeather(weather)
				r.watch(ctx, "ssm_automation", "Drain", "Drain-More")
				for i := range 60 { // more than a page
					r.sleep(ctx, 500*time.Millisecond)
					r.execute(ctx, "Drain", fmt.Sprint(i))
				}
				r.execute(ctx, "Drain-More", "x")
				r.sleep(ctx, 3*time.Minute)
				r.account.SetWeather()
				r.sleep(ctx, time.Minute)
			})
			var started, ended int
			for _, e := range payloads[signals.Execution](r, "Drain") {
				if e.Status == "InProgress" {
					require.Equal(t, fmt.Sprint(started), e.Parameters["Queue"][0], "in the order in which they began")
					started++
				} else {
					ended++
				}
			}
			require.Equal(t, []int{60, 60}, []int{started, ended})
			require.Len(t, payloads[signals.Execution](r, "Drain-More"), 2)
			require.NoError(t, r.watched)
		})
	}
}

func TestAnOutageDelaysExecutionsAndLosesNone(t *testing.T) {
	source := signals.Source{Kind: "ssm_automation", Subject: "Drain"}
	r := inSandbox(t, drains("Success"), func(ctx context.Context, r *rig) {
		r.watch(ctx, "ssm_automation", "Drain")
		r.sleep(ctx, 12*time.Second)
		r.account.SetWeather(sandbox.Weather{Services: []string{"SSM.GetAutomationExecution"}, Error: 1})
		r.execute(ctx, "Drain", "orders")
		stood := r.until(source)
		r.sleep(ctx, 4*time.Minute)
		require.Equal(t, stood, r.until(source), "without its parameters the execution has not been seen")
		r.account.SetWeather()
		r.sleep(ctx, time.Minute)
	})
	require.Len(t, r.emitted, 2)
	require.Empty(t, r.blind)
}
