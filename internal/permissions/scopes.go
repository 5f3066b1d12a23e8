package permissions

import (
	"maps"
	"slices"
)

// scope is what AWS lets a policy narrow an action to.
type scope struct {
	// shape is how the last part of an ARN looks that the action is allowed on, where the plan knows none.
	shape string
	// tags says that the action's resources carry their tags into the decision (aws:ResourceTag).
	tags bool
	// why says why the action has to be allowed on every resource; "": it has not.
	why string
}

const (
	noResources = "AWS knows no resource-level permissions for it"
	composites  = "with a narrower scope CloudWatch tells nothing of composite alarms"
)

// scopes are from the Service Authorization Reference, "Actions, resources, and condition keys for …" each service, and from
// the CloudWatch API Reference, DescribeAlarms and DescribeAlarmHistory.
func scopes() map[string]scope {
	queue, topic := scope{shape: "*"}, scope{shape: "*"}
	instance := scope{shape: "instance/*", tags: true}
	return map[string]scope{
		"autoscaling:DescribeAutoScalingGroups": {why: noResources},

		"cloudwatch:DescribeAlarmHistory": {why: composites},
		"cloudwatch:DescribeAlarms":       {why: composites},
		"cloudwatch:ListTagsForResource":  {shape: "alarm:*"},
		"cloudwatch:SetAlarmState":        {shape: "alarm:*"},

		"ec2:DescribeInstances":  {why: noResources},
		"ec2:StartInstances":     instance,
		"ec2:StopInstances":      instance,
		"ec2:TerminateInstances": instance,

		"s3:GetObject":  {shape: "*"},
		"s3:ListBucket": {shape: "*"},
		"s3:PutObject":  {shape: "*"},

		"sns:ListSubscriptionsByTopic": topic,
		"sns:Publish":                  topic,
		"sns:Subscribe":                topic,
		"sns:Unsubscribe":              {why: noResources},

		"sqs:ChangeMessageVisibility": queue,
		"sqs:CreateQueue":             queue,
		"sqs:DeleteMessage":           queue,
		"sqs:DeleteQueue":             queue,
		"sqs:GetQueueAttributes":      queue,
		"sqs:GetQueueUrl":             queue,
		"sqs:ListQueueTags":           queue,
		"sqs:ReceiveMessage":          queue,
		"sqs:SendMessage":             queue,

		"ssm:DescribeAutomationExecutions": {why: noResources},
		"ssm:GetParameter":                 {shape: "parameter/*"},
		"ssm:GetAutomationExecution":       {shape: "automation-execution/*"}, // its id is known only once it runs
	}
}

// scopeOf returns the row of an action. Of one that is not in the table nothing is known, so it is not narrowed.
func scopeOf(action string) scope {
	s, known := scopes()[action]
	if !known {
		s.why = "gameday does not know what AWS can narrow it to"
	}
	return s
}

// Unnarrowed returns why an action has to be allowed on every resource, or "" where it has not.
func Unnarrowed(action string) string { return scopeOf(action).why }

// Known returns the actions of which it is known what AWS can narrow them to, sorted.
func Known() []string { return slices.Sorted(maps.Keys(scopes())) }
