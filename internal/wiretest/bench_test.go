package wiretest_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/stretchr/testify/require"

	"gameday/assertions"
	"gameday/experiments"
	"gameday/injectors"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/wiretest"
	"gameday/scenarios"
)

// A flood in the benchmark: as many messages as a game day may want, from as many senders as sqs_backlog has.
const benchMessages, benchSenders = 20_000, 16

// BenchmarkBacklogOverTheWire measures how fast sqs_backlog fills a queue, and how fast a loop does that knows of nothing but the
// SDK, in turn, so that whatever else the host does meets both. The figures are medians.
func BenchmarkBacklogOverTheWire(b *testing.B) {
	endpoint := wiretest.StartFauxqs(b)
	wiretest.Isolate(b)
	floods := []func(b *testing.B, endpoint, queue string) time.Duration{floodByGameday, floodByLoop}
	for _, flood := range floods { // not counted: the emulator compiles its code while it runs
		timed(b, endpoint, flood)
	}
	var rates [2][]float64 // messages a second
	var ratios []float64
	for b.Loop() {
		var rate [2]float64
		first := len(ratios) % 2
		for _, n := range []int{first, 1 - first} {
			rate[n] = benchMessages / timed(b, endpoint, floods[n]).Seconds()
			rates[n] = append(rates[n], rate[n])
		}
		ratios = append(ratios, rate[0]/rate[1])
	}
	b.ReportMetric(median(rates[0]), "messages/s")
	b.ReportMetric(median(rates[1]), "bare-messages/s")
	b.ReportMetric(median(ratios), "ratio")
}

func median(figures []float64) float64 {
	slices.Sort(figures)
	n := len(figures)
	return (figures[(n-1)/2] + figures[n/2]) / 2
}

// timed floods a fresh queue, and checks that the flood is there.
func timed(b *testing.B, endpoint string, flood func(b *testing.B, endpoint, queue string) time.Duration) time.Duration {
	b.Helper()
	client := sqs.NewFromConfig(bare(endpoint))
	queue, err := client.CreateQueue(b.Context(), &sqs.CreateQueueInput{QueueName: aws.String("orders")})
	require.NoError(b, err)
	took := flood(b, endpoint, aws.ToString(queue.QueueUrl))
	got, err := client.GetQueueAttributes(b.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: queue.QueueUrl, AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameAll},
	})
	require.NoError(b, err)
	require.Equal(b, strconv.Itoa(benchMessages), got.Attributes["ApproximateNumberOfMessages"])
	_, err = client.DeleteQueue(b.Context(), &sqs.DeleteQueueInput{QueueUrl: queue.QueueUrl})
	require.NoError(b, err)
	return took
}

func floodByGameday(b *testing.B, endpoint, queue string) (took time.Duration) {
	b.Helper()
	path := filepath.Join(b.TempDir(), "bench.hcl")
	require.NoError(b, os.WriteFile(path, fmt.Appendf(nil, `scenario "bench" {}

aws {
  accounts = ["000000000000"]
}

inject "sqs_backlog" "flood" {
  queue_url = %q
  messages  = %d
}
`, queue, benchMessages), 0o644))
	catalogs := scenarios.Catalogs{Injectors: injectors.Standard(), Assertions: assertions.Standard()}
	scenario, err := scenarios.Load(path, scenarios.Options{Catalogs: catalogs})
	require.NoError(b, err)

	c := clock.Real()
	cfg, err := cloud.Load(b.Context(), cloud.Settings{Region: "us-east-1", EndpointURL: endpoint}, c)
	require.NoError(b, err)
	c.Run(func() {
		session := cloud.NewSession(cfg, c, 1, "bench")
		env := injectors.Env{AWS: session.Config(), Clock: c, Run: "bench", Block: "inject.flood", Random: 1}
		injector, err := scenario.Experiment.Faults[0].Build(experiments.Known{}, env)
		require.NoError(b, err)
		plan, err := injector.Plan(b.Context())
		require.NoError(b, err)
		var recorder cloud.Recorder
		begun := time.Now()
		require.NoError(b, injector.Inject(cloud.Record(b.Context(), &recorder), plan))
		took = time.Since(begun)
	})
	return took
}

// floodByLoop sends the same messages from goroutines, over as many kept connections.
func floodByLoop(b *testing.B, endpoint, queue string) time.Duration {
	b.Helper()
	cfg := bare(endpoint)
	cfg.HTTPClient = awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, 64
	})
	client := sqs.NewFromConfig(cfg)
	begun := time.Now()
	var senders sync.WaitGroup
	for range benchSenders {
		senders.Go(func() {
			for range benchMessages / benchSenders / 10 {
				if err := sendTen(b.Context(), client, queue); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	senders.Wait()
	return time.Since(begun)
}

func sendTen(ctx context.Context, client *sqs.Client, queue string) error {
	in := &sqs.SendMessageBatchInput{QueueUrl: &queue}
	for n := range 10 {
		in.Entries = append(in.Entries, sqstypes.SendMessageBatchRequestEntry{
			Id: aws.String(strconv.Itoa(n)), MessageBody: aws.String(`{"source":"gameday"}`),
			MessageAttributes: map[string]sqstypes.MessageAttributeValue{
				"gameday": {DataType: aws.String("String"), StringValue: aws.String("bench/inject.flood")},
			},
		})
	}
	_, err := client.SendMessageBatch(ctx, in)
	return err
}
