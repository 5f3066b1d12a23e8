package sandbox

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/require"

	"gameday/internal/chance"
	"gameday/internal/clock"
)

// visitor is somebody with real SDK clients in a simulated account.
type visitor struct {
	context.Context
	t       *testing.T
	account *Account
	clock   *clock.Clock
	sqs     *sqs.Client
	sns     *sns.Client
	sts     *sts.Client
	queue   *string // URL of the queue "orders"
	topic   *string // ARN of the topic "page"
}

// visitAccount lets f do something in the account that spec describes, on virtual time.
func visitAccount(t *testing.T, spec Spec, seed chance.Seed, f func(v *visitor)) {
	t.Helper()
	spec.Account, spec.Region = "111122223333", "eu-west-1"
	c := clock.Virtual(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), 0)
	c.Run(func() {
		a, err := New(spec, c, seed)
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		a.Start(ctx)
		config := a.Config()
		config.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
		f(&visitor{
			Context: ctx, t: t, account: a, clock: c,
			sqs: sqs.NewFromConfig(config), sns: sns.NewFromConfig(config), sts: sts.NewFromConfig(config),
			queue: aws.String("https://sqs.eu-west-1.amazonaws.com/111122223333/orders"),
			topic: aws.String("arn:aws:sns:eu-west-1:111122223333:page"),
		})
	})
}

func (v *visitor) sleep(d time.Duration) {
	v.t.Helper()
	require.NoError(v.t, v.clock.Sleep(v.Context, d))
}

func TestCallersLearnWhoTheyAre(t *testing.T) {
	visitAccount(t, Spec{}, 1, func(v *visitor) {
		me, err := v.sts.GetCallerIdentity(v, &sts.GetCallerIdentityInput{})
		require.NoError(t, err)
		require.Equal(t, "111122223333", *me.Account)
		require.Equal(t, "arn:aws:iam::111122223333:user/gameday", *me.Arn)
	})
}

func TestACallTakesFiveToFortyMilliseconds(t *testing.T) {
	visitAccount(t, Spec{}, 1, func(v *visitor) {
		took := map[time.Duration]bool{}
		for range 200 {
			sent := v.clock.Now()
			_, err := v.sts.GetCallerIdentity(v, &sts.GetCallerIdentityInput{})
			require.NoError(t, err)
			d := v.clock.Now().Sub(sent)
			require.GreaterOrEqual(t, d, 5*time.Millisecond)
			require.LessOrEqual(t, d, 40*time.Millisecond)
			took[d] = true
		}
		require.Greater(t, len(took), 150, "the latencies differ")
	})
}

// headers has a client report the head of each answer.
func headers(seen *[]http.Header) func(*sts.Options) {
	return sts.WithAPIOptions(func(stack *middleware.Stack) error {
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("headers", func(
			ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
		) (middleware.DeserializeOutput, middleware.Metadata, error) {
			out, metadata, err := next.HandleDeserialize(ctx, in)
			*seen = append(*seen, out.RawResponse.(*smithyhttp.Response).Header)
			return out, metadata, err
		}), middleware.Before)
	})
}

func TestAnswersCarryTheAccountsTimeInWholeSeconds(t *testing.T) {
	visitAccount(t, Spec{}, 1, func(v *visitor) {
		v.account.Skew = 90 * time.Second
		var seen []http.Header
		v.sleep(700 * time.Millisecond)
		out, err := v.sts.GetCallerIdentity(v, &sts.GetCallerIdentityInput{}, headers(&seen))
		require.NoError(t, err)
		require.Equal(t, "Mon, 05 Jan 2026 09:01:30 GMT", seen[0].Get("Date"))
		id, ok := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
		require.True(t, ok)
		require.Equal(t, seen[0].Get("X-Amzn-Requestid"), id)
	})
}

func TestAnUnknownOperationIsNamed(t *testing.T) {
	visitAccount(t, Spec{}, 1, func(v *visitor) {
		_, err := v.sts.GetSessionToken(v, &sts.GetSessionTokenInput{})
		var api smithy.APIError
		require.ErrorAs(t, err, &api)
		require.Equal(t, "NotImplemented", api.ErrorCode())
		require.Contains(t, api.ErrorMessage(), "STS GetSessionToken")
	})
}

func TestACallEndsWithItsContext(t *testing.T) {
	visitAccount(t, Spec{}, 1, func(v *visitor) {
		ctx, cancel := v.clock.WithDeadline(v, v.clock.Now().Add(time.Millisecond))
		defer cancel()
		_, err := v.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		var canceled *smithy.CanceledError
		require.ErrorAs(t, err, &canceled)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Millisecond, v.clock.Now().Sub(v.account.began))
	})
}

func TestNothingReachesTheNetwork(t *testing.T) {
	visitAccount(t, Spec{}, 1, func(v *visitor) {
		request, err := http.NewRequestWithContext(v, http.MethodGet, "https://example.com", nil)
		require.NoError(t, err)
		_, err = v.account.Config().HTTPClient.Do(request)
		require.ErrorContains(t, err, "the sandbox has no network")
	})
}

func TestASpecIsRefusedWithTheBlockThatIsWrong(t *testing.T) {
	for want, spec := range map[string]Spec{
		`sqs_queue "a": there are two of that name`:                {Queues: []QueueSpec{{Name: "a"}, {Name: "a"}}},
		`sqs_queue "a": there is no sqs_queue "b"`:                 {Queues: []QueueSpec{{Name: "a", DeadLetterQueue: "b", MaxReceiveCount: 1}}},
		`sqs_queue "a": rates cannot be negative`:                  {Queues: []QueueSpec{{Name: "a", ArrivesPerSecond: -1}}},
		`sqs_queue "a b": api error InvalidParameterValue`:         {Queues: []QueueSpec{{Name: "a b"}}},
		`sns_topic "t": there are two of that name`:                {Topics: []TopicSpec{{"t"}, {"t"}}},
		`sns_topic "t!": a topic's name`:                           {Topics: []TopicSpec{{"t!"}}},
		`on_call "p": paged_by: there is no sns_topic "t"`:         {OnCalls: []OnCallSpec{{Name: "p", PagedBy: Ref{Name: "t"}}}},
		`on_call "p": escalates_to: there is no sns_topic "other"`: {Topics: []TopicSpec{{"t"}}, OnCalls: []OnCallSpec{{Name: "p", PagedBy: Ref{Name: "t"}, EscalatesTo: &Ref{Name: "other"}}}},
	} {
		spec.Account, spec.Region = "111122223333", "eu-west-1"
		_, err := New(spec, clock.Virtual(time.Time{}, 0), 1)
		require.ErrorContains(t, err, want)
	}
	_, err := New(Spec{Account: "1", Region: "eu-west-1"}, clock.Virtual(time.Time{}, 0), 1)
	require.ErrorContains(t, err, "twelve digits")
}

func BenchmarkOneCall(b *testing.B) {
	c := clock.Virtual(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), 0)
	c.Run(func() {
		spec := Spec{Account: "111122223333", Region: "eu-west-1", Queues: []QueueSpec{{Name: "orders"}}}
		a, err := New(spec, c, 1)
		require.NoError(b, err)
		client := sqs.NewFromConfig(a.Config())
		in := &sqs.GetQueueUrlInput{QueueName: aws.String("orders")}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := client.GetQueueUrl(b.Context(), in); err != nil {
				b.Fatal(err)
			}
		}
	})
}
