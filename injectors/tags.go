package injectors

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// Tags returns the tags of the instances.
func (f *ec2Terminate) Tags(ctx context.Context, p Plan) (map[string]map[string]string, error) {
	return instanceTags(ctx, f.ec2, f.region, p)
}

// Tags returns the tags of the instances.
func (f *ec2Stop) Tags(ctx context.Context, p Plan) (map[string]map[string]string, error) {
	return instanceTags(ctx, f.ec2, f.region, p)
}

func instanceTags(ctx context.Context, api describesInstances, region string, p Plan) (map[string]map[string]string, error) {
	var before instancesBefore
	if err := p.recall(&before); err != nil {
		return nil, err
	}
	found, err := instancesByID(ctx, api, region, before.InstanceIDs)
	if err != nil {
		return nil, err
	}
	tags := map[string]map[string]string{}
	for _, i := range found {
		if slices.Contains(p.Targets, i.arn) {
			tags[i.arn] = i.tags
		}
	}
	return tags, nil
}

type readsQueueTags interface {
	ListQueueTags(context.Context, *sqs.ListQueueTagsInput, ...func(*sqs.Options)) (*sqs.ListQueueTagsOutput, error)
}

// Tags returns the tags of the queue and of its dead-letter queue.
func (f *sqsBacklog) Tags(ctx context.Context, p Plan) (map[string]map[string]string, error) {
	var before backlogBefore
	if err := p.recall(&before); err != nil {
		return nil, err
	}
	queues := []queueFacts{before.Queue}
	if before.DeadLetters != nil {
		queues = append(queues, *before.DeadLetters)
	}
	tags := map[string]map[string]string{}
	for _, queue := range queues {
		out, err := f.tags.ListQueueTags(ctx, &sqs.ListQueueTagsInput{QueueUrl: aws.String(queue.URL)})
		if err != nil {
			return nil, fmt.Errorf("read the tags of queue %s: %w", queue.URL, err)
		}
		tags[queue.ARN] = out.Tags
	}
	return tags, nil
}

type readsAlarmTags interface {
	ListTagsForResource(context.Context, *cloudwatch.ListTagsForResourceInput, ...func(*cloudwatch.Options)) (*cloudwatch.ListTagsForResourceOutput, error)
}

// Tags returns the tags of the alarm.
func (f *cloudwatchAlarmState) Tags(ctx context.Context, p Plan) (map[string]map[string]string, error) {
	var before alarmBefore
	if err := p.recall(&before); err != nil {
		return nil, err
	}
	out, err := f.tags.ListTagsForResource(ctx, &cloudwatch.ListTagsForResourceInput{ResourceARN: aws.String(before.ARN)})
	if err != nil {
		return nil, fmt.Errorf("read the tags of alarm %s: %w", before.Name, err)
	}
	tags := map[string]string{}
	for _, tag := range out.Tags {
		tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return map[string]map[string]string{before.ARN: tags}, nil
}
