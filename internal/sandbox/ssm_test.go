package sandbox

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/stretchr/testify/assert"

	"gameday/internal/chance"
)

// drained is an account whose alarm, with its actions disabled, starts a runbook that speeds a queue up.
func drained(takes Span, status string) Spec {
	spec := rising(time.Minute, 1)
	spec.Alarms[0].ActionsEnabled = false
	spec.Queues = []QueueSpec{{Name: "orders", ArrivesPerSecond: 1, ConsumesPerSecond: 0}}
	spec.Automations = []AutomationSpec{{
		Name: "Drain-Orders", StartedBy: &Ref{"cloudwatch_alarm", "errors-high", ""}, Takes: takes, Status: status,
		Then: map[string]float64{"sqs_queue.orders.consumes_per_second": 600},
	}}
	return spec
}

// executions are those of the drain, the newest first.
func executions(t *testing.T, ctx context.Context, a *Account, filters ...types.AutomationExecutionFilter) []types.AutomationExecutionMetadata {
	out, err := ssm.NewFromConfig(a.Config()).DescribeAutomationExecutions(ctx, &ssm.DescribeAutomationExecutionsInput{
		Filters: append(filters, types.AutomationExecutionFilter{
			Key: types.AutomationExecutionFilterKeyDocumentNamePrefix, Values: []string{"Drain-"},
		}),
	})
	assert.NoError(t, err)
	return out.AutomationExecutionMetadataList
}

func begin(t *testing.T, ctx context.Context, a *Account, parameters map[string][]string) string {
	out, err := ssm.NewFromConfig(a.Config()).StartAutomationExecution(ctx, &ssm.StartAutomationExecutionInput{
		DocumentName: aws.String("Drain-Orders"), Parameters: parameters,
	})
	if !assert.NoError(t, err) {
		return ""
	}
	return *out.AutomationExecutionId
}

func TestAnAlarmStartsItsRunbookEvenWithItsActionsDisabled(t *testing.T) {
	awake(t, drained(exactly(50*time.Second), "Success"), 1, func(ctx context.Context, a *Account) {
		assert.NoError(t, a.clock.Sleep(ctx, 5*time.Minute))
		assert.Empty(t, executions(t, ctx, a))
		soon(t, ctx, a, time.Hour, func() bool { return len(executions(t, ctx, a)) == 1 })
		fired := theAlarm(t, ctx, a).StateTransitionedTimestamp
		seen := map[types.AutomationExecutionStatus]bool{}
		soon(t, ctx, a, time.Hour, func() bool {
			status := executions(t, ctx, a)[0].AutomationExecutionStatus
			seen[status] = true
			return status == types.AutomationExecutionStatusSuccess
		})
		assert.Contains(t, seen, types.AutomationExecutionStatusInprogress)
		x := executions(t, ctx, a)[0]
		assert.InDelta(t, 1.25, x.ExecutionStartTime.Sub(*fired).Seconds(), 0.76)
		assert.Equal(t, 50*time.Second, x.ExecutionEndTime.Sub(*x.ExecutionStartTime))

		got, err := ssm.NewFromConfig(a.Config()).GetAutomationExecution(ctx, &ssm.GetAutomationExecutionInput{
			AutomationExecutionId: x.AutomationExecutionId,
		})
		assert.NoError(t, err)
		assert.Equal(t, map[string][]string{"AlarmName": {"errors-high"}}, got.AutomationExecution.Parameters)
		assert.NoError(t, a.clock.Sleep(ctx, 10*time.Second))
		assert.Zero(t, a.queueVisible("orders"), "the runbook did its work")
	})
}

func TestARunbookThatFailsChangesNothing(t *testing.T) {
	awake(t, drained(exactly(5*time.Second), "Failed"), 1, func(ctx context.Context, a *Account) {
		assert.NoError(t, a.clock.Sleep(ctx, 7*time.Minute))
		assert.Equal(t, types.AutomationExecutionStatusFailed, executions(t, ctx, a)[0].AutomationExecutionStatus)
		assert.NotNil(t, executions(t, ctx, a)[0].FailureMessage)
		assert.Greater(t, a.queueVisible("orders"), 300.0)
	})
}

func TestAnExecutionCanBeStoppedOnce(t *testing.T) {
	awake(t, drained(exactly(50*time.Second), "Success"), 1, func(ctx context.Context, a *Account) {
		c := ssm.NewFromConfig(a.Config())
		id := begin(t, ctx, a, nil)
		stop := func() error {
			_, err := c.StopAutomationExecution(ctx, &ssm.StopAutomationExecutionInput{AutomationExecutionId: &id})
			return err
		}
		assert.NoError(t, stop())
		assert.Equal(t, types.AutomationExecutionStatusCancelling, executions(t, ctx, a)[0].AutomationExecutionStatus)
		assert.NoError(t, a.clock.Sleep(ctx, time.Minute))
		assert.Equal(t, types.AutomationExecutionStatusCancelled, executions(t, ctx, a)[0].AutomationExecutionStatus)
		var ended *types.InvalidAutomationStatusUpdateException
		assert.ErrorAs(t, stop(), &ended)
		assert.Greater(t, a.queueVisible("orders"), 50.0, "it never did its work")
	})
}

func TestExecutionsAreFilteredByTheirStart(t *testing.T) {
	awake(t, drained(exactly(5*time.Second), "Success"), 1, func(ctx context.Context, a *Account) {
		by := func(key types.AutomationExecutionFilterKey, value string) types.AutomationExecutionFilter {
			return types.AutomationExecutionFilter{Key: key, Values: []string{value}}
		}
		first := begin(t, ctx, a, map[string][]string{"Queue": {"orders"}})
		assert.NoError(t, a.clock.Sleep(ctx, time.Minute))
		second := begin(t, ctx, a, nil)
		middle := dawn.Add(30 * time.Second).Format(time.RFC3339)

		all := executions(t, ctx, a)
		assert.Len(t, all, 2)
		assert.Equal(t, second, *all[0].AutomationExecutionId, "the newest comes first")
		late := executions(t, ctx, a, by(types.AutomationExecutionFilterKeyStartTimeAfter, middle))
		assert.Len(t, late, 1)
		assert.Equal(t, second, *late[0].AutomationExecutionId)
		early := executions(t, ctx, a, by(types.AutomationExecutionFilterKeyStartTimeBefore, middle))
		assert.Len(t, early, 1)
		assert.Equal(t, first, *early[0].AutomationExecutionId)
		assert.Len(t, executions(t, ctx, a, by(types.AutomationExecutionFilterKeyExecutionStatus, "Success")), 1)

		_, err := ssm.NewFromConfig(a.Config()).DescribeAutomationExecutions(ctx, &ssm.DescribeAutomationExecutionsInput{
			Filters: []types.AutomationExecutionFilter{by(types.AutomationExecutionFilterKeyStartTimeAfter, "yesterday")},
		})
		var wrong *types.InvalidFilterValue
		assert.ErrorAs(t, err, &wrong)
	})
}

func TestExecutionsAndDocumentsComeInPages(t *testing.T) {
	awake(t, drained(exactly(5*time.Second), "Success"), 1, func(ctx context.Context, a *Account) {
		c := ssm.NewFromConfig(a.Config())
		for range 12 {
			begin(t, ctx, a, nil)
		}
		found, pages := map[string]bool{}, 0
		p := ssm.NewDescribeAutomationExecutionsPaginator(c, &ssm.DescribeAutomationExecutionsInput{})
		for ; p.HasMorePages(); pages++ {
			out, err := p.NextPage(ctx)
			if !assert.NoError(t, err) {
				return
			}
			for _, x := range out.AutomationExecutionMetadataList {
				found[*x.AutomationExecutionId] = true
			}
		}
		assert.Len(t, found, 12)
		assert.Equal(t, 2, pages)
		_, err := c.DescribeAutomationExecutions(ctx, &ssm.DescribeAutomationExecutionsInput{MaxResults: aws.Int32(51)})
		assert.Equal(t, "ValidationException", code(err))

		documents, err := c.ListDocuments(ctx, &ssm.ListDocumentsInput{})
		assert.NoError(t, err)
		assert.Equal(t, "Drain-Orders", *documents.DocumentIdentifiers[0].Name)
		none, err := c.ListDocuments(ctx, &ssm.ListDocumentsInput{Filters: []types.DocumentKeyValuesFilter{
			{Key: aws.String("Name"), Values: []string{"Fill-"}},
		}})
		assert.NoError(t, err)
		assert.Empty(t, none.DocumentIdentifiers)
		_, err = c.DescribeDocument(ctx, &ssm.DescribeDocumentInput{Name: aws.String("Fill-Orders")})
		assert.Equal(t, "InvalidDocument", code(err))
		_, err = c.StartAutomationExecution(ctx, &ssm.StartAutomationExecutionInput{DocumentName: aws.String("Fill-Orders")})
		assert.Equal(t, "AutomationDefinitionNotFoundException", code(err))
	})
}

func TestTheSameSeedRunsTheSameRunbookAtTheSameTime(t *testing.T) {
	story := func(seed chance.Seed) (told []any) {
		awake(t, drained(between(45*time.Second, 75*time.Second), "Success"), seed, func(ctx context.Context, a *Account) {
			assert.NoError(t, a.clock.Sleep(ctx, 8*time.Minute))
			x := executions(t, ctx, a)[0]
			told = []any{*x.AutomationExecutionId, *x.ExecutionStartTime, *x.ExecutionEndTime, *theAlarm(t, ctx, a).StateTransitionedTimestamp}
		})
		return told
	}
	assert.Equal(t, story(1), story(1))
	assert.NotEqual(t, story(1), story(2))
}
