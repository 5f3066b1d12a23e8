package sandbox

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"gameday/internal/chance"
	"gameday/internal/clock"
)

// Account is a simulated AWS account. Make one with New; use it from strands of its clock only.
type Account struct {
	ID     string
	Region string
	Skew   time.Duration // how far the account's clock is ahead of the host's

	clock       *clock.Clock
	seed        chance.Seed
	began       time.Time
	handlers    map[string]handler // by "SQS.SendMessage": service id and operation
	fronts      []front            // the weather
	latency     *rand.Rand
	ids         *rand.Rand // request ids and the like
	queues      *queues
	topics      *topics
	gauges      *gauges
	instances   *instances
	groups      *groups
	alarms      *alarms
	automations *automations
	identities  *identities
	buckets     *buckets
	parameters  *parameters
	pageLimit   int // of every list; 0: none
	agenda      agenda
	pictures    map[string]func() any // by service, for Snapshot
}

type handler func(ctx context.Context, input any) (output any, err error)

// handle answers an operation with f. Handlers run on the caller's strand and may wait on the clock.
func handle[In, Out any](a *Account, service, operation string, f func(context.Context, *In) (*Out, error)) {
	a.handlers[service+"."+operation] = func(ctx context.Context, input any) (any, error) {
		typed, ok := input.(*In)
		if !ok {
			return nil, fmt.Errorf("sandbox: %s.%s got a %T", service, operation, input)
		}
		return f(ctx, typed)
	}
}

// Config returns a configuration whose clients talk to the account. Serialisation, validation, signing and retrying are
// the SDK's own; there is no socket.
func (a *Account) Config() aws.Config {
	return aws.Config{
		Region:                     a.Region,
		DisableRequestCompression:  true,
		Credentials:                aws.CredentialsProviderFunc(credentials),
		HTTPClient:                 noNetwork{},
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		APIOptions:                 []func(*middleware.Stack) error{a.answerCalls},
	}
}

func credentials(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "SANDBOX", SecretAccessKey: "SANDBOX", Source: "sandbox"}, nil
}

type inputKey struct{}

// answerCalls keeps the typed input at Initialize and answers it at Deserialize, below the retries.
func (a *Account) answerCalls(stack *middleware.Stack) error {
	keep := middleware.InitializeMiddlewareFunc("sandboxKeep", func(ctx context.Context, in middleware.InitializeInput,
		next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		return next.HandleInitialize(context.WithValue(ctx, inputKey{}, in.Parameters), in)
	})
	answer := middleware.DeserializeMiddlewareFunc("sandboxAnswer", func(ctx context.Context, _ middleware.DeserializeInput,
		_ middleware.DeserializeHandler,
	) (middleware.DeserializeOutput, middleware.Metadata, error) {
		return a.answer(ctx)
	})
	if err := stack.Initialize.Add(keep, middleware.Before); err != nil {
		return err
	}
	// In front of the SDK's own deserialiser, which would look for bytes, and below everything else of this step, so that
	// what others measure at Deserialize sees the answer as from the wire.
	return stack.Deserialize.Insert(answer, "OperationDeserializer", middleware.Before)
}

func (a *Account) answer(ctx context.Context) (middleware.DeserializeOutput, middleware.Metadata, error) {
	service, operation := awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx)
	handler, known := a.handlers[service+"."+operation]
	if !known {
		handler = func(context.Context, any) (any, error) {
			return nil, failure("NotImplemented", fmt.Sprintf("the sandbox does not know %s %s", service, operation))
		}
	}
	output, response, err := a.travel(ctx, service, operation, func() (any, error) {
		return handler(ctx, ctx.Value(inputKey{}))
	})
	return middleware.DeserializeOutput{RawResponse: response, Result: output}, middleware.Metadata{}, err
}

// failure returns an AWS error as a service would send it: the caller's fault.
func failure(code, message string) error {
	return &smithy.GenericAPIError{Code: code, Message: message, Fault: smithy.FaultClient}
}

// draw takes a duration from a span, from the stream of the block and purpose. ok is false for "never".
func (a *Account) draw(s Span, block, purpose string) (d time.Duration, ok bool) {
	return chance.Between(a.seed.Stream(block, purpose), s.Min, s.Max), !s.Never
}
