package cloud

// unlimited marks what AWS does not limit.
const unlimited = -1

// quotas are AWS's default request quotas, in requests a second for each account and region.
//
//   - CloudWatch: CloudWatch User Guide, "CloudWatch service quotas".
//   - EC2: EC2 Developer Guide, "Request throttling for the Amazon EC2 API": the rates at which the buckets refill.
//   - S3: User Guide, "Best practices design patterns": thousands of requests a second for each prefix.
//   - SNS: General Reference, "Amazon SNS endpoints and quotas", "SNS API throttling", the smallest region's.
//   - SQS: SQS Developer Guide, "Amazon SQS message quotas": a standard queue takes nearly any number of message calls.
//   - STS: IAM User Guide, "IAM and AWS STS quotas".
func quotas() map[api]float64 {
	return map[api]float64{
		{"cloudwatch", "DescribeAlarms"}:          9,
		{"cloudwatch", "DescribeAlarmsForMetric"}: 9,
		{"cloudwatch", "DescribeAlarmHistory"}:    20,
		{"cloudwatch", "SetAlarmState"}:           3,
		{"cloudwatch", "PutMetricAlarm"}:          3,
		{"cloudwatch", "PutCompositeAlarm"}:       3,
		{"cloudwatch", "DeleteAlarms"}:            3,
		{"cloudwatch", "EnableAlarmActions"}:      3,
		{"cloudwatch", "DisableAlarmActions"}:     3,
		{"cloudwatch", "ListMetrics"}:             25,
		{"cloudwatch", "GetMetricData"}:           50,
		{"cloudwatch", "PutMetricData"}:           150,

		{"ec2", "StartInstances"}: 2,

		{"s3", "PutObject"}:     unlimited,
		{"s3", "GetObject"}:     unlimited,
		{"s3", "ListObjectsV2"}: unlimited,

		{"sns", "Publish"}:                  300,
		{"sns", "PublishBatch"}:             300,
		{"sns", "Subscribe"}:                100,
		{"sns", "Unsubscribe"}:              100,
		{"sns", "ListSubscriptions"}:        30,
		{"sns", "ListSubscriptionsByTopic"}: 30,
		{"sns", "ListTopics"}:               30,

		{"sqs", "SendMessage"}:                  unlimited,
		{"sqs", "SendMessageBatch"}:             unlimited,
		{"sqs", "ReceiveMessage"}:               unlimited,
		{"sqs", "DeleteMessage"}:                unlimited,
		{"sqs", "DeleteMessageBatch"}:           unlimited,
		{"sqs", "ChangeMessageVisibility"}:      unlimited,
		{"sqs", "ChangeMessageVisibilityBatch"}: unlimited,

		{"sts", "GetCallerIdentity"}: 600,
	}
}

// quotaOf returns the quota of an operation that quotas does not list. Only EC2 documents one for whole classes of
// operations; Auto Scaling, Systems Manager and the rest publish none, so theirs are guesses on the low side.
func quotaOf(a api) float64 {
	read := !mutates(a.operation)
	switch {
	case a.service == "ec2" && read:
		return 20
	case a.service == "ec2":
		return 5
	case read:
		return 10
	default:
		return 5
	}
}
