package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
)

// rising is an account whose metric rises above its alarm's threshold after five minutes and falls after ten.
func rising(period time.Duration, periods int) Spec {
	return Spec{
		Topics:  []TopicSpec{{Name: "page"}, {Name: "calm"}},
		Metrics: []MetricSpec{{Name: "errors", Value: 0.2, At: map[time.Duration]float64{10 * time.Minute: 0.5, 5 * time.Minute: 9}}},
		Alarms: []AlarmSpec{{
			Name: "errors-high", Watch: Ref{"metric", "errors", ""}, Above: number(1), Period: period, Periods: periods,
			ActionsEnabled: true, AlarmActions: []Ref{{"sns_topic", "page", ""}}, OKActions: []Ref{{"sns_topic", "calm", ""}},
		}},
	}
}

// theAlarm is the alarm as CloudWatch describes it.
func theAlarm(t *testing.T, ctx context.Context, a *Account) types.MetricAlarm {
	out, err := cloudwatch.NewFromConfig(a.Config()).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{
		AlarmNames: []string{"errors-high"}, AlarmTypes: types.AlarmType("").Values(),
	})
	if !assert.NoError(t, err) || !assert.Len(t, out.MetricAlarms, 1) {
		return types.MetricAlarm{}
	}
	return out.MetricAlarms[0]
}

// historyOf is what happened to the alarm since the account began, the oldest first: the kinds of items and their summaries.
func historyOf(t *testing.T, ctx context.Context, a *Account, name string) (told []string) {
	p := cloudwatch.NewDescribeAlarmHistoryPaginator(cloudwatch.NewFromConfig(a.Config()), &cloudwatch.DescribeAlarmHistoryInput{
		AlarmName: aws.String(name), StartDate: aws.Time(dawn), ScanBy: types.ScanByTimestampAscending,
		AlarmTypes: types.AlarmType("").Values(),
	})
	for p.HasMorePages() {
		out, err := p.NextPage(ctx)
		if !assert.NoError(t, err) {
			return told
		}
		for _, item := range out.AlarmHistoryItems {
			told = append(told, fmt.Sprintf("%s: %s", item.HistoryItemType, *item.HistorySummary))
		}
	}
	return told
}

const (
	pageARN = "arn:aws:sns:eu-west-1:111122223333:page"
	calmARN = "arn:aws:sns:eu-west-1:111122223333:calm"
)

func TestAnAlarmFollowsItsMetricAtItsNextEvaluation(t *testing.T) {
	for _, row := range []struct {
		period      time.Duration
		periods     int
		least, most time.Duration
	}{
		{time.Minute, 1, 5 * time.Minute, 6 * time.Minute},
		{time.Minute, 3, 7 * time.Minute, 8 * time.Minute},
		{10 * time.Second, 1, 5 * time.Minute, 5*time.Minute + 10*time.Second},
		{10 * time.Second, 3, 5*time.Minute + 20*time.Second, 5*time.Minute + 30*time.Second},
		{2 * time.Minute, 2, 7 * time.Minute, 9 * time.Minute},
	} {
		t.Run(fmt.Sprint(row.periods, " times ", row.period), func(t *testing.T) {
			awake(t, rising(row.period, row.periods), 1, func(ctx context.Context, a *Account) {
				assert.Equal(t, types.StateValueOk, theAlarm(t, ctx, a).StateValue)
				fired := soon(t, ctx, a, time.Hour, func() bool { return theAlarm(t, ctx, a).StateValue == types.StateValueAlarm })
				assert.GreaterOrEqual(t, fired, row.least)
				assert.LessOrEqual(t, fired, row.most+200*time.Millisecond)
				transitioned := theAlarm(t, ctx, a).StateTransitionedTimestamp.Sub(dawn)
				assert.InDelta(t, fired.Seconds(), transitioned.Seconds(), 0.2)
				if row.period > time.Minute {
					return
				}
				cleared := soon(t, ctx, a, time.Hour, func() bool { return theAlarm(t, ctx, a).StateValue == types.StateValueOk })
				assert.InDelta(t, (10*time.Minute + (fired-5*time.Minute)%row.period).Seconds(), cleared.Seconds(), 0.3)
			})
		})
	}
}

func TestAnAlarmBeginsInTheStateThatItsMetricImplies(t *testing.T) {
	spec := rising(time.Minute, 1)
	spec.Metrics[0].Value = 2
	awake(t, spec, 1, func(ctx context.Context, a *Account) {
		m := theAlarm(t, ctx, a)
		assert.Equal(t, types.StateValueAlarm, m.StateValue)
		assert.True(t, m.StateTransitionedTimestamp.Before(dawn))
		assert.Equal(t, "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:errors-high", *m.AlarmArn)
		assert.Empty(t, historyOf(t, ctx, a, "errors-high"))
	})
}

func TestTheLastTransitionIsNotTheLastUpdate(t *testing.T) {
	awake(t, rising(time.Minute, 1), 1, func(ctx context.Context, a *Account) {
		assert.NoError(t, a.clock.Sleep(ctx, 8*time.Minute))
		m := theAlarm(t, ctx, a)
		assert.Greater(t, m.StateUpdatedTimestamp.Sub(*m.StateTransitionedTimestamp), time.Minute)
		assert.Zero(t, m.StateUpdatedTimestamp.Nanosecond()%int(time.Millisecond))
	})
}

func TestATransitionRunsActionsAndLeavesHistory(t *testing.T) {
	awake(t, rising(time.Minute, 1), 1, func(ctx context.Context, a *Account) {
		url := listen(t, ctx, a, pageARN)
		assert.NoError(t, a.clock.Sleep(ctx, 12*time.Minute))
		assert.Equal(t, []string{
			"StateUpdate: Alarm updated from OK to ALARM",
			"Action: Successfully executed action " + pageARN,
			"StateUpdate: Alarm updated from ALARM to OK",
			"Action: Successfully executed action " + calmARN,
		}, historyOf(t, ctx, a, "errors-high"))

		body := receive(t, ctx, a, url)
		var envelope struct{ Subject, Message string }
		assert.NoError(t, json.Unmarshal([]byte(body), &envelope))
		assert.Equal(t, `ALARM: "errors-high" in EU (Ireland)`, envelope.Subject)
		var told map[string]any
		assert.NoError(t, json.Unmarshal([]byte(envelope.Message), &told))
		assert.Equal(t, "errors-high", told["AlarmName"])
		assert.Equal(t, "ALARM", told["NewStateValue"])
		assert.Equal(t, "OK", told["OldStateValue"])
		assert.Equal(t, "111122223333", told["AWSAccountId"])
		assert.Contains(t, told["NewStateReason"], "1 out of the last 1 datapoints [9.0 (")
		assert.Contains(t, told["NewStateReason"], "was greater than the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition)")
		assert.Equal(t, "errors", told["Trigger"].(map[string]any)["MetricName"])
		assert.Equal(t, []any{pageARN}, told["AlarmActions"])
	})
}

func TestHistoryTellsBothStatesAsJSON(t *testing.T) {
	awake(t, rising(time.Minute, 1), 1, func(ctx context.Context, a *Account) {
		assert.NoError(t, a.clock.Sleep(ctx, 12*time.Minute))
		out, err := cloudwatch.NewFromConfig(a.Config()).DescribeAlarmHistory(ctx, &cloudwatch.DescribeAlarmHistoryInput{
			AlarmName: aws.String("errors-high"), HistoryItemType: types.HistoryItemTypeStateUpdate, MaxRecords: aws.Int32(1),
		})
		assert.NoError(t, err)
		assert.NotNil(t, out.NextToken)
		var told struct {
			OldState, NewState struct {
				StateValue, StateReason string
				StateReasonData         struct{ RecentDatapoints []float64 }
			}
		}
		assert.NoError(t, json.Unmarshal([]byte(*out.AlarmHistoryItems[0].HistoryData), &told))
		assert.Equal(t, "ALARM", told.OldState.StateValue)
		assert.Equal(t, "OK", told.NewState.StateValue)
		assert.Equal(t, []float64{0.5}, told.NewState.StateReasonData.RecentDatapoints, "the newest comes first")
	})
}

func TestASetStateRunsActionsAndGoesBackAtTheNextEvaluation(t *testing.T) {
	awake(t, rising(time.Minute, 1), 1, func(ctx context.Context, a *Account) {
		c := cloudwatch.NewFromConfig(a.Config())
		before := a.Snapshot()
		_, err := c.SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{
			AlarmName: aws.String("errors-high"), StateValue: types.StateValueAlarm, StateReason: aws.String("a game day"),
		})
		assert.NoError(t, err)
		m := theAlarm(t, ctx, a)
		assert.Equal(t, types.StateValueAlarm, m.StateValue)
		assert.Equal(t, "a game day", *m.StateReason)
		assert.NotEqual(t, before, a.Snapshot())
		back := soon(t, ctx, a, time.Hour, func() bool { return theAlarm(t, ctx, a).StateValue == types.StateValueOk })
		assert.Less(t, back, 61*time.Second)
		assert.NoError(t, a.clock.Sleep(ctx, time.Second))
		assert.Equal(t, []string{
			"StateUpdate: Alarm updated from OK to ALARM",
			"Action: Successfully executed action " + pageARN,
			"StateUpdate: Alarm updated from ALARM to OK",
			"Action: Successfully executed action " + calmARN,
		}, historyOf(t, ctx, a, "errors-high"))
		assert.Equal(t, before, a.Snapshot())

		_, err = c.SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{
			AlarmName: aws.String("errors-low"), StateValue: types.StateValueAlarm, StateReason: aws.String("a game day"),
		})
		var missing *types.ResourceNotFound
		assert.ErrorAs(t, err, &missing)
	})
}

func TestWithActionsDisabledAnAlarmChangesItsStateOnly(t *testing.T) {
	awake(t, rising(time.Minute, 1), 1, func(ctx context.Context, a *Account) {
		c := cloudwatch.NewFromConfig(a.Config())
		before := a.Snapshot()
		_, err := c.DisableAlarmActions(ctx, &cloudwatch.DisableAlarmActionsInput{AlarmNames: []string{"errors-high", "no-such-alarm"}})
		assert.NoError(t, err)
		assert.False(t, *theAlarm(t, ctx, a).ActionsEnabled)
		assert.NoError(t, a.clock.Sleep(ctx, 7*time.Minute))
		_, err = c.EnableAlarmActions(ctx, &cloudwatch.EnableAlarmActionsInput{AlarmNames: []string{"errors-high"}})
		assert.NoError(t, err)
		assert.NoError(t, a.clock.Sleep(ctx, 2*time.Minute))
		assert.Equal(t, []string{
			`ConfigurationUpdate: Alarm "errors-high" updated`,
			"StateUpdate: Alarm updated from OK to ALARM",
			`ConfigurationUpdate: Alarm "errors-high" updated`,
		}, historyOf(t, ctx, a, "errors-high"), "what was missed is not made up for")
		assert.NoError(t, a.clock.Sleep(ctx, 3*time.Minute))
		assert.Equal(t, before, a.Snapshot())
	})
}

func TestAnActionOnATopicThatIsGoneFails(t *testing.T) {
	awake(t, rising(time.Minute, 1), 1, func(ctx context.Context, a *Account) {
		_, err := sns.NewFromConfig(a.Config()).DeleteTopic(ctx, &sns.DeleteTopicInput{TopicArn: aws.String(pageARN)})
		assert.NoError(t, err)
		assert.NoError(t, a.clock.Sleep(ctx, 8*time.Minute))
		assert.Contains(t, historyOf(t, ctx, a, "errors-high"), "Action: Failed to execute action "+pageARN)
	})
}

func TestACompositeAlarmKeepsASetStateUntilAChildChanges(t *testing.T) {
	awake(t, rising(time.Minute, 1), 1, func(ctx context.Context, a *Account) {
		assert.NoError(t, a.AddCompositeAlarm("site", "errors-high"))
		c := cloudwatch.NewFromConfig(a.Config())
		state := func() types.StateValue {
			out, err := c.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{
				AlarmNames: []string{"site"}, AlarmTypes: []types.AlarmType{types.AlarmTypeCompositeAlarm},
			})
			if !assert.NoError(t, err) || !assert.Len(t, out.CompositeAlarms, 1) {
				return ""
			}
			return out.CompositeAlarms[0].StateValue
		}
		assert.Equal(t, types.StateValueOk, state())
		_, err := c.SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{
			AlarmName: aws.String("site"), StateValue: types.StateValueAlarm, StateReason: aws.String("a game day"),
		})
		assert.NoError(t, err)
		assert.NoError(t, a.clock.Sleep(ctx, 9*time.Minute))
		assert.Equal(t, types.StateValueAlarm, state(), "nobody evaluates it")
		assert.NoError(t, a.clock.Sleep(ctx, 2*time.Minute))
		assert.Equal(t, types.StateValueOk, state(), "its child came back to OK")

		plain, err := c.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{})
		assert.NoError(t, err)
		assert.Empty(t, plain.CompositeAlarms, "who asks for no types gets metric alarms only")
		assert.Len(t, plain.MetricAlarms, 1)
	})
}

func TestAlarmsComeInPagesAndAtMostAHundredNamesAreTaken(t *testing.T) {
	spec := Spec{Metrics: []MetricSpec{{Name: "m"}}}
	var names []string
	for i := range 120 {
		names = append(names, fmt.Sprintf("alarm-%03d", i))
		spec.Alarms = append(spec.Alarms, AlarmSpec{Name: names[i], Watch: Ref{"metric", "m", ""}, Above: number(1)})
	}
	awake(t, spec, 1, func(ctx context.Context, a *Account) {
		c := cloudwatch.NewFromConfig(a.Config())
		_, err := c.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: names[:101]})
		assert.Equal(t, "ValidationError", code(err))
		_, err = c.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{MaxRecords: aws.Int32(101)})
		assert.Equal(t, "ValidationError", code(err))
		out, err := c.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: names[:100]})
		assert.NoError(t, err)
		assert.Len(t, out.MetricAlarms, 50)
		_, err = c.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{NextToken: aws.String("what?")})
		assert.Equal(t, "InvalidNextToken", code(err))

		var found []string
		pages := 0
		p := cloudwatch.NewDescribeAlarmsPaginator(c, &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String("alarm-")})
		for ; p.HasMorePages(); pages++ {
			out, err := p.NextPage(ctx)
			if !assert.NoError(t, err) {
				return
			}
			for _, m := range out.MetricAlarms {
				found = append(found, *m.AlarmName)
			}
		}
		assert.Equal(t, names, found)
		assert.Equal(t, 3, pages)
	})
}

func TestAnAlarmWatchesAQueue(t *testing.T) {
	spec := Spec{
		Queues: []QueueSpec{{Name: "orders"}},
		Alarms: []AlarmSpec{{Name: "backlog", Watch: Ref{"sqs_queue", "orders", "visible"}, Above: number(4)}},
	}
	awake(t, spec, 1, func(ctx context.Context, a *Account) {
		c := sqs.NewFromConfig(a.Config())
		for range 5 {
			_, err := c.SendMessage(ctx, &sqs.SendMessageInput{
				QueueUrl: aws.String("https://sqs.eu-west-1.amazonaws.com/111122223333/orders"), MessageBody: aws.String("order"),
			})
			assert.NoError(t, err)
		}
		assert.NoError(t, a.clock.Sleep(ctx, 61*time.Second))
		assert.Equal(t, []string{"StateUpdate: Alarm updated from OK to ALARM"}, historyOf(t, ctx, a, "backlog"))
	})
}

func TestAnAlarmWatchesAGroup(t *testing.T) {
	spec := fleet(exactly(10*time.Second), exactly(3*time.Minute))
	spec.Alarms = []AlarmSpec{{Name: "thin", Watch: Ref{"autoscaling_group", "web", "healthy"}, Below: number(3)}}
	awake(t, spec, 1, func(ctx context.Context, a *Account) {
		id := *theGroup(t, ctx, a).Instances[0].InstanceId
		_, err := ec2.NewFromConfig(a.Config()).TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
		assert.NoError(t, err)
		assert.NoError(t, a.clock.Sleep(ctx, 5*time.Minute))
		assert.Equal(t, []string{
			"StateUpdate: Alarm updated from OK to ALARM", "StateUpdate: Alarm updated from ALARM to OK",
		}, historyOf(t, ctx, a, "thin"))
	})
}

func TestMetricsCanBeReadBack(t *testing.T) {
	awake(t, rising(time.Minute, 1), 1, func(ctx context.Context, a *Account) {
		assert.NoError(t, a.clock.Sleep(ctx, 7*time.Minute))
		c := cloudwatch.NewFromConfig(a.Config())
		out, err := c.GetMetricData(ctx, &cloudwatch.GetMetricDataInput{
			StartTime: aws.Time(dawn), EndTime: aws.Time(dawn.Add(time.Hour)), ScanBy: types.ScanByTimestampAscending,
			MetricDataQueries: []types.MetricDataQuery{{Id: aws.String("e"), MetricStat: &types.MetricStat{
				Metric: &types.Metric{Namespace: aws.String("Sandbox"), MetricName: aws.String("errors")},
				Period: aws.Int32(60), Stat: aws.String("Maximum"),
			}}},
		})
		assert.NoError(t, err)
		assert.Equal(t, []float64{0.2, 0.2, 0.2, 0.2, 9, 9, 9}, out.MetricDataResults[0].Values)
		assert.Equal(t, dawn.Add(time.Minute), out.MetricDataResults[0].Timestamps[0])
	})
}

// listen subscribes a new queue to a topic and returns its URL.
func listen(t *testing.T, ctx context.Context, a *Account, topic string) string {
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},` +
		`"Action":"sqs:SendMessage","Resource":"*"}]}`
	out, err := sqs.NewFromConfig(a.Config()).CreateQueue(ctx, &sqs.CreateQueueInput{
		QueueName: aws.String("ear"), Attributes: map[string]string{"Policy": policy},
	})
	if !assert.NoError(t, err) {
		return ""
	}
	_, err = sns.NewFromConfig(a.Config()).Subscribe(ctx, &sns.SubscribeInput{
		TopicArn: aws.String(topic), Protocol: aws.String("sqs"), Endpoint: aws.String("arn:aws:sqs:eu-west-1:111122223333:ear"),
	})
	assert.NoError(t, err)
	return *out.QueueUrl
}

// receive returns the body of a message.
func receive(t *testing.T, ctx context.Context, a *Account, url string) string {
	out, err := sqs.NewFromConfig(a.Config()).ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &url, WaitTimeSeconds: 1})
	if !assert.NoError(t, err) || !assert.Len(t, out.Messages, 1) {
		return ""
	}
	return *out.Messages[0].Body
}

func TestAlarmsAreFoundByPrefixStateAndAction(t *testing.T) {
	spec := rising(time.Minute, 1)
	spec.Alarms = append(spec.Alarms, AlarmSpec{Name: "errors-any", Watch: Ref{"metric", "errors", ""}, Above: number(0)})
	awake(t, spec, 1, func(ctx context.Context, a *Account) {
		c := cloudwatch.NewFromConfig(a.Config())
		find := func(in cloudwatch.DescribeAlarmsInput) (names []string) {
			out, err := c.DescribeAlarms(ctx, &in)
			if !assert.NoError(t, err) {
				return nil
			}
			for _, m := range out.MetricAlarms {
				names = append(names, *m.AlarmName)
			}
			return names
		}
		assert.Equal(t, []string{"errors-any", "errors-high"}, find(cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String("errors-")}))
		assert.Equal(t, []string{"errors-any"}, find(cloudwatch.DescribeAlarmsInput{StateValue: types.StateValueAlarm}))
		assert.Equal(t, []string{"errors-high"}, find(cloudwatch.DescribeAlarmsInput{ActionPrefix: aws.String(pageARN)}))
		_, err := c.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{
			AlarmNamePrefix: aws.String("errors-"), AlarmNames: []string{"errors-any"},
		})
		assert.Equal(t, "ValidationError", code(err))
	})
}

func TestStatisticsOfAnHourSummarizeItsMinutes(t *testing.T) {
	awake(t, rising(time.Minute, 1), 1, func(ctx context.Context, a *Account) {
		assert.NoError(t, a.clock.Sleep(ctx, 6*time.Minute))
		out, err := cloudwatch.NewFromConfig(a.Config()).GetMetricStatistics(ctx, &cloudwatch.GetMetricStatisticsInput{
			Namespace: aws.String("Sandbox"), MetricName: aws.String("errors"), Period: aws.Int32(3600),
			StartTime: aws.Time(dawn), EndTime: aws.Time(dawn.Add(time.Hour)), Statistics: types.Statistic("").Values(),
		})
		assert.NoError(t, err)
		d := out.Datapoints[0]
		assert.Equal(t, 0.2, *d.Minimum)
		assert.Equal(t, 9.0, *d.Maximum)
		assert.InDelta(t, 18.8, *d.Sum, 1e-9)
		assert.InDelta(t, 18.8/6, *d.Average, 1e-9)
	})
}
