package wiretest_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/require"

	"gameday/internal/wiretest"
)

func TestPeopleWhoListenToATopicAreToldOfARun(t *testing.T) {
	t.Parallel()
	c := newCheckout(t, wiretest.StartFauxqs(t))
	topic, err := c.topics.CreateTopic(t.Context(), &sns.CreateTopicInput{Name: aws.String("game-days")})
	require.NoError(t, err)
	queue, err := c.queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("people")})
	require.NoError(t, err)
	_, err = c.topics.Subscribe(t.Context(), &sns.SubscribeInput{
		TopicArn: topic.TopicArn, Protocol: aws.String("sqs"), Endpoint: aws.String("arn:aws:sqs:us-east-1:" + c.account + ":people"),
	})
	require.NoError(t, err)
	d := newDesk(t, c.scenario(c.endpoint, "messages = 50")+fmt.Sprintf(`
notify "sns" "people" {
  on        = ["started", "finished"]
  topic_arn = %q
}
`, *topic.TopicArn))

	run := d.start("run", "wire.hcl", "--yes", "--tick", "1s")
	eventually(t, "the fault", func() bool { return len(d.events("fault.injected")) > 0 })
	c.page("wake up, orders pile up")
	run.exits(0, time.Minute)

	subjects := map[string]string{}
	eventually(t, "both messages", func() bool {
		out, err := c.queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: queue.QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1})
		require.NoError(t, err)
		for _, m := range out.Messages {
			var told struct {
				Subject, Message  string
				MessageAttributes map[string]struct{ Value string }
			}
			require.NoError(t, json.Unmarshal([]byte(aws.ToString(m.Body)), &told))
			require.Contains(t, told.Message, "Run "+d.run())
			subjects[told.MessageAttributes["gameday.occasion"].Value] = told.Subject
		}
		return len(subjects) == 2
	})
	require.Equal(t, map[string]string{"started": "Game day started: wire", "finished": "Game day finished: wire: passed"}, subjects)
	require.Equal(t, 1, d.summary().APICalls["sns:Publish"], "the last one comes after the count")
}
