# What the scenario "checkout" needs in account 111122223333, eu-west-1.

data "aws_iam_policy_document" "gameday_checkout" {
  # plan: to resolve targets and plan faults; all of gameday plan
  #   cloudwatch:DescribeAlarms: with a narrower scope CloudWatch tells nothing of composite alarms
  #   ec2:DescribeInstances: AWS knows no resource-level permissions for it
  statement {
    sid = "PlanAnywhere"

    actions = [
      "cloudwatch:DescribeAlarms",
      "ec2:DescribeInstances",
    ]

    resources = [
      "*",
    ]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"

      values = [
        "eu-west-1",
      ]
    }
  }

  # plan: to resolve targets and plan faults; all of gameday plan
  statement {
    sid = "PlanSqs"

    actions = [
      "sqs:GetQueueAttributes",
      "sqs:GetQueueUrl",
    ]

    resources = [
      "arn:aws:sqs:eu-west-1:111122223333:orders",
    ]
  }

  # inject: to inject the faults
  statement {
    sid = "InjectEc2"

    actions = [
      "ec2:TerminateInstances",
    ]

    resources = [
      "arn:aws:ec2:eu-west-1:111122223333:instance/*",
    ]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/app"

      values = [
        "checkout",
      ]
    }
  }

  # inject: to inject the faults
  statement {
    sid = "InjectSqs"

    actions = [
      "sqs:SendMessage",
    ]

    resources = [
      "arn:aws:sqs:eu-west-1:111122223333:orders",
    ]
  }

  # observe: to watch the response
  #   autoscaling:DescribeAutoScalingGroups: AWS knows no resource-level permissions for it
  #   cloudwatch:DescribeAlarmHistory: with a narrower scope CloudWatch tells nothing of composite alarms
  #   cloudwatch:DescribeAlarms: with a narrower scope CloudWatch tells nothing of composite alarms
  #   ssm:DescribeAutomationExecutions: AWS knows no resource-level permissions for it
  statement {
    sid = "ObserveAnywhere"

    actions = [
      "autoscaling:DescribeAutoScalingGroups",
      "cloudwatch:DescribeAlarmHistory",
      "cloudwatch:DescribeAlarms",
      "ssm:DescribeAutomationExecutions",
    ]

    resources = [
      "*",
    ]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"

      values = [
        "eu-west-1",
      ]
    }
  }

  # observe: to watch the response
  statement {
    sid = "ObserveSqs"

    actions = [
      "sqs:DeleteMessage",
      "sqs:ReceiveMessage",
    ]

    resources = [
      "arn:aws:sqs:eu-west-1:111122223333:gameday-*",
    ]
  }

  # observe: to watch the response
  statement {
    sid = "ObserveSqs2"

    actions = [
      "sqs:GetQueueAttributes",
    ]

    resources = [
      "arn:aws:sqs:eu-west-1:111122223333:orders",
    ]
  }

  # observe: to watch the response
  statement {
    sid = "ObserveSsm"

    actions = [
      "ssm:GetAutomationExecution",
    ]

    resources = [
      "arn:aws:ssm:eu-west-1:111122223333:automation-execution/*",
    ]
  }

  # revert: to take the faults back
  statement {
    sid = "RevertSqs"

    actions = [
      "sqs:ChangeMessageVisibility",
      "sqs:DeleteMessage",
      "sqs:ReceiveMessage",
    ]

    resources = [
      "arn:aws:sqs:eu-west-1:111122223333:orders",
    ]
  }

  # taps: to subscribe temporary queues to topics, and to remove them
  #   sns:Unsubscribe: AWS knows no resource-level permissions for it
  statement {
    sid = "TapsAnywhere"

    actions = [
      "sns:Unsubscribe",
    ]

    resources = [
      "*",
    ]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"

      values = [
        "eu-west-1",
      ]
    }
  }

  # taps: to subscribe temporary queues to topics, and to remove them
  statement {
    sid = "TapsSns"

    actions = [
      "sns:ListSubscriptionsByTopic",
    ]

    resources = [
      "arn:aws:sns:eu-west-1:111122223333:page-primary",
      "arn:aws:sns:eu-west-1:111122223333:page-secondary",
    ]
  }

  # taps: to subscribe temporary queues to topics, and to remove them
  statement {
    sid = "TapsSns2"

    actions = [
      "sns:Subscribe",
    ]

    resources = [
      "arn:aws:sns:eu-west-1:111122223333:page-primary",
      "arn:aws:sns:eu-west-1:111122223333:page-secondary",
    ]

    condition {
      test     = "StringEquals"
      variable = "sns:Protocol"

      values = [
        "sqs",
      ]
    }

    condition {
      test     = "StringLike"
      variable = "sns:Endpoint"

      values = [
        "arn:aws:sqs:eu-west-1:111122223333:gameday-*",
      ]
    }
  }

  # taps: to subscribe temporary queues to topics, and to remove them
  statement {
    sid = "TapsSqs"

    actions = [
      "sqs:CreateQueue",
      "sqs:DeleteMessage",
      "sqs:DeleteQueue",
      "sqs:GetQueueAttributes",
      "sqs:GetQueueUrl",
      "sqs:ReceiveMessage",
      "sqs:SendMessage",
    ]

    resources = [
      "arn:aws:sqs:eu-west-1:111122223333:gameday-*",
    ]
  }
}

resource "aws_iam_policy" "gameday_checkout" {
  name        = "gameday-checkout"
  description = "What the scenario 'checkout' needs in account 111122223333, eu-west-1."
  policy      = data.aws_iam_policy_document.gameday_checkout.json
}
