package report

import (
	"encoding/json"
	"strings"
	"time"

	"gameday/experiments"
	"gameday/injectors"
	"gameday/internal/signals"
)

var began = time.Date(2026, 11, 22, 2, 12, 0, 0, time.UTC)

const (
	pager   = "arn:aws:sns:eu-west-1:111122223333:page-primary"
	second  = "arn:aws:sns:eu-west-1:111122223333:page-secondary"
	orders  = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
	backlog = "orders-backlog"
)

const scenarioText = `scenario "checkout" {
  hypothesis = "If orders pile up, people are paged."
}

check "cloudwatch_alarm" "calm" {
  alarm_name = "orders-backlog"
  state      = "OK"
}

inject "sqs_backlog" "flood" {
  queue_url = local.queue
  messages  = 5000
}

assert "cloudwatch_alarm" "backlog_alarm" {
  alarm_name = "orders-backlog"
  state      = "ALARM"
  since      = inject.flood
  within     = "3m"
}

assert "sns_message" "primary_paged" {
  topic_arn = local.primary
  since     = assert.backlog_alarm
  within    = "1m"
}

assert "sns_message" "secondary_paged" {
  topic_arn  = local.second
  since      = assert.primary_paged
  not_before = "4m"
  within     = "6m"
}

assert "sqs_queue" "worked_off" {
  queue_url       = local.queue
  visible_at_most = 100
  since           = inject.flood
  within          = "10m"
  holds_for       = "30s"
}

assert "cloudwatch_alarm" "no_errors" {
  alarm_name = "checkout-errors"
  state      = "ALARM"
  expect     = "never"
  within     = "10m"
}

escalation "on_call" {
  since  = assert.backlog_alarm
  within = "7m"
  steps  = [assert.primary_paged, assert.secondary_paged]
}
`

// tale builds the records of a run from events.
type tale struct {
	records []experiments.Record
	at      time.Duration
}

// tell adds events that happen so long after the start.
func (t *tale) tell(at time.Duration, events ...experiments.Event) *tale {
	t.at = at
	for _, e := range events {
		t.records = append(t.records, experiments.Record{Seq: len(t.records) + 1, Time: began.Add(at), Event: e})
	}
	return t
}

// exactly is a moment so long after the start.
func exactly(at time.Duration) signals.Moment { return around(at, at) }

func around(from, to time.Duration) signals.Moment {
	return signals.Moment{Earliest: began.Add(from), Latest: began.Add(to)}
}

func ms(d time.Duration) experiments.Millis { return experiments.Millis(d) }

func lines(from, to int) experiments.Range {
	return experiments.Range{File: "checkout.hcl", Line: from, Column: 1, EndLine: to, EndColumn: 2}
}

func started() experiments.RunStarted {
	return experiments.RunStarted{
		Format: "gameday.events/1", Run: "20261122-021200-4f9a", Mode: experiments.ModeRun, Version: "0.1.0", Scenario: "checkout",
		Hypothesis: "If orders pile up, the alarm fires within three minutes, and people are paged and escalated in time.",
		File:       "scenarios/checkout.hcl", Text: scenarioText, SHA256: strings.Repeat("0", 64), Seed: 1, Account: "111122223333", Region: "eu-west-1",
		Timeout: ms(time.Hour), Tick: ms(5 * time.Second),
	}
}

func planned() experiments.PlanMade {
	return experiments.PlanMade{
		Targets: []experiments.PlannedTarget{{
			Name: "half_the_fleet", Kind: "ec2_instances", Where: lines(1, 1), Matched: 4, ARNs: instances(2),
		}},
		Faults: []experiments.PlannedFault{
			{
				Block: experiments.Block{Name: "kill", Kind: "ec2_terminate", Where: lines(9, 9)}, After: []string{},
				Irreversible: true, Targets: instances(2),
			},
			{
				Block: experiments.Block{Name: "flood", Kind: "sqs_backlog", Where: lines(10, 13)},
				After: []string{"inject.kill"}, Delay: ms(10 * time.Second), Targets: []string{"arn:aws:sqs:eu-west-1:111122223333:orders"},
			},
		},
		Taps:       []string{pager, second},
		Checks:     []experiments.Block{{Name: "calm", Kind: "cloudwatch_alarm", Where: lines(5, 8), Within: ms(2 * time.Minute), Subjects: []string{backlog}}},
		Guards:     []experiments.Block{{Name: "customers", Kind: "cloudwatch_alarm", Where: lines(5, 8), Subjects: []string{"checkout-errors"}}},
		Assertions: assertions(),
		Chains: []experiments.PlannedChain{{
			Name: "on_call", Kind: experiments.Escalation, Where: lines(50, 54), Since: "assert.backlog_alarm",
			Within: ms(7 * time.Minute), Steps: []string{"primary_paged", "secondary_paged"},
		}},
		Warnings: []experiments.Warning{},
	}
}

func assertions() []experiments.Block {
	return []experiments.Block{
		{
			Name: "backlog_alarm", Kind: "cloudwatch_alarm", Where: lines(15, 20), Since: "inject.flood", Expect: experiments.Happens,
			Within: ms(3 * time.Minute), Patience: ms(3 * time.Minute), Subjects: []string{backlog},
		},
		{
			Name: "primary_paged", Kind: "sns_message", Where: lines(22, 26), Since: "assert.backlog_alarm", Expect: experiments.Happens,
			Within: ms(time.Minute), Subjects: []string{pager},
		},
		{
			Name: "secondary_paged", Kind: "sns_message", Where: lines(28, 33), Since: "assert.primary_paged", Expect: experiments.Happens,
			Within: ms(6 * time.Minute), NotBefore: ms(4 * time.Minute), Subjects: []string{second},
		},
		{
			Name: "worked_off", Kind: "sqs_queue", Where: lines(35, 41), Since: "inject.flood", Expect: experiments.Happens,
			Within: ms(10 * time.Minute), HoldsFor: ms(30 * time.Second), Polled: true, Subjects: []string{orders},
		},
		{
			Name: "no_errors", Kind: "cloudwatch_alarm", Where: lines(43, 43), Since: "inject.flood", Expect: experiments.Never,
			Within: ms(10 * time.Minute), Subjects: []string{"checkout-errors"},
		},
	}
}

func instances(n int) []string {
	var arns []string
	for i := range n {
		arns = append(arns, "arn:aws:ec2:eu-west-1:111122223333:instance/i-0c"+strings.Repeat("0", 14)+string(rune('1'+i)))
	}
	return arns
}

// armed tells of a run up to the moment before its first fault.
func armed() *tale {
	t := &tale{}
	source := func(subject string) signals.Source { return signals.Source{Kind: "sns_topic", Subject: subject} }
	t.tell(0, started(), planned())
	for _, topic := range []string{pager, second} {
		plan := injectors.Plan{Targets: []string{"arn:aws:sqs:eu-west-1:111122223333:gameday-" + lastPart(topic)}, Before: json.RawMessage(`{}`)}
		t.tell(2*time.Second, experiments.TapOpening{Source: source(topic), Plan: plan},
			experiments.TapOpened{Source: source(topic), QueueURL: "https://sqs.eu-west-1.amazonaws.com/111122223333/gameday"})
	}
	t.tell(3*time.Second, experiments.SignalSeen{
		Source: signals.Source{Kind: "cloudwatch_alarm", Subject: "checkout-errors"}, At: exactly(0), Seen: began.Add(3 * time.Second),
		Value: json.RawMessage(`{"state":"OK"}`),
	}, experiments.CheckDecided{Name: "calm", Verdict: experiments.Passed, Observed: "OK"})
	return t
}

// injected tells of a run whose faults are live.
func injected() *tale {
	t := armed()
	kill, flood := planned().Faults[0], planned().Faults[1]
	t.tell(4*time.Second, experiments.FaultPlanned{Name: "kill", Kind: kill.Kind, Plan: injectors.Plan{Targets: kill.Targets, Before: json.RawMessage(`[]`)}},
		experiments.FaultInjecting{Name: "kill"})
	t.tell(5*time.Second, experiments.FaultInjected{Name: "kill", Began: exactly(4 * time.Second), Done: exactly(4 * time.Second)})
	t.tell(15*time.Second, experiments.FaultPlanned{Name: "flood", Kind: flood.Kind, Plan: injectors.Plan{Targets: flood.Targets, Before: json.RawMessage(`{"visible":3}`)}},
		experiments.FaultInjecting{Name: "flood"})
	return t.tell(18*time.Second, experiments.FaultInjected{Name: "flood", Began: exactly(15 * time.Second), Done: exactly(18 * time.Second)})
}

// came is the decision on something that came from..to after since.
func came(name string, since, from, to time.Duration, observed string) experiments.AssertionDecided {
	s, m := exactly(since), around(since+from, since+to)
	return experiments.AssertionDecided{
		Name: name, Verdict: experiments.Passed, Since: &s, Moment: &m, Latency: &experiments.Latency{Min: ms(from), Max: ms(to)}, Observed: observed,
	}
}

func but(d experiments.AssertionDecided, v experiments.Verdict, r experiments.Reason) experiments.AssertionDecided {
	d.Verdict, d.Reason = v, r
	return d
}

// closed tells how a run closes its taps and ends.
func (t *tale) closed(end experiments.RunFinished) []experiments.Record {
	for _, topic := range []string{second, pager} {
		t.tell(t.at+time.Second, experiments.TapClosed{Source: signals.Source{Kind: "sns_topic", Subject: topic}})
	}
	if end.APICalls == nil {
		end.APICalls = map[string]int{"cloudwatch:DescribeAlarms": 12, "sqs:SendMessageBatch": 500, "sqs:ReceiveMessage": 38}
	}
	if end.Leftovers == nil {
		end.Leftovers = []experiments.Leftover{}
	}
	return t.tell(t.at+time.Second, end).records
}

func (t *tale) reverted() *tale {
	t.tell(t.at+time.Second, experiments.FaultReverting{Name: "flood"})
	return t.tell(t.at+4*time.Second, experiments.FaultReverted{
		Name: "flood", Moment: exactly(t.at + 3*time.Second), Note: "took back 12 messages; up to 4,988 more were planned: consumed before, or never sent",
	})
}

// passedRun is a run that met every SLO.
func passedRun() []experiments.Record {
	t := injected()
	t.tell(80*time.Second, came("backlog_alarm", 15*time.Second, 62*time.Second, 62*time.Second, "ALARM"))
	t.tell(81*time.Second, came("primary_paged", 77*time.Second, 350*time.Millisecond, 350*time.Millisecond, "ALARM: orders-backlog"))
	t.tell(385*time.Second, came("secondary_paged", 77*time.Second, 5*time.Minute, 5*time.Minute, "nobody acknowledged"))
	chain := came("on_call", 77*time.Second, 300*time.Second, 300*time.Second, "")
	chain.Chain = experiments.Escalation
	t.tell(385*time.Second, chain)
	t.tell(450*time.Second, came("worked_off", 15*time.Second, 400*time.Second, 405*time.Second, "87 visible"))
	t.tell(615*time.Second, experiments.AssertionDecided{Name: "no_errors", Verdict: experiments.Passed, Observed: "OK"})
	return t.reverted().closed(experiments.RunFinished{Verdict: experiments.Passed})
}

// failedRun is a run in which everything went wrong that can, but for the revert.
func failedRun() []experiments.Record {
	t := injected()
	t.records[1].Event = warned()
	queue := signals.Source{Kind: "sqs_queue", Subject: orders}
	t.tell(60*time.Second, experiments.BlindBegan{Source: queue, From: began.Add(45 * time.Second)})
	t.tell(95*time.Second, experiments.BlindEnded{
		Source: queue, From: began.Add(45 * time.Second), Until: began.Add(95 * time.Second), Lost: true, Why: "GetQueueAttributes: Throttling: Rate exceeded",
	})
	t.tell(210*time.Second, but(came("backlog_alarm", 15*time.Second, 192*time.Second, 192*time.Second, "ALARM"), experiments.Failed, experiments.Late))
	t.tell(211*time.Second, came("primary_paged", 207*time.Second, 350*time.Millisecond, 350*time.Millisecond, "ALARM: orders-backlog"))
	t.tell(390*time.Second, but(came("secondary_paged", 207*time.Second, 179*time.Second, 180*time.Second, "nobody \x1b[31macknowledged\u202e"), experiments.Failed, experiments.TooEarly))
	t.tell(390*time.Second, experiments.AssertionDecided{
		Name: "on_call", Chain: experiments.Escalation, Verdict: experiments.Failed, Reason: experiments.TooEarly,
		Detail: "step secondary_paged came too early",
	})
	t.tell(615*time.Second, experiments.AssertionDecided{Name: "worked_off", Verdict: experiments.Inconclusive, Reason: experiments.Blind, Observed: "4,312 visible"})
	t.tell(615*time.Second, but(came("no_errors", 15*time.Second, 301*time.Second, 301*time.Second, "ALARM"), experiments.Failed, experiments.Happened))
	return t.reverted().closed(experiments.RunFinished{Verdict: experiments.Failed, ExitCode: experiments.ExitFailed})
}

func warned() experiments.PlanMade {
	plan := planned()
	plan.Warnings = []experiments.Warning{{
		Summary: "assert.backlog_alarm may not be able to come within 3m",
		Detail:  "orders-backlog has a period of 1m and needs 5 of them, so no SLO below 5m can be relied on.",
		Where:   lines(15, 20),
	}}
	return plan
}

// stoppedRun is a run that a guard stopped, and that could not take back its flood.
func stoppedRun() []experiments.Record {
	t := injected()
	moment := exactly(40 * time.Second)
	t.tell(42*time.Second, experiments.GuardBroken{Name: "customers", Reason: experiments.DidNotStay, Observed: "ALARM", Moment: &moment},
		experiments.RunStopping{Cause: experiments.StopGuard, Detail: "guard.customers is broken: ALARM"},
		experiments.FaultReverting{Name: "flood"})
	left := []string{"312 messages on arn:aws:sqs:eu-west-1:111122223333:orders", "5 messages on its dead-letter queue"}
	t.tell(55*time.Second, experiments.FaultRevertFailed{Name: "flood", Error: "receive messages: AccessDenied", Left: left})
	return t.closed(experiments.RunFinished{
		Verdict: experiments.NotReverted, ExitCode: experiments.ExitNotReverted,
		Leftovers: []experiments.Leftover{{What: "inject.flood", Left: left, Reason: "receive messages: AccessDenied"}},
	})
}

// refusedRun is a run that touched nothing, because a check did not hold.
func refusedRun() []experiments.Record {
	t := &tale{}
	t.tell(0, started(), planned())
	t.tell(2*time.Minute, experiments.CheckDecided{Name: "calm", Verdict: experiments.Failed, Reason: experiments.Missed, Observed: "ALARM"})
	for _, b := range assertions() {
		t.tell(2*time.Minute, experiments.AssertionDecided{Name: b.Name, Verdict: experiments.Inconclusive, Reason: experiments.Skipped})
	}
	t.tell(2*time.Minute, experiments.AssertionDecided{Name: "on_call", Chain: experiments.Escalation, Verdict: experiments.Inconclusive, Reason: experiments.Skipped})
	return t.tell(121*time.Second, experiments.RunFinished{
		Verdict: experiments.Inconclusive, ExitCode: experiments.ExitInconclusive, Error: "check.calm does not hold: ALARM",
		Hint: "Wait until the alarm is quiet, then try again.", Leftovers: []experiments.Leftover{}, APICalls: map[string]int{"cloudwatch:DescribeAlarms": 24},
	}).records
}

// wideRun has names and text that are wider than their runes.
func wideRun() []experiments.Record {
	t := &tale{}
	start, plan := started(), planned()
	start.Scenario, start.Mode = "注文の滞留", experiments.ModeRehearse
	start.Hypothesis = "注文が溜まると三分以内に警報が鳴り、担当者が呼び出され、応答がなければ五分後に次の担当者へ引き継がれ、十分以内に解消する。"
	plan.Assertions = plan.Assertions[:2]
	plan.Assertions[0].Name, plan.Assertions[1].Name = "警報", "paged_👩‍🚒"
	plan.Chains, plan.Faults, plan.Guards = []experiments.PlannedChain{}, plan.Faults[1:], []experiments.Block{}
	t.tell(0, start, plan)
	t.tell(77*time.Second, came("警報", 15*time.Second, 60*time.Second, 65*time.Second, "警報状態"))
	t.tell(77*time.Second, but(came("paged_👩‍🚒", 80*time.Second, 59*time.Second, 64*time.Second, "呼び出し"), experiments.Inconclusive, experiments.Straddles))
	return t.records
}
