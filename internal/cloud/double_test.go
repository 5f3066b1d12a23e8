package cloud_test

import (
	"context"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"go.uber.org/goleak"

	"gameday/internal/clock"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("net/http.(*persistConn).readLoop"),
		goleak.IgnoreTopFunction("net/http.(*persistConn).writeLoop"))
}

var morning = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// double stands for AWS below the SDK: it takes a second of virtual time to answer each request.
type double struct {
	clock    *clock.Clock
	answers  func(request int, operation string) (any, error)
	requests []request
	ahead    time.Duration // of its clock
}

type request struct {
	operation string
	at        time.Time
}

func newDouble(answers func(request int, operation string) (any, error)) *double {
	return &double{clock: clock.Virtual(morning, 0), answers: answers}
}

// config is a configuration whose clients reach the double.
func (d *double) config() aws.Config {
	answer := middleware.DeserializeMiddlewareFunc("double", func(ctx context.Context, _ middleware.DeserializeInput,
		_ middleware.DeserializeHandler,
	) (middleware.DeserializeOutput, middleware.Metadata, error) {
		operation := awsmiddleware.GetOperationName(ctx)
		d.requests = append(d.requests, request{operation, d.clock.Now()})
		output, err := d.answers(len(d.requests), operation)
		if slept := d.clock.Sleep(ctx, time.Second); slept != nil {
			return middleware.DeserializeOutput{}, middleware.Metadata{}, &smithy.CanceledError{Err: slept}
		}
		head := &smithyhttp.Response{Response: &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody}}
		head.Header.Set("Date", d.clock.Now().Add(d.ahead).UTC().Format(http.TimeFormat))
		if err != nil {
			head.StatusCode = 400
			if api, ok := err.(smithy.APIError); ok && api.ErrorFault() == smithy.FaultServer {
				head.StatusCode = 500
			}
			if _, lost := err.(*smithyhttp.RequestSendError); lost {
				head.StatusCode, head.Header = 0, http.Header{}
			}
		}
		return middleware.DeserializeOutput{RawResponse: head, Result: output}, middleware.Metadata{}, err
	})
	return aws.Config{
		Region:                     "eu-west-1",
		Credentials:                credentials.NewStaticCredentialsProvider("AKIA", "secret", ""),
		DisableClockSkewCorrection: true,
		APIOptions: []func(*middleware.Stack) error{func(s *middleware.Stack) error {
			return s.Deserialize.Insert(answer, "OperationDeserializer", middleware.Before)
		}},
	}
}

func refusal(code string) error {
	return &smithy.GenericAPIError{Code: code, Message: "no", Fault: smithy.FaultClient}
}

func breakdown() error {
	return &smithy.GenericAPIError{Code: "InternalError", Message: "oh", Fault: smithy.FaultServer}
}

func lost() error { return &smithyhttp.RequestSendError{Err: syscall.ECONNRESET} }
