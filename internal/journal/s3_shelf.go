package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"gameday/experiments"
	"gameday/internal/clock"
	"gameday/internal/cloud"
)

// Place says where in S3 runs are kept, and how to get there.
type Place struct {
	URL    cloud.S3URL // runs are below
	AWS    aws.Config  // of a session of the clock
	Clock  *clock.Clock
	Writer string // nobody else's: tells this process' objects from others'
}

// S3Permissions returns the IAM actions that a journal in S3 needs: s3:PutObject and s3:GetObject on the objects below the
// prefix, and, to list and revert runs, s3:ListBucket on the bucket.
func S3Permissions() []string { return []string{"s3:GetObject", "s3:ListBucket", "s3:PutObject"} }

// objects is what a journal asks of S3.
type objects interface {
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
}

// shelf is the objects of one run.
type shelf struct {
	run    cloud.S3URL
	writer string
	clock  *clock.Clock
	aws    aws.Config
	client objects
}

func newShelf(p Place, run string) *shelf {
	s := &shelf{run: p.URL.Join(run), writer: p.Writer, clock: p.Clock, aws: p.AWS}
	s.connect()
	return s
}

func (s *shelf) connect() {
	s.client = s3.NewFromConfig(s.aws, func(o *s3.Options) {
		o.UsePathStyle = o.BaseEndpoint != nil // only AWS has a host name for each bucket
		o.DisableLogOutputChecksumValidationSkipped = true
	})
}

// ask calls S3, once more where the bucket turns out to be in another region.
func (s *shelf) ask(call func(objects) error) error {
	err := call(s.client)
	if region := cloud.BucketRegion(err); region != "" {
		s.aws.Region = region
		s.connect()
		err = call(s.client)
	}
	return s.explain(err)
}

// explain adds what a person can do.
func (s *shelf) explain(err error) error {
	switch codeOf(err) {
	case "NoSuchBucket":
		return &cloud.HintError{Err: err, Hint: fmt.Sprintf(
			"Make the bucket %s, or name another one in journal.s3 of the scenario or --journal.", s.run.Bucket)}
	case "AccessDenied":
		return &cloud.HintError{Err: err, Hint: fmt.Sprintf(
			"Allow these credentials s3:PutObject and s3:GetObject on arn:aws:s3:::%s/*, and s3:ListBucket on arn:aws:s3:::%s; "+
				"the bucket's policy and its key may deny them, too.", strings.TrimPrefix(s.above().String(), "s3://"), s.run.Bucket)}
	}
	return err
}

func (s *shelf) above() cloud.S3URL {
	above, _ := s.run.Split()
	return above
}

func codeOf(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// A conditional write that meets another one under way is tried so often, first after so long. (S3 User Guide, "How to
// prevent object overwrites with conditional writes")
const (
	mostMeetings = 6
	firstPause   = 100 * time.Millisecond
)

// put writes an object that must not be there yet. When it is there, it may be ours: of an attempt whose answer was lost.
func (s *shelf) put(ctx context.Context, first int, body []byte) error {
	key := s.run.Join(nameOf(first)).Prefix
	for meetings := 1; ; meetings++ {
		err := s.ask(func(client objects) error {
			_, err := client.PutObject(ctx, &s3.PutObjectInput{
				Bucket: aws.String(s.run.Bucket), Key: aws.String(key), Body: bytes.NewReader(body), IfNoneMatch: aws.String("*"),
				ContentType: aws.String("application/x-ndjson"), Metadata: map[string]string{writerKey: s.writer},
			})
			return err
		})
		switch code := codeOf(err); {
		case code == "PreconditionFailed":
			return s.recognise(ctx, key, body)
		case code != "ConditionalRequestConflict" || meetings == mostMeetings:
			return err
		}
		if err := s.clock.Sleep(ctx, firstPause<<(meetings-1)); err != nil {
			return err
		}
	}
}

// writerKey names who wrote an object, in its metadata.
const writerKey = "gameday-writer"

// recognise returns nil if the object was written by this process, with this body.
func (s *shelf) recognise(ctx context.Context, key string, body []byte) error {
	found, writer, err := s.get(ctx, key)
	if err != nil {
		return fmt.Errorf("it is there already, and it cannot be told by whom: %w", err)
	}
	if writer != s.writer || !bytes.Equal(found, body) {
		return &cloud.HintError{
			Err:  fmt.Errorf("it is there already: %w", experiments.ErrTaken),
			Hint: fmt.Sprintf("The run still goes on, or somebody else reverts it: look at it with `gameday show %s`.", s.run),
		}
	}
	return nil
}

// get reads an object, and who wrote it.
func (s *shelf) get(ctx context.Context, key string) (body []byte, writer string, err error) {
	err = s.ask(func(client objects) error {
		out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(s.run.Bucket), Key: aws.String(key)})
		if err != nil {
			return err
		}
		defer func() { _ = out.Body.Close() }()
		writer = out.Metadata[writerKey]
		if body, err = io.ReadAll(io.LimitReader(out.Body, largestObject+1)); err != nil {
			return err
		}
		if len(body) > largestObject {
			return fmt.Errorf("it is larger than %d MiB", largestObject>>20)
		}
		return nil
	})
	return body, writer, err
}

// largestObject is how much one object can hold: a batch, or one longest line.
const largestObject = maxLine

// nameOf is the name of the object whose first record has that number.
func nameOf(first int) string { return fmt.Sprintf("%09d.json", first) }

// numberOf returns the number of the first record in an object of that name.
func numberOf(name string) (int, bool) {
	if !regexp.MustCompile(`^\d{9,}\.json$`).MatchString(name) {
		return 0, false
	}
	number, err := strconv.Atoi(strings.TrimSuffix(name, ".json"))
	return number, err == nil && nameOf(number) == name
}
