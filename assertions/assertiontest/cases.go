package assertiontest

import (
	"time"

	"gameday/assertions"
	"gameday/internal/signals"
)

// Cases returns a claim and a story for every kind of assertions.Standard, some kinds more than once.
func Cases() []Case {
	return []Case{
		alarmCase(), groupCase(), desiredGroupCase(), instancesCase(), terminatedCase(),
		drainedCase(), floodedCase(), messageCase(), automationCase(), startedCase(),
	}
}

// told makes the signals of one source, ten seconds apart.
func told(kind, subject string, payloads ...any) []signals.Signal {
	morning := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	var story []signals.Signal
	for i, payload := range payloads {
		at := morning.Add(time.Duration(i) * 10 * time.Second)
		story = append(story, signals.Signal{
			Source: signals.Source{Kind: kind, Subject: subject},
			At:     signals.Moment{Earliest: at, Latest: at.Add(time.Second)},
			Seen:   at.Add(2 * time.Second), Value: payload,
		})
	}
	return story
}

func alarmCase() Case {
	return Case{
		Kind: "cloudwatch_alarm",
		New: func() assertions.Assertion {
			return &assertions.CloudwatchAlarm{AlarmName: "orders-backlog", State: "ALARM"}
		},
		Seen: told("cloudwatch_alarm", "orders-backlog",
			signals.Alarm{State: "OK", ARN: "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:orders-backlog"},
			signals.Alarm{State: "ALARM", Reason: "Threshold crossed", ActionsEnabled: true},
			signals.Alarm{State: "INSUFFICIENT_DATA"},
			signals.Alarm{State: "OK"}),
		Want: []string{"false OK", "true ALARM", "false INSUFFICIENT_DATA"},
	}
}

func groupCase() Case {
	two := 2
	return Case{
		Kind: "autoscaling_group",
		New: func() assertions.Assertion {
			return &assertions.AutoscalingGroup{GroupName: "checkout", HealthyAtLeast: &two}
		},
		Seen: told("autoscaling_group", "checkout",
			signals.Group{Desired: 4, Healthy: 3, InService: 4, Instances: 4},
			signals.Group{Desired: 4, Healthy: 1, InService: 2, Instances: 5},
			signals.Group{Desired: 4, Healthy: 4, InService: 4, Instances: 4},
			signals.Group{Gone: true}),
		Want: []string{"true 3 of 4 healthy", "false 1 of 4 healthy", "true 4 of 4 healthy", "false group is gone"},
	}
}

func desiredGroupCase() Case {
	return Case{
		Kind: "autoscaling_group",
		New:  func() assertions.Assertion { return &assertions.AutoscalingGroup{GroupName: "checkout"} },
		Seen: told("autoscaling_group", "checkout",
			signals.Group{Desired: 4, Healthy: 4, InService: 4, Instances: 4},
			signals.Group{Desired: 3, Healthy: 3, InService: 3, Instances: 4},
			signals.Group{Desired: 5, Healthy: 4, InService: 4, Instances: 5}),
		Want: []string{"true 4 of 4 healthy", "false 3 of 3 healthy", "true 4 of 5 healthy"},
	}
}

func instancesCase() Case {
	return Case{
		Kind: "ec2_instances",
		New: func() assertions.Assertion {
			return &assertions.EC2Instances{InstanceIDs: []string{"i-1", "i-2", "i-1"}, State: "running"}
		},
		Seen: append(told("ec2_instance", "i-1", signals.Instance{State: "running"}),
			append(told("ec2_instance", "i-2", signals.Instance{State: "running"}, signals.Instance{State: "stopping"},
				signals.Instance{State: "running"}),
				told("ec2_instance", "i-1", signals.Instance{State: signals.InstanceGone})...)...),
		Want: []string{"true 2 of 2 running", "false 1 of 2 running", "true 2 of 2 running", "false 1 of 2 running"},
	}
}

func terminatedCase() Case {
	return Case{
		Kind: "ec2_instances",
		New: func() assertions.Assertion {
			return &assertions.EC2Instances{InstanceIDs: []string{"i-1"}, State: "terminated"}
		},
		Seen: told("ec2_instance", "i-1", signals.Instance{State: "shutting-down"}, signals.Instance{State: "terminated"},
			signals.Instance{State: signals.InstanceGone}),
		Want: []string{"false 0 of 1 terminated", "true 1 of 1 terminated"},
	}
}

const ordersURL = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"

func drainedCase() Case {
	hundred := 100
	return Case{
		Kind: "sqs_queue",
		New: func() assertions.Assertion {
			return &assertions.SQSQueue{QueueURL: ordersURL, VisibleAtMost: &hundred}
		},
		Seen: told("sqs_queue", ordersURL, signals.Queue{Visible: 100}, signals.Queue{Visible: 1234567, NotVisible: 3},
			signals.Queue{Visible: 101, Delayed: 1}, signals.Queue{}),
		Want: []string{"true visible 100", "false visible 1,234,567", "true visible 0"},
	}
}

func floodedCase() Case {
	thousand := 1000
	return Case{
		Kind: "sqs_queue",
		New: func() assertions.Assertion {
			return &assertions.SQSQueue{QueueURL: ordersURL, VisibleAtLeast: &thousand}
		},
		Seen: told("sqs_queue", ordersURL, signals.Queue{Visible: 999}, signals.Queue{Visible: 1000}, signals.Queue{Visible: 9}),
		Want: []string{"false visible 999", "true visible 1,000", "false visible 9"},
	}
}

func messageCase() Case {
	const topic = "arn:aws:sns:eu-west-1:111122223333:page-primary"
	return Case{
		Kind: "sns_message",
		New: func() assertions.Assertion {
			return &assertions.SNSMessage{TopicARN: topic, Contains: "orders", JQ: `.NewStateValue == "ALARM"`}
		},
		Seen: told("sns_message", topic,
			signals.Message{ID: "1", Text: "orders, but no JSON"},
			signals.Message{ID: "2", Text: `{"AlarmName": "orders-backlog", "NewStateValue": "OK"}`},
			signals.Message{ID: "3", Subject: "ALARM: \x1b[31morders\n", Text: `{"AlarmName": "orders-backlog", "NewStateValue": "ALARM"}`},
			signals.Message{ID: "4", Text: `{"NewStateValue": "ALARM"}`},
			signals.Message{ID: "5", Text: `{"NewStateValue": "ALARM", "of": "orders"}`}),
		Want: []string{`true ALARM: \x1b[31morders\n`, `true {"NewStateValue": "ALARM", "of": "orders"}`},
	}
}

// executions are three of one document: one that ends well, one that fails, one that works on another queue.
func executions() []signals.Signal {
	began := time.Date(2026, 1, 5, 9, 0, 0, 250e6, time.UTC)
	execution := func(id, status, queue string) signals.Execution {
		e := signals.Execution{
			ID: id, Document: "Drain-Orders", Status: status, Started: began,
			Parameters: map[string][]string{"Queue": {queue}, "Count": {"1", "2"}},
		}
		if status != signals.ExecutionStarted {
			e.Ended = began.Add(time.Minute)
		}
		return e
	}
	return told("ssm_automation", "Drain-Orders",
		execution("a", "InProgress", "orders"), execution("b", "InProgress", "orders"), execution("c", "InProgress", "other"),
		execution("b", "Failed", "orders"), execution("a", "Success", "orders"), execution("c", "Success", "other"))
}

func automationCase() Case {
	return Case{
		Kind: "ssm_automation",
		New: func() assertions.Assertion {
			return &assertions.SSMAutomation{
				DocumentName: "Drain-Orders", Status: "Success", Parameters: map[string]string{"Queue": "orders", "Count": "2"},
			}
		},
		Seen: executions(),
		Want: []string{"true Success (a)"},
	}
}

func startedCase() Case {
	return Case{
		Kind: "ssm_automation",
		New: func() assertions.Assertion {
			return &assertions.SSMAutomation{DocumentName: "Drain-Orders", Status: "InProgress"}
		},
		Seen: executions(),
		Want: []string{"true InProgress (a)", "true InProgress (b)", "true InProgress (c)"},
	}
}
