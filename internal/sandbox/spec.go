package sandbox

import "time"

// Spec is what a sandbox file describes: the account as it is when a rehearsal begins.
type Spec struct {
	Account     string // empty: 000000000000
	Region      string // empty: us-east-1
	Instances   []InstanceSpec
	Groups      []GroupSpec
	Queues      []QueueSpec
	Topics      []TopicSpec
	Alarms      []AlarmSpec
	Automations []AutomationSpec
	OnCalls     []OnCallSpec
	Metrics     []MetricSpec
	Parameters  []ParameterSpec `json:",omitempty"`
	Buckets     []BucketSpec    `json:",omitempty"` // so that the ids of rehearsals without buckets stay as they were
	Weather     []Weather       `json:",omitempty"` // from the beginning; of several that hold for a call, the first does
	Skew        time.Duration   `json:",omitempty"` // how far the account's clock is ahead of the host's
}

// Span is a duration that is drawn from the run's seed, evenly from Min to Max; or one that never ends.
type Span struct {
	Min, Max time.Duration
	Never    bool
}

// Ref names a thing of the account, and perhaps one of its attributes: {"sqs_queue", "orders", "visible"}.
type Ref struct{ Kind, Name, Attribute string }

// InstanceSpec is an EC2 instance outside any group. Its id is made from its name.
type InstanceSpec struct {
	Name string
	Tags map[string]string
}

// GroupSpec is an Auto Scaling group.
type GroupSpec struct {
	Name          string
	Desired       int
	Tags          map[string]string
	NoticesAfter  Span // a lost instance is marked unhealthy
	ReplacesAfter Span // … and its replacement is InService
}

// QueueSpec is an SQS queue. Rates are in messages a second.
type QueueSpec struct {
	Name              string
	ArrivesPerSecond  float64
	ConsumesPerSecond float64
	DepthLag          time.Duration     // how stale the approximate counts are
	VisibilityTimeout time.Duration     // 0: 30 s
	Tags              map[string]string `json:",omitempty"`
	DeadLetterQueue   string            // name of a queue of this file; empty: none
	MaxReceiveCount   int
}

// TopicSpec is an SNS topic.
type TopicSpec struct{ Name string }

// AlarmSpec is a CloudWatch metric alarm.
type AlarmSpec struct {
	Name           string
	Watch          Ref      // sqs_queue.NAME.visible, autoscaling_group.NAME.healthy, metric.NAME
	Above, Below   *float64 // exactly one
	Period         time.Duration
	Periods        int
	AlarmActions   []Ref // sns_topic.NAME
	OKActions      []Ref
	ActionsEnabled bool
	Tags           map[string]string `json:",omitempty"`
}

// AutomationSpec is an SSM Automation document. Its executions are started by an EventBridge rule on an alarm's ALARM.
type AutomationSpec struct {
	Name      string
	StartedBy *Ref // cloudwatch_alarm.NAME
	Takes     Span
	Status    string             // how it ends: "Success", "Failed", "TimedOut", …
	Then      map[string]float64 // "sqs_queue.orders.consumes_per_second" = 600, once it succeeded
}

// OnCallSpec is people, as far as AWS can see them.
type OnCallSpec struct {
	Name              string
	PagedBy           Ref // sns_topic.NAME
	AcknowledgesAfter Span
	EscalatesTo       *Ref // sns_topic.NAME
	EscalatesAfter    Span
}

// MetricSpec is a made-up metric.
type MetricSpec struct {
	Name  string
	Value float64
	At    map[time.Duration]float64 // from so long into the run
}

// ParameterSpec is a parameter of the SSM Parameter Store, a String.
type ParameterSpec struct {
	Name  string
	Value string
	At    map[time.Duration]string // from so long into the run
}

// BucketSpec is an S3 bucket.
type BucketSpec struct {
	Name     string
	Region   string // empty: the account's
	ReadOnly bool   // nobody may write to it
}
