package sandbox

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// listTags tells the tags of an alarm.
func (s *alarms) listTags(_ context.Context, in *cloudwatch.ListTagsForResourceInput) (*cloudwatch.ListTagsForResourceOutput, error) {
	for _, m := range s.listed {
		if m.arn != aws.ToString(in.ResourceARN) {
			continue
		}
		out := &cloudwatch.ListTagsForResourceOutput{}
		for _, key := range slices.Sorted(maps.Keys(m.spec.Tags)) {
			out.Tags = append(out.Tags, types.Tag{Key: aws.String(key), Value: aws.String(m.spec.Tags[key])})
		}
		return out, nil
	}
	return nil, &types.ResourceNotFoundException{Message: aws.String("there is no " + aws.ToString(in.ResourceARN))}
}
