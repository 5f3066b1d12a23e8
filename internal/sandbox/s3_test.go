package sandbox

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/internal/clock"
)

// ledger is an account with buckets.
func ledger() Spec {
	return Spec{Buckets: []BucketSpec{{Name: "ledger"}, {Name: "far", Region: "eu-central-1"}, {Name: "sealed", ReadOnly: true}}}
}

func (v *visitor) storage(region string) *s3.Client {
	config := v.account.Config()
	config.Region = region
	config.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return s3.NewFromConfig(config)
}

func (v *visitor) put(bucket, key, body string, once bool) error {
	in := &s3.PutObjectInput{
		Bucket: aws.String(bucket), Key: aws.String(key), Body: strings.NewReader(body), Metadata: map[string]string{"who": "me"},
	}
	if once {
		in.IfNoneMatch = aws.String("*")
	}
	_, err := v.storage("eu-west-1").PutObject(v, in)
	return err
}

// answers demands an error of that code and HTTP status.
func answers(t *testing.T, err error, status int, code string) *awshttp.ResponseError {
	t.Helper()
	var api smithy.APIError
	require.ErrorAs(t, err, &api)
	assert.Equal(t, code, api.ErrorCode())
	var response *awshttp.ResponseError
	require.ErrorAs(t, err, &response)
	assert.Equal(t, status, response.HTTPStatusCode(), code)
	return response
}

func TestAnObjectIsReadBackAsItWasWritten(t *testing.T) {
	visitAccount(t, ledger(), 1, func(v *visitor) {
		require.NoError(t, v.put("ledger", "a/b.json", "one\ntwo\n", false))
		out, err := v.storage("eu-west-1").GetObject(v, &s3.GetObjectInput{Bucket: aws.String("ledger"), Key: aws.String("a/b.json")})
		require.NoError(t, err)
		body, err := io.ReadAll(out.Body)
		require.NoError(t, err)
		require.Equal(t, "one\ntwo\n", string(body))
		require.Equal(t, map[string]string{"who": "me"}, out.Metadata)
		head, err := v.storage("eu-west-1").HeadObject(v, &s3.HeadObjectInput{Bucket: aws.String("ledger"), Key: aws.String("a/b.json")})
		require.NoError(t, err)
		require.Equal(t, out.ETag, head.ETag)
		require.EqualValues(t, 8, *head.ContentLength)
		_, err = v.storage("eu-west-1").DeleteObject(v, &s3.DeleteObjectInput{Bucket: aws.String("ledger"), Key: aws.String("a/b.json")})
		require.NoError(t, err)
		_, err = v.storage("eu-west-1").HeadObject(v, &s3.HeadObjectInput{Bucket: aws.String("ledger"), Key: aws.String("a/b.json")})
		answers(t, err, 404, "NotFound")
	})
}

func TestAConditionalWriteOfAnObjectThatIsThereIsRefused(t *testing.T) {
	visitAccount(t, ledger(), 1, func(v *visitor) {
		require.NoError(t, v.put("ledger", "a", "one", true))
		answers(t, v.put("ledger", "a", "two", true), 412, "PreconditionFailed")
		require.False(t, retry.NewStandard().IsErrorRetryable(v.put("ledger", "a", "two", true)))
		require.NoError(t, v.put("ledger", "a", "two", false), "an unconditional one replaces it")
	})
}

func TestWhatS3RefusesLooksAsFromS3(t *testing.T) {
	visitAccount(t, ledger(), 1, func(v *visitor) {
		answers(t, v.put("nobodys", "a", "", true), 404, "NoSuchBucket")
		answers(t, v.put("sealed", "a", "", true), 403, "AccessDenied")
		moved := answers(t, v.put("far", "a", "", true), 301, "PermanentRedirect")
		require.Equal(t, "eu-central-1", moved.Response.Header.Get("X-Amz-Bucket-Region"))
		_, err := v.storage("eu-central-1").PutObject(v, &s3.PutObjectInput{Bucket: aws.String("far"), Key: aws.String("a")})
		require.NoError(t, err)
		_, err = v.storage("eu-west-1").GetObject(v, &s3.GetObjectInput{Bucket: aws.String("ledger"), Key: aws.String("none")})
		answers(t, err, 404, "NoSuchKey")
		v.account.SetWeather(Weather{Throttle: 1})
		answers(t, v.put("ledger", "a", "", true), 503, "SlowDown")
		v.account.SetWeather(Weather{Error: 1})
		answers(t, v.put("ledger", "a", "", true), 500, "InternalError")
	})
}

func TestListsOfObjectsComeInPagesAndOrder(t *testing.T) {
	visitAccount(t, ledger(), 1, func(v *visitor) {
		for _, run := range []string{"b", "a", "c"} {
			for n := range 3 {
				require.NoError(t, v.put("ledger", fmt.Sprintf("runs/%s/%d", run, n), "x", true))
			}
		}
		require.NoError(t, v.put("ledger", "runs/readme", "x", true))
		require.NoError(t, v.put("ledger", "other", "x", true))
		for _, size := range []int{0, 1, 2, 100} {
			v.account.LimitPages(size)
			keys, folded := v.listAll("runs/a/", "")
			require.Equal(t, []string{"runs/a/0", "runs/a/1", "runs/a/2"}, keys)
			require.Empty(t, folded)
			keys, folded = v.listAll("runs/", "/")
			require.Equal(t, []string{"runs/readme"}, keys)
			require.Equal(t, []string{"runs/a/", "runs/b/", "runs/c/"}, folded)
		}
		_, err := v.storage("eu-west-1").ListObjectsV2(v, &s3.ListObjectsV2Input{Bucket: aws.String("ledger"), ContinuationToken: aws.String("!")})
		answers(t, err, 400, "InvalidArgument")
	})
}

func (v *visitor) listAll(prefix, delimiter string) (keys, folded []string) {
	pages := s3.NewListObjectsV2Paginator(v.storage("eu-west-1"), &s3.ListObjectsV2Input{
		Bucket: aws.String("ledger"), Prefix: aws.String(prefix), Delimiter: aws.String(delimiter),
	})
	for pages.HasMorePages() {
		out, err := pages.NextPage(v)
		require.NoError(v.t, err)
		for _, o := range out.Contents {
			keys = append(keys, *o.Key)
		}
		for _, p := range out.CommonPrefixes {
			folded = append(folded, *p.Prefix)
		}
	}
	return keys, folded
}

func TestABucketsNameIsChecked(t *testing.T) {
	for name, want := range map[string]string{"Ledger": "small letters", "x": "small letters"} {
		_, err := New(Spec{Buckets: []BucketSpec{{Name: name}}}, clock.Virtual(time.Unix(0, 0), 0), 1)
		require.ErrorContains(t, err, want)
	}
	_, err := New(Spec{Buckets: []BucketSpec{{Name: "ledger"}, {Name: "ledger"}}}, clock.Virtual(time.Unix(0, 0), 0), 1)
	require.ErrorContains(t, err, "two of that name")
}
