package lock

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"gameday/internal/cloud"
)

// Bucket is a shelf in S3: one object, which every host sees. It needs s3:GetObject and s3:PutObject on it.
type Bucket struct {
	URL cloud.S3URL // of the object
	AWS aws.Config  // of a session of the clock
}

// largestText is more than there ever are leases.
const largestText = 1 << 22

// hidden is the version of an object that may not be read, or is not there.
const hidden = "hidden"

// Read returns the object's text. What may not be read may not be there: without s3:ListBucket, S3 does not say. Whether it
// is, Swap finds out.
func (b Bucket) Read(ctx context.Context) (text []byte, version string, err error) {
	text, version, err = b.get(ctx)
	switch {
	case is(err, "NoSuchKey", "NotFound"):
		return nil, "", nil
	case is(err, "AccessDenied"):
		return nil, hidden, nil
	}
	return text, version, err
}

func (b Bucket) get(ctx context.Context) (text []byte, version string, err error) {
	err = b.ask(func(client *s3.Client) error {
		out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(b.URL.Bucket), Key: aws.String(b.URL.Prefix)})
		if err != nil {
			return err
		}
		defer out.Body.Close()
		version = aws.ToString(out.ETag)
		text, err = io.ReadAll(io.LimitReader(out.Body, largestText))
		return err
	})
	return text, version, err
}

// Swap puts the object on the condition that it is still the one that was read. (Amazon S3 User Guide, "How to prevent object
// overwrites with conditional writes")
func (b Bucket) Swap(ctx context.Context, text []byte, version string) error {
	in := &s3.PutObjectInput{
		Bucket: aws.String(b.URL.Bucket), Key: aws.String(b.URL.Prefix), ContentType: aws.String("application/json"), Body: bytes.NewReader(text),
	}
	if version == "" || version == hidden {
		in.IfNoneMatch = aws.String("*")
	} else {
		in.IfMatch = aws.String(version)
	}
	err := b.ask(func(client *s3.Client) error {
		_, err := client.PutObject(ctx, in)
		return err
	})
	if version == hidden && is(err, "PreconditionFailed") { // it is there
		if _, _, denied := b.get(ctx); is(denied, "AccessDenied") {
			return fmt.Errorf("it is there, but may not be read: %w", denied)
		}
	}
	if is(err, "PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey") {
		return errors.Join(ErrMoved, err)
	}
	return err
}

// ask calls S3, once more where the bucket turns out to be in another region.
func (b Bucket) ask(call func(*s3.Client) error) error {
	err := call(b.client(b.AWS))
	if region := cloud.BucketRegion(err); region != "" {
		config := b.AWS
		config.Region = region
		err = call(b.client(config))
	}
	return b.explain(err)
}

// explain adds what a person can do.
func (b Bucket) explain(err error) error {
	switch {
	case is(err, "NoSuchBucket"):
		return &cloud.HintError{Err: err, Hint: "Make the bucket " + b.URL.Bucket + ", or keep the journal in another one."}
	case is(err, "AccessDenied"):
		return &cloud.HintError{Err: err, Hint: "Allow these credentials s3:GetObject and s3:PutObject on arn:aws:s3:::" + b.URL.Bucket + "/" + b.URL.Prefix + "."}
	}
	return err
}

func (b Bucket) client(config aws.Config) *s3.Client {
	return s3.NewFromConfig(config, func(o *s3.Options) {
		o.UsePathStyle = o.BaseEndpoint != nil // only AWS has a host name for each bucket
		o.DisableLogOutputChecksumValidationSkipped = true
	})
}

func is(err error, codes ...string) bool {
	var answer smithy.APIError
	return errors.As(err, &answer) && strings.Contains(" "+strings.Join(codes, " ")+" ", " "+answer.ErrorCode()+" ")
}
