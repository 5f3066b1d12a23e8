package sandbox

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// automations is SSM Automation, as far as it is imitated.
type automations struct {
	account    *Account
	documents  []*document // by name
	byName     map[string]*document
	executions []*execution // the oldest first
	byID       map[string]*execution
}

// document is a runbook.
type document struct {
	spec  AutomationSpec
	block string
	then  []rateChange
	runs  int
}

// rateChange is what a successful execution does to a queue.
type rateChange struct {
	queue, attribute string
	perSecond        float64
}

// execution is one run of a document.
type execution struct {
	id, by       string
	document     *document
	parameters   map[string][]string
	status       types.AutomationExecutionStatus
	began, ended time.Time
	stopping     bool
}

// ssm builds the documents and the rules that start them, and answers for them.
func (a *Account) ssm(spec Spec) error {
	s := &automations{account: a, byName: map[string]*document{}, byID: map[string]*execution{}}
	a.automations = s
	for _, described := range spec.Automations {
		d, err := s.build(spec, described)
		if err != nil {
			return fmt.Errorf("ssm_automation %q: %w", described.Name, err)
		}
		s.byName[described.Name], s.documents = d, append(s.documents, d)
		if described.StartedBy != nil {
			s.rule(d, described.StartedBy.Name)
		}
	}
	slices.SortFunc(s.documents, func(x, y *document) int { return strings.Compare(x.spec.Name, y.spec.Name) })
	s.answer()
	return nil
}

func (s *automations) build(spec Spec, described AutomationSpec) (*document, error) {
	if s.byName[described.Name] != nil {
		return nil, fmt.Errorf("there are two of that name")
	}
	if by := described.StartedBy; by != nil && (by.Kind != "cloudwatch_alarm" || s.account.alarms.byName[by.Name] == nil) {
		return nil, fmt.Errorf("there is no %s %q", by.Kind, by.Name)
	}
	if described.Status == "" {
		described.Status = string(types.AutomationExecutionStatusSuccess)
	}
	if known := types.AutomationExecutionStatus(""); !slices.Contains(known.Values(), types.AutomationExecutionStatus(described.Status)) {
		return nil, fmt.Errorf("%q is not a status of SSM Automation", described.Status)
	}
	d := &document{spec: described, block: "ssm_automation." + described.Name}
	for _, target := range slices.Sorted(maps.Keys(described.Then)) {
		change, err := rateChangeOf(spec, target, described.Then[target])
		if err != nil {
			return nil, err
		}
		d.then = append(d.then, change)
	}
	return d, nil
}

// rateChangeOf reads "sqs_queue.NAME.consumes_per_second".
func rateChangeOf(spec Spec, target string, perSecond float64) (rateChange, error) {
	name, ofQueue := strings.CutPrefix(target, "sqs_queue.")
	dot := strings.LastIndex(name, ".")
	if !ofQueue || dot < 0 {
		return rateChange{}, fmt.Errorf("then: %q is not sqs_queue.NAME.ATTRIBUTE", target)
	}
	change := rateChange{name[:dot], name[dot+1:], perSecond}
	if !slices.ContainsFunc(spec.Queues, func(q QueueSpec) bool { return q.Name == change.queue }) {
		return rateChange{}, fmt.Errorf("then: there is no sqs_queue %q", change.queue)
	}
	if change.attribute != "consumes_per_second" && change.attribute != "arrives_per_second" {
		return rateChange{}, fmt.Errorf("then: a queue has no %q to change", change.attribute)
	}
	return change, nil
}

// rule is EventBridge's: an alarm's way to ALARM starts the document, whether the alarm's actions are enabled or not.
func (s *automations) rule(d *document, alarm string) {
	matched := 0
	s.account.onAlarm(alarm, func(state string) {
		if state != "ALARM" {
			return
		}
		matched++
		delay, _ := s.account.drawNth(between(500*time.Millisecond, 2*time.Second), d.block, "delivered", matched)
		s.account.after(delay, func() {
			s.begin(d, map[string][]string{"AlarmName": {alarm}}, "events.amazonaws.com")
		})
	})
}

// begin starts an execution, which waits a moment before it is in progress, and ends as its document says.
func (s *automations) begin(d *document, parameters map[string][]string, by string) *execution {
	d.runs++
	x := &execution{
		id: uuid(s.account.seed.Stream(d.block, fmt.Sprint("id ", d.runs))), by: by, document: d, parameters: parameters,
		status: types.AutomationExecutionStatusPending, began: s.account.clock.Now(),
	}
	s.executions = append(s.executions, x)
	s.byID[x.id] = x
	takes, ends := s.account.drawNth(d.spec.Takes, d.block, "takes", d.runs)
	pending, _ := s.account.drawNth(between(100*time.Millisecond, 800*time.Millisecond), d.block, "pending", d.runs)
	if ends {
		pending = min(pending, takes)
	}
	s.account.after(pending, func() {
		if !x.stopping {
			x.status = types.AutomationExecutionStatusInprogress
		}
	})
	if ends {
		s.account.after(takes, func() { s.end(x) })
	}
	return x
}

func (s *automations) end(x *execution) {
	if x.stopping {
		return
	}
	x.status, x.ended = types.AutomationExecutionStatus(x.document.spec.Status), s.account.clock.Now()
	if x.status != types.AutomationExecutionStatusSuccess {
		return
	}
	for _, change := range x.document.then {
		s.account.setQueueRate(change.queue, change.attribute, change.perSecond)
	}
}

// cancel stops an execution that has not ended, a moment later.
func (s *automations) cancel(x *execution) {
	x.stopping, x.status = true, types.AutomationExecutionStatusCancelling
	delay, _ := s.account.draw(between(500*time.Millisecond, 2*time.Second), x.document.block, "cancelled "+x.id)
	s.account.after(delay, func() {
		x.status, x.ended = types.AutomationExecutionStatusCancelled, s.account.clock.Now()
	})
}
