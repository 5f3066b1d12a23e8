package killswitch_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"gameday/internal/killswitch"
)

func TestAddressesAreOfParametersAndObjects(t *testing.T) {
	for address, good := range map[string]bool{
		"ssm:/gameday/stop": true, "ssm:stop": true, "ssm:/a.b-c_d/E9": true, "s3://bucket/key": true, "s3://bucket/a/b": true,
		"": false, "ssm:": false, "ssm:/": false, "ssm://stop": false, "ssm:/a b": false, "ssm:/stop:3": false,
		"s3://bucket": false, "s3://bucket/": false, "s3://bucket/folder/": false, "s3://B/key": false, "/gameday/stop": false, "sqs:x": false,
	} {
		assert.Equal(t, good, killswitch.Check(address) == nil, address)
	}
}

func TestWhatReadingASwitchTakes(t *testing.T) {
	for address, want := range map[string][2]string{
		"ssm:/gameday/stop": {"ssm:GetParameter", "arn:aws:ssm:eu-west-1:111122223333:parameter/gameday/stop"},
		"ssm:stop":          {"ssm:GetParameter", "arn:aws:ssm:eu-west-1:111122223333:parameter/stop"},
		"s3://switches/a/b": {"s3:ListBucket", "arn:aws:s3:::switches"},
	} {
		action, on := killswitch.Needs(address, "eu-west-1", "111122223333")
		assert.Equal(t, want, [2]string{action, on}, address)
	}
	_, on := killswitch.Needs("ssm:stop", "cn-north-1", "111122223333")
	assert.Equal(t, "arn:aws-cn:ssm:cn-north-1:111122223333:parameter/stop", on)
}
