package scenarios

func computeStories() map[string]story {
	return map[string]story{
		"sandbox": {
			summary: "The account itself, once in every sandbox file.",
			notes:   []string{"A rehearsal is refused when the scenario has an aws.accounts that does not list this account."},
			attributes: map[string]about{
				"account": {"string", "", "its number, twelve digits"},
				"region":  {"string", "", "the one region that everything is in"},
				"skew":    {aDuration, `"0s"`, "how far its clock is ahead of gameday's, at most 5m; \"-30s\" is behind"},
			},
			example: `sandbox {
  account = "111122223333"
  region  = "eu-west-1"
}`,
		},
		"ec2_instance": {
			summary:    "An EC2 instance outside any group, running.",
			notes:      []string{"Its id is made from its name, so a scenario finds it by its tags."},
			attributes: map[string]about{"tags": tags("the instance")},
			example: `ec2_instance "bastion" {
  tags = { app = "bastion" }
}`,
		},
		"autoscaling_group": {
			summary: "An Auto Scaling group with all its instances in service, which replaces those that are lost.",
			notes:   []string{"A scenario names it by its label, as group_name."},
			attributes: map[string]about{
				"desired":        {"number", "", "how many instances it keeps"},
				"tags":           {"map(string)", "", "the tags of its instances, which carry aws:autoscaling:groupName as well"},
				"notices_after":  {anySpan, `"` + defaultNotices + `"`, "how long after it was lost an instance is marked unhealthy"},
				"replaces_after": {anySpan, `"` + defaultReplaces + `"`, "how long after that its replacement is in service"},
				"healthy":        {"number", "", "how many of its instances are in service and healthy, as far as the group has noticed"},
			},
			example: `autoscaling_group "checkout" {
  desired        = 4
  tags           = { app = "checkout" }
  notices_after  = "15s..30s"
  replaces_after = "60s..90s"
}`,
		},
	}
}

func messageStories() map[string]story {
	return map[string]story{
		"sqs_queue": {
			summary: "An SQS queue with traffic of its own: what arrives, and consumers that delete it.",
			notes: []string{"Its URL is https://sqs.REGION.amazonaws.com/ACCOUNT/NAME; a name that ends in .fifo makes a FIFO queue, and is referred " +
				"to as sqs_queue[\"orders.fifo\"]. Injected messages are consumed like all others."},
			attributes: map[string]about{
				"arrives_per_second":  {"number", "0", "how many messages arrive by themselves"},
				"consumes_per_second": {"number", "0", "how many visible messages the consumers can take and delete"},
				"depth_lag":           {aDuration, `"0s"`, "how stale the approximate counts are"},
				"visibility_timeout":  {aDuration, `"30s"`, "how long a received message stays invisible"},
				"dead_letter_queue":   {"reference to sqs_queue", "", "where messages go that were received too often; needs max_receive_count"},
				"max_receive_count":   {"number", "", "how often a message may be received before it goes there"},
				"tags":                tags("the queue"),
				"visible":             {"number", "", "how many messages are visible"},
			},
			example: `sqs_queue "orders" {
  arrives_per_second  = 40
  consumes_per_second = 50
  dead_letter_queue   = sqs_queue.dead-orders
  max_receive_count   = 3
}

sqs_queue "dead-orders" {}`,
		},
		"sns_topic": {
			summary: "An SNS topic.",
			notes:   []string{"Alarms and escalations publish to it; scenarios listen. Its ARN is arn:aws:sns:REGION:ACCOUNT:NAME."},
			example: `sns_topic "page-primary" {}

sns_topic "page-secondary" {}`,
		},
	}
}

func watchStories() map[string]story {
	return map[string]story{
		"cloudwatch_alarm": {
			summary: "A CloudWatch metric alarm.",
			notes: []string{"It begins in the state that its metric implies. It is evaluated every minute, every 10 s where the period is below that, from a moment on that the seed draws. A datapoint is " +
				"the average over a period; all of the last periods must breach. A scenario names it by its label, as alarm_name."},
			attributes: map[string]about{
				"watch":           {"reference", "", "what it measures: sqs_queue.NAME.visible, autoscaling_group.NAME.healthy or metric.NAME"},
				"above":           {"number", "", "this or below: it is in ALARM while its metric is above that"},
				"below":           {"number", "", "this or above: it is in ALARM while its metric is below that"},
				"period":          {aDuration, `"60s"`, "how long a datapoint is: 10s, 20s, 30s or whole minutes"},
				"periods":         {"number", "1", "how many datapoints in a row must breach"},
				"alarm_actions":   {"list of references to sns_topic", "[]", "whom it tells when it goes to ALARM"},
				"ok_actions":      {"list of references to sns_topic", "[]", "whom it tells when it goes to OK"},
				"actions_enabled": {"bool", "true", "whether it tells anybody at all"},
				"tags":            tags("the alarm"),
			},
			example: `cloudwatch_alarm "orders-backlog" {
  watch         = sqs_queue.orders.visible
  above         = 1000
  period        = "60s"
  alarm_actions = [sns_topic.page-primary]
}`,
		},
		"metric": {
			summary: "A made-up metric, for alarms and guards that watch what no other block simulates.",
			notes:   []string{"Alarms refer to it as metric.NAME."},
			attributes: map[string]about{
				"value": {"number", "", "what it is when the rehearsal begins"},
				"at":    {"map(number)", "", "what it is from so long into the rehearsal on, by duration"},
			},
			example: `metric "checkout-errors" {
  value = 0.2
  at    = { "10m" = 5.0, "12m" = 0.2 }
}`,
		},
		"ssm_automation": {
			summary: "An SSM Automation document, and an EventBridge rule that starts it.",
			notes:   []string{"A scenario names it by its label, as document_name."},
			attributes: map[string]about{
				"started_by": {"reference to cloudwatch_alarm", "", "the alarm whose ALARM starts an execution; without it nobody does"},
				"takes":      {aSpan, `"` + defaultTakes + `"`, "how long an execution takes"},
				"status":     {"string", `"Success"`, "how it ends: Success, Failed, TimedOut or Cancelled"},
				"then": {"map(number)", "", "what a successful execution changes: sqs_queue.NAME.consumes_per_second or " +
					"sqs_queue.NAME.arrives_per_second, in quotes, and the new value"},
			},
			example: `ssm_automation "Drain-Orders" {
  started_by = cloudwatch_alarm.orders-backlog
  takes      = "30s..60s"
  then       = { "sqs_queue.orders.consumes_per_second" = 400 }
}`,
		},
	}
}

func peopleStories() map[string]story {
	return map[string]story{
		"on_call": {
			summary: "People who are paged, as far as AWS can see them.",
			notes: []string{"The first message on paged_by opens an incident. Unless it is acknowledged, or its alarm is OK again, by then, a message is " +
				"published to escalates_to after escalates_after."},
			attributes: map[string]about{
				"paged_by":           {"reference to sns_topic", "", "the topic that reaches them"},
				"acknowledges_after": {anySpan, `"never"`, "how long they take to acknowledge"},
				"escalates_to":       {"reference to sns_topic", "", "whom the incident goes to then; needs escalates_after"},
				"escalates_after":    {anySpan, "", "how long an incident waits to be acknowledged; needs escalates_to"},
			},
			example: `on_call "payments" {
  paged_by           = sns_topic.page-primary
  acknowledges_after = "2m..8m"
  escalates_to       = sns_topic.page-secondary
  escalates_after    = "5m"
}`,
		},
	}
}

func storeStories() map[string]story {
	return map[string]story{
		"ssm_parameter": {
			summary: "A String in the Parameter Store, such as a kill switch.",
			attributes: map[string]about{
				"value": {"string", "", "what it is when the rehearsal begins"},
				"at":    {"map(string)", "", "what it is from so long into the rehearsal on, by duration"},
			},
			example: `ssm_parameter "/gameday/stop" {
  value = "go"
  at    = { "20m" = "stop" }
}`,
		},
		"s3_bucket": {
			summary: "An S3 bucket, such as the one that the journal is kept in.",
			attributes: map[string]about{
				"region":    {"string", "", "where it is; without it, in the account's region"},
				"read_only": {"bool", "false", "whether everybody is refused who writes to it"},
			},
			example: `s3_bucket "game-day-journals" {
  region = "eu-central-1"
}`,
		},
	}
}

func weatherStories() map[string]story {
	return map[string]story{
		weatherBlock: {
			summary: "What goes wrong between gameday and a service, for a while.",
			notes: []string{"There may be several; of those that hold for a call, the first does.", "The label is a service, \"sqs\", one of its operations, \"sqs:SendMessage\", or \"*\" for all. Rates are per call. At least one of " +
				"throttle, error, lose, double, reorder and latency says what goes wrong."},
			attributes: map[string]about{
				"throttle": {aRate, "0", "how often the service asks to slow down, and does nothing"},
				"error":    {aRate, "0", "how often the service breaks before it does anything"},
				"lose":     {aRate, "0", "how often a call is done, and its answer never arrives"},
				"double":   {aRate, "0", "how often a call is done twice"},
				"reorder":  {aRate, "0", "how often a call is late, so that others overtake it"},
				"latency":  {aSpan, `"0s"`, "how long every call takes on top of its own time"},
				"from":     {aDuration, `"0s"`, "how long into the rehearsal it begins"},
				"to":       {aDuration, "", "how long into the rehearsal it ends; without it, it stays"},
			},
			example: `weather "sqs:SendMessage" {
  throttle = 0.2
  latency  = "0s..3s"
  from     = "2m"
  to       = "5m"
}`,
		},
	}
}
