package signals

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// Execution is the payload of an ssm_automation: an execution of the document that started or ended.
type Execution struct {
	ID         string              `json:"id"`
	Document   string              `json:"document"`
	Status     string              `json:"status"` // ExecutionStarted, or the status with which it ended
	Started    time.Time           `json:"started"`
	Ended      time.Time           `json:"ended,omitzero"`
	Parameters map[string][]string `json:"parameters,omitempty"`
}

// ExecutionStarted is the status of an execution that has started, whatever it waits for since.
const ExecutionStarted = string(types.AutomationExecutionStatusInprogress)

// ExecutionEnds returns the statuses with which an execution can end.
func ExecutionEnds() []string {
	return []string{
		string(types.AutomationExecutionStatusSuccess), string(types.AutomationExecutionStatusFailed),
		string(types.AutomationExecutionStatusTimedout), string(types.AutomationExecutionStatusCancelled),
		string(types.AutomationExecutionStatusCompletedWithSuccess),
		string(types.AutomationExecutionStatusCompletedWithFailure),
		string(types.AutomationExecutionStatusRejected), string(types.AutomationExecutionStatusExited),
		string(types.AutomationExecutionStatusChangeCalendarOverrideRejected),
	}
}

// executionCalls are the calls that watching executions takes.
type executionCalls interface {
	DescribeAutomationExecutions(context.Context, *ssm.DescribeAutomationExecutionsInput, ...func(*ssm.Options)) (
		*ssm.DescribeAutomationExecutionsOutput, error)
	GetAutomationExecution(context.Context, *ssm.GetAutomationExecutionInput, ...func(*ssm.Options)) (
		*ssm.GetAutomationExecutionOutput, error)
}

func executionKind() Kind {
	return Kind{
		Name:        "ssm_automation",
		Permissions: []string{"ssm:DescribeAutomationExecutions", "ssm:GetAutomationExecution"},
		Decode:      decode[Execution],
		New: func(env Env) Watcher {
			return &executionWatcher{env: env, calls: ssm.NewFromConfig(env.AWS)}
		},
	}
}

const (
	// executionsBefore is how long before the run an execution may have started and still be found running.
	executionsBefore = time.Hour
	// executionLag is how late an execution may show in DescribeAutomationExecutions and still be found.
	executionLag = time.Minute
	// executionPage is how many executions one call describes (DescribeAutomationExecutions).
	executionPage = 50
)

type executionWatcher struct {
	env   Env
	calls executionCalls
}

// Watch describes the executions of one document after the other.
func (w *executionWatcher) Watch(ctx context.Context, sources []Source, sink Sink) error {
	views := make([]*executionView, len(sources))
	for i, source := range sources {
		views[i] = &executionView{
			executionWatcher: w, source: source, sink: sink, known: map[string]*Execution{},
			seen: w.env.Since.Add(-executionsBefore),
		}
	}
	return keepLooking(ctx, w.env, func(ctx context.Context) error {
		var errs []error
		for _, view := range views {
			if err := view.look(ctx); err != nil {
				errs = append(errs, fmt.Errorf("look at executions of %s: %w", view.source.Subject, err))
			}
		}
		return errors.Join(errs...)
	})
}

// executionView is what one Watch has seen of one document.
type executionView struct {
	*executionWatcher
	source Source
	sink   Sink
	known  map[string]*Execution // as last emitted, by id
	seen   time.Time             // how far, in AWS's time
}

// look emits what started and what ended since the last one.
func (v *executionView) look(ctx context.Context) error {
	found, during, err := v.describe(ctx, v.since())
	if err != nil {
		return err
	}
	look := v.env.ToAWS(during.sent, during.answered)
	for _, execution := range found {
		if err := v.compare(ctx, execution, Moment{Earliest: v.seen, Latest: look.Latest}); err != nil {
			return err
		}
	}
	v.seen = look.Earliest
	v.sink.Saw(v.source, v.seen)
	return nil
}

// since is when the oldest execution started that can still bring news.
func (v *executionView) since() time.Time {
	oldest := v.seen
	for _, execution := range v.known {
		if execution.Status == ExecutionStarted && execution.Started.Before(oldest) {
			oldest = execution.Started
		}
	}
	return oldest.Add(-executionLag)
}

// describe returns the executions of the document that started after then, the oldest first.
func (v *executionView) describe(ctx context.Context, then time.Time) ([]types.AutomationExecutionMetadata, span, error) {
	in := &ssm.DescribeAutomationExecutionsInput{MaxResults: aws.Int32(executionPage), Filters: []types.AutomationExecutionFilter{
		{Key: types.AutomationExecutionFilterKeyDocumentNamePrefix, Values: []string{v.source.Subject}},
		{Key: types.AutomationExecutionFilterKeyStartTimeAfter, Values: []string{then.UTC().Format(time.RFC3339)}},
	}}
	var found []types.AutomationExecutionMetadata
	var during span
	for {
		out, page, err := timed(v.env, func() (*ssm.DescribeAutomationExecutionsOutput, error) {
			return v.calls.DescribeAutomationExecutions(ctx, in)
		})
		if err != nil {
			return nil, during, err
		}
		during = during.until(page)
		for _, e := range out.AutomationExecutionMetadataList {
			if aws.ToString(e.DocumentName) == v.source.Subject && e.ExecutionStartTime != nil {
				found = append(found, e)
			}
		}
		if aws.ToString(out.NextToken) == "" {
			break
		}
		in.NextToken = out.NextToken
	}
	slices.SortStableFunc(found, func(a, b types.AutomationExecutionMetadata) int {
		return cmp.Or(a.ExecutionStartTime.Compare(*b.ExecutionStartTime),
			cmp.Compare(aws.ToString(a.AutomationExecutionId), aws.ToString(b.AutomationExecutionId)))
	})
	return found, during, nil
}

// compare emits what is new about one execution. Where AWS does not say when it ended, it was between the looks.
func (v *executionView) compare(ctx context.Context, now types.AutomationExecutionMetadata, between Moment) error {
	id, status := aws.ToString(now.AutomationExecutionId), string(now.AutomationExecutionStatus)
	ended := slices.Contains(ExecutionEnds(), status)
	known := v.known[id]
	if known == nil {
		if ended && lastSign(now).Before(v.env.Since) {
			return nil // over before anybody watched
		}
		var err error
		if known, err = v.started(ctx, now); err != nil {
			return err
		}
		v.known[id] = known
		v.emit(Stamp(known.Started), *known)
	}
	if !ended || known.Status != ExecutionStarted {
		return nil
	}
	at := between
	known.Status = status
	if now.ExecutionEndTime != nil {
		known.Ended = now.ExecutionEndTime.UTC()
		at = Stamp(known.Ended)
	}
	v.emit(at, *known)
	return nil
}

func (v *executionView) emit(at Moment, value Execution) {
	v.sink.Emit(Signal{Source: v.source, At: at, Seen: v.env.Clock.Now(), Value: value})
}

// lastSign is when the execution ended or, where AWS does not say, began.
func lastSign(execution types.AutomationExecutionMetadata) time.Time {
	if execution.ExecutionEndTime != nil {
		return *execution.ExecutionEndTime
	}
	return *execution.ExecutionStartTime
}

// started reads what DescribeAutomationExecutions does not tell.
func (v *executionView) started(ctx context.Context, now types.AutomationExecutionMetadata) (*Execution, error) {
	out, err := v.calls.GetAutomationExecution(ctx, &ssm.GetAutomationExecutionInput{AutomationExecutionId: now.AutomationExecutionId})
	if err != nil {
		return nil, fmt.Errorf("get execution %s: %w", aws.ToString(now.AutomationExecutionId), err)
	}
	execution := &Execution{
		ID: aws.ToString(now.AutomationExecutionId), Document: v.source.Subject, Status: ExecutionStarted,
		Started: now.ExecutionStartTime.UTC(),
	}
	if out.AutomationExecution != nil {
		execution.Parameters = out.AutomationExecution.Parameters
	}
	return execution, nil
}
