// Package killswitch reads the switch with which anybody stops every game day at once:
//
//	"ssm:/gameday/stop"     an SSM parameter: engaged while its value is stop, on, true or engaged
//	"s3://bucket/some/key"  an object: engaged while it exists
package killswitch

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"gameday/internal/cloud"
)

const ssmScheme = "ssm:"

// Check says what is wrong with the address of a switch.
func Check(address string) error {
	_, err := parse(address)
	return err
}

// place is a parsed address: one of the two.
type place struct {
	parameter string
	object    cloud.S3URL
}

func parse(address string) (place, error) {
	if name, is := strings.CutPrefix(address, ssmScheme); is {
		if !regexp.MustCompile(`^/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$`).MatchString(name) || len(name) > 1011 {
			return place{}, fmt.Errorf("%q is not the name of an SSM parameter", name)
		}
		return place{parameter: name}, nil
	}
	if cloud.IsS3URL(address) {
		url, err := cloud.ParseS3URL(address)
		if err == nil && (url.Prefix == "" || strings.HasSuffix(address, "/")) {
			err = fmt.Errorf("%q names no object", address)
		}
		return place{object: url}, err
	}
	return place{}, fmt.Errorf("%q is neither ssm:NAME nor s3://BUCKET/KEY", address)
}

// Needs returns the IAM action that reading the switch takes, and the ARN of what it is on.
func Needs(address, region, account string) (action, on string) {
	p, err := parse(address)
	switch {
	case err != nil:
		return "", ""
	case p.parameter != "":
		return "ssm:GetParameter", fmt.Sprintf("arn:%s:ssm:%s:%s:parameter/%s", partition(region), region, account, strings.TrimPrefix(p.parameter, "/"))
	}
	return "s3:ListBucket", fmt.Sprintf("arn:%s:s3:::%s", partition(region), p.object.Bucket)
}

func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// Engaged says whether the switch is engaged. A parameter or an object that does not exist is not; a value that is known
// neither for engaged nor for released is an error, as is whatever keeps the switch from being read.
func Engaged(ctx context.Context, config aws.Config, address string) (bool, error) {
	p, err := parse(address)
	if err != nil {
		return false, err
	}
	if p.parameter != "" {
		return parameter(ctx, ssm.NewFromConfig(config), p.parameter)
	}
	return object(ctx, config, p.object)
}

func parameter(ctx context.Context, client *ssm.Client, name string) (bool, error) {
	out, err := client.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(name)})
	if missing := new(types.ParameterNotFound); errors.As(err, &missing) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read parameter %s: %w", name, err)
	}
	if out.Parameter == nil || out.Parameter.Type == types.ParameterTypeSecureString {
		return false, fmt.Errorf("parameter %s is encrypted: make it a String", name)
	}
	value := strings.ToLower(strings.TrimSpace(aws.ToString(out.Parameter.Value)))
	switch {
	case slices.Contains([]string{"stop", "on", "true", "engaged"}, value):
		return true, nil
	case slices.Contains([]string{"go", "off", "false", "released"}, value):
		return false, nil
	}
	return false, fmt.Errorf("parameter %s is neither stop, on, true or engaged, nor go, off, false or released", name)
}

// object lists what begins with the key: of all these, the key itself comes first. So s3:ListBucket is enough, and what is
// not there is told from what may not be seen. (Amazon S3 API Reference, ListObjectsV2)
func object(ctx context.Context, config aws.Config, at cloud.S3URL) (bool, error) {
	out, err := list(ctx, config, at)
	if region := cloud.BucketRegion(err); region != "" {
		config.Region = region
		out, err = list(ctx, config, at)
	}
	if err != nil {
		return false, fmt.Errorf("look for %s: %w", at, err)
	}
	return len(out.Contents) > 0 && aws.ToString(out.Contents[0].Key) == at.Prefix, nil
}

func list(ctx context.Context, config aws.Config, at cloud.S3URL) (*s3.ListObjectsV2Output, error) {
	client := s3.NewFromConfig(config, func(o *s3.Options) {
		o.UsePathStyle = o.BaseEndpoint != nil // only AWS has a host name for each bucket
	})
	return client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{
		Bucket: aws.String(at.Bucket), Prefix: aws.String(at.Prefix), MaxKeys: aws.Int32(1),
	})
}
