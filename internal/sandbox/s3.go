package sandbox

import (
	"bytes"
	"cmp"
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// buckets is S3, as far as it is imitated: whole objects, without versions.
type buckets struct {
	*Account
	byName map[string]*bucket
}

type bucket struct {
	BucketSpec
	objects map[string]object
}

type object struct {
	body     []byte
	etag     string
	metadata map[string]string
	written  time.Time
}

// Lists are given out in pages of at most so many. (Amazon S3 API Reference, ListObjectsV2)
const s3Page = 1000

func (a *Account) s3(spec Spec) error {
	s := &buckets{Account: a, byName: map[string]*bucket{}}
	a.buckets = s
	naming := regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	for _, described := range spec.Buckets {
		if !naming.MatchString(described.Name) {
			return fmt.Errorf("s3_bucket %q: a bucket's name is 3 to 63 small letters, digits, dots and hyphens", described.Name)
		}
		if s.byName[described.Name] != nil {
			return fmt.Errorf("s3_bucket %q: there are two of that name", described.Name)
		}
		described.Region = cmp.Or(described.Region, a.Region)
		s.byName[described.Name] = &bucket{BucketSpec: described, objects: map[string]object{}}
	}
	handle(a, "S3", "PutObject", s.put)
	handle(a, "S3", "GetObject", s.get)
	handle(a, "S3", "HeadObject", s.head)
	handle(a, "S3", "DeleteObject", s.remove)
	handle(a, "S3", "ListObjectsV2", s.list)
	return nil
}

// find returns the bucket, where the caller asks in its region.
func (s *buckets) find(ctx context.Context, name *string) (*bucket, error) {
	b, exists := s.byName[aws.ToString(name)]
	if !exists {
		return nil, s3Failure(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist")
	}
	if asked := awsmiddleware.GetRegion(ctx); asked != b.Region {
		return nil, &fault{
			status: http.StatusMovedPermanently, header: http.Header{"X-Amz-Bucket-Region": {b.Region}},
			GenericAPIError: smithy.GenericAPIError{
				Code:    "PermanentRedirect",
				Message: "The bucket you are attempting to access must be addressed using the specified endpoint.",
			},
		}
	}
	return b, nil
}

func s3Failure(status int, code, message string) error {
	return &fault{status: status, GenericAPIError: smithy.GenericAPIError{Code: code, Message: message, Fault: smithy.FaultClient}}
}

func (s *buckets) put(ctx context.Context, in *s3.PutObjectInput) (*s3.PutObjectOutput, error) {
	b, err := s.find(ctx, in.Bucket)
	if err != nil {
		return nil, err
	}
	if b.ReadOnly {
		return nil, s3Failure(http.StatusForbidden, "AccessDenied", fmt.Sprintf(
			"User: %s is not authorized to perform: s3:PutObject on resource: \"arn:aws:s3:::%s/%s\"", s.callerARN(), b.Name, aws.ToString(in.Key)))
	}
	if in.IfNoneMatch != nil && *in.IfNoneMatch != "*" {
		return nil, s3Failure(http.StatusNotImplemented, "NotImplemented", "A header you provided implies functionality that is not implemented.")
	}
	if _, exists := b.objects[*in.Key]; exists && in.IfNoneMatch != nil {
		return nil, s3Failure(http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
	}
	if in.IfMatch != nil {
		found, err := s.lookUp(ctx, in.Bucket, in.Key)
		if err != nil {
			return nil, err
		}
		if found.etag != *in.IfMatch {
			return nil, s3Failure(http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
		}
	}
	body, err := bodyOf(in.Body)
	if err != nil {
		return nil, err
	}
	sum := md5.Sum(body)
	etag := `"` + hex.EncodeToString(sum[:]) + `"`
	b.objects[*in.Key] = object{body: body, etag: etag, metadata: maps.Clone(in.Metadata), written: s.clock.Now()}
	return &s3.PutObjectOutput{ETag: aws.String(etag)}, nil
}

// bodyOf reads a request's body as often as it arrives: the SDK sends the same reader with every attempt.
func bodyOf(body io.Reader) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	again, ok := body.(io.Seeker)
	if !ok {
		return nil, failure("NotImplemented", "the sandbox reads bodies only that can be read again")
	}
	if _, err := again.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return io.ReadAll(body)
}

func (s *buckets) lookUp(ctx context.Context, bucket, key *string) (object, error) {
	b, err := s.find(ctx, bucket)
	if err != nil {
		return object{}, err
	}
	o, exists := b.objects[aws.ToString(key)]
	if !exists {
		return object{}, s3Failure(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	}
	return o, nil
}

func (s *buckets) get(ctx context.Context, in *s3.GetObjectInput) (*s3.GetObjectOutput, error) {
	if in.Range != nil {
		return nil, s3Failure(http.StatusNotImplemented, "NotImplemented", "A header you provided implies functionality that is not implemented.")
	}
	o, err := s.lookUp(ctx, in.Bucket, in.Key)
	if err != nil {
		return nil, err
	}
	return &s3.GetObjectOutput{
		Body: io.NopCloser(bytes.NewReader(o.body)), ContentLength: aws.Int64(int64(len(o.body))), ETag: aws.String(o.etag),
		Metadata: maps.Clone(o.metadata), LastModified: s.stampedSecond(o.written),
	}, nil
}

func (s *buckets) head(ctx context.Context, in *s3.HeadObjectInput) (*s3.HeadObjectOutput, error) {
	o, err := s.lookUp(ctx, in.Bucket, in.Key)
	if err != nil {
		if code, _, _ := describe(err); code == "NoSuchKey" || code == "NoSuchBucket" { // a HEAD's answer has no body to say more
			err = s3Failure(http.StatusNotFound, "NotFound", "Not Found")
		}
		return nil, err
	}
	return &s3.HeadObjectOutput{
		ContentLength: aws.Int64(int64(len(o.body))), ETag: aws.String(o.etag), Metadata: maps.Clone(o.metadata),
		LastModified: s.stampedSecond(o.written),
	}, nil
}

// remove deletes an object. Deleting what is not there is no error.
func (s *buckets) remove(ctx context.Context, in *s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error) {
	b, err := s.find(ctx, in.Bucket)
	if err != nil {
		return nil, err
	}
	delete(b.objects, aws.ToString(in.Key))
	return &s3.DeleteObjectOutput{}, nil
}

// list gives out keys in the order of their bytes. Those that share what comes before a delimiter count as one.
func (s *buckets) list(ctx context.Context, in *s3.ListObjectsV2Input) (*s3.ListObjectsV2Output, error) {
	b, err := s.find(ctx, in.Bucket)
	if err != nil {
		return nil, err
	}
	size := s3Page
	if in.MaxKeys != nil {
		size = min(max(int(*in.MaxKeys), 0), s3Page)
	}
	var lines []listed
	for _, key := range slices.Sorted(maps.Keys(b.objects)) {
		rest, fits := strings.CutPrefix(key, aws.ToString(in.Prefix))
		if !fits || key <= aws.ToString(in.StartAfter) {
			continue
		}
		line := listed{key: key}
		if delimiter := aws.ToString(in.Delimiter); delimiter != "" {
			if head, _, folded := strings.Cut(rest, delimiter); folded {
				line = listed{aws.ToString(in.Prefix) + head + delimiter, true}
			}
		}
		if len(lines) == 0 || lines[len(lines)-1] != line {
			lines = append(lines, line)
		}
	}
	lines, next, err := page(s.Account, lines, in.ContinuationToken, size)
	if err != nil {
		return nil, s3Failure(http.StatusBadRequest, "InvalidArgument", "The continuation token provided is incorrect")
	}
	return s.listing(b, in, lines, next), nil
}

// listed is a line of a list: a key, or what several have in common.
type listed struct {
	key    string
	folded bool
}

func (s *buckets) listing(b *bucket, in *s3.ListObjectsV2Input, lines []listed, next *string) *s3.ListObjectsV2Output {
	out := &s3.ListObjectsV2Output{
		Name: in.Bucket, Prefix: in.Prefix, Delimiter: in.Delimiter, KeyCount: aws.Int32(int32(len(lines))),
		IsTruncated: aws.Bool(next != nil), NextContinuationToken: next,
	}
	for _, line := range lines {
		if line.folded {
			out.CommonPrefixes = append(out.CommonPrefixes, types.CommonPrefix{Prefix: aws.String(line.key)})
			continue
		}
		o := b.objects[line.key]
		out.Contents = append(out.Contents, types.Object{
			Key: aws.String(line.key), Size: aws.Int64(int64(len(o.body))), ETag: aws.String(o.etag), LastModified: s.stampedSecond(o.written),
		})
	}
	return out
}
