package cloud_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"gameday/internal/cloud"
)

func TestAnErrorOfTheSDKIsShortenedForPeople(t *testing.T) {
	for whole, want := range map[string]string{
		"inject.flood: operation error SQS: SendMessageBatch, https response error StatusCode: 403, RequestID: 5f1a-22, api error AccessDenied: User x is not authorized":                                                            "inject.flood: SQS SendMessageBatch: AccessDenied: User x is not authorized",
		"operation error Auto Scaling: DescribeAutoScalingGroups, exceeded maximum number of attempts, 3, https response error StatusCode: 503, RequestID: , api error ServiceUnavailable: later":                                    "Auto Scaling DescribeAutoScalingGroups: ServiceUnavailable: later",
		"operation error S3: PutObject, https response error StatusCode: 403, RequestID: A1, HostID: b+/=, api error AccessDenied: Access Denied":                                                                                    "S3 PutObject: AccessDenied: Access Denied",
		`ask who I am: operation error STS: GetCallerIdentity, tried 3 times: https response error StatusCode: 0, RequestID: , request send failed, Post "http://127.0.0.1:1/": dial tcp 127.0.0.1:1: connect: connection refused`:   "ask who I am: STS GetCallerIdentity: tried 3 times: http://127.0.0.1:1/: connection refused",
		`operation error STS: GetCallerIdentity, request send failed, Post "https://sts.nowhere.example/": dial tcp: lookup sts.nowhere.example: no such host`:                                                                       "STS GetCallerIdentity: lookup sts.nowhere.example: no such host",
		"operation error EC2: StopInstances, https response error StatusCode: 403, RequestID: 1, api error UnauthorizedOperation: You may not. Encoded authorization failure message: Ab3_-xyz":                                      "EC2 StopInstances: UnauthorizedOperation: You may not.",
		`ask who I am: operation error STS: GetCallerIdentity, get identity: get credentials: find credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, access disabled`: "ask who I am: STS GetCallerIdentity: no credentials were found",
		"disk quota exceeded, api errors apart": "disk quota exceeded, api errors apart",
	} {
		assert.Equal(t, want, cloud.Brief(whole))
	}
}
