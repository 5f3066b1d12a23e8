package wiretest_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/journal"
	"gameday/internal/wiretest"
)

// makeBucket makes a bucket, with a client that owes nothing to gameday.
func makeBucket(t testing.TB, endpoint, name string) *s3.Client {
	t.Helper()
	client := s3.NewFromConfig(bare(endpoint), func(o *s3.Options) { o.UsePathStyle = true })
	_, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String(name)})
	require.NoError(t, err)
	return client
}

func kept(c *clock.Clock, s *cloud.Session, writer string) journal.Place {
	return journal.Place{URL: cloud.S3URL{Bucket: "ledger", Prefix: "game-days"}, AWS: s.Config(), Clock: c, Writer: writer}
}

const wireRun = "20261122-021200-4f9a"

func record(seq int, e experiments.Event) experiments.Record {
	return experiments.Record{Seq: seq, Time: time.Date(2026, 11, 22, 2, 12, seq, 0, time.UTC), Event: e}
}

func wireRecords() []experiments.Record {
	return []experiments.Record{
		record(1, experiments.RunStarted{Format: "gameday.events/1", Run: wireRun, Mode: experiments.ModeRun, Scenario: "wire"}),
		record(2, experiments.PlanMade{}),
		record(3, experiments.FaultPlanned{Name: "flood"}),
		record(4, experiments.FaultInjecting{Name: "flood"}),
		record(5, experiments.FaultReverting{Name: "flood"}),
		record(6, experiments.FaultReverted{Name: "flood"}),
	}
}

func TestAJournalIsKeptInS3OverTheWire(t *testing.T) {
	for name, emulator := range map[string]func(testing.TB) string{"fauxqs": wiretest.StartFauxqs, "moto": wiretest.StartMoto} {
		t.Run(name, func(t *testing.T) {
			endpoint := emulator(t)
			makeBucket(t, endpoint, "ledger")
			on(t, endpoint, func(ctx context.Context, c *clock.Clock, s *cloud.Session) {
				remote, err := journal.CreateRemote(ctx, kept(c, s, "run"), wireRun)
				require.NoError(t, err)
				for _, r := range wireRecords() {
					require.NoError(t, remote.Append(r))
				}
				read, err := journal.ReadRemote(ctx, kept(c, s, "other"), wireRun)
				require.NoError(t, err)
				require.Len(t, read, len(wireRecords()))
				require.Equal(t, wireRecords()[5], read[5])
				entries, err := journal.ListRemote(ctx, kept(c, s, "other"))
				require.NoError(t, err)
				require.Len(t, entries, 1)
				require.Equal(t, "wire", entries[0].Summary.Scenario)
				require.Equal(t, 5, s.Calls()["s3:PutObject"])
				require.Subset(t, journal.S3Permissions(), []string{"s3:GetObject", "s3:ListBucket", "s3:PutObject"})
				require.Subset(t, s.Actions(), []string{"s3:GetObject", "s3:ListBucket", "s3:PutObject"})

				nobodys := kept(c, s, "run")
				nobodys.URL.Bucket = "nobodys"
				missing, err := journal.CreateRemote(ctx, nobodys, wireRun)
				require.NoError(t, err)
				err = missing.Append(wireRecords()[0])
				require.ErrorContains(t, err, "NoSuchBucket")
				require.Contains(t, cloud.Hint(err), "Make the bucket nobodys")
			})
		})
	}
}

// fauxqs takes every write, whatever its conditions; moto heeds them.
func TestASecondWriterIsRefusedOverTheWire(t *testing.T) {
	endpoint := wiretest.StartMoto(t)
	makeBucket(t, endpoint, "ledger")
	on(t, endpoint, func(ctx context.Context, c *clock.Clock, s *cloud.Session) {
		first, err := journal.CreateRemote(ctx, kept(c, s, "first"), wireRun)
		require.NoError(t, err)
		require.NoError(t, first.Append(wireRecords()[0]))
		again, err := journal.CreateRemote(ctx, kept(c, s, "first"), wireRun)
		require.NoError(t, err)
		require.NoError(t, again.Append(wireRecords()[0]), "one's own object, whose answer was lost, is recognised")
		other, err := journal.CreateRemote(ctx, kept(c, s, "other"), wireRun)
		require.NoError(t, err)
		require.ErrorIs(t, other.Append(wireRecords()[0]), experiments.ErrTaken)
	})
}

func TestWhatAHostThatIsGoneLeftBehindIsRevertedFromS3ByAnother(t *testing.T) {
	t.Parallel()
	c := newCheckout(t, wiretest.StartFauxqs(t))
	makeBucket(t, c.endpoint, "ledger")
	text := c.scenario(c.endpoint, "messages = 20000") + `
journal {
  s3 = "s3://ledger/game-days"
}
`
	d := newDesk(t, text)
	killed := d.start("run", "wire.hcl", "--yes", "--tick", "1s")
	c.flooded(500)
	killed.send(syscall.SIGKILL)
	require.Equal(t, -1, killed.exit(time.Second))
	run := d.run()
	require.NoError(t, os.RemoveAll(filepath.Join(d.folder, ".gameday")), "the host is thrown away")

	host := newDesk(t, "")
	host.env = []string{"AWS_ENDPOINT_URL=" + c.endpoint}
	url := "s3://ledger/game-days/" + run
	require.Contains(t, host.says(0, "runs", "--journal", "s3://ledger/game-days"), run)
	require.Contains(t, host.says(5, "revert", "--journal", "s3://ledger/game-days"), "gameday revert "+url)
	require.Contains(t, host.says(0, "show", url), "inject.flood")
	require.Contains(t, host.says(0, "revert", url), "Nothing is left of "+run)
	require.Equal(t, "Nothing is left of "+run+".\n", host.says(0, "revert", url))
	host.untouched()
	c.restored()
}

func TestABucketThatIsMissingKeepsARunFromTouchingAnything(t *testing.T) {
	t.Parallel()
	c := newCheckout(t, wiretest.StartFauxqs(t))
	d := newDesk(t, c.scenario(c.endpoint, "messages = 10"))
	said := d.says(3, "run", "wire.hcl", "--yes", "--journal", "s3://nobodys/x")
	require.Contains(t, strings.Join(strings.Fields(said), " "), "Make the bucket nobodys")
	require.Empty(t, d.events("tap.opening"))
	c.restored()
}

// BenchmarkJournalOverTheWire measures what it takes until an entry is durable that announces something, on the disk alone
// and in S3 as well. The emulator is on the same host, so the network of a real S3 comes on top.
func BenchmarkJournalOverTheWire(b *testing.B) {
	endpoint := wiretest.StartFauxqs(b)
	wiretest.Isolate(b)
	makeBucket(b, endpoint, "ledger")
	const entries = 200
	append200 := func(to experiments.Journal) time.Duration {
		begun := time.Now()
		for n := range entries {
			r := record(n+1, experiments.FaultInjecting{Name: "flood"})
			if n == 0 {
				r.Event = experiments.RunStarted{Format: "gameday.events/1", Run: wireRun}
			}
			require.NoError(b, to.Append(r))
		}
		return time.Since(begun)
	}
	var local, both []float64 // milliseconds an entry
	c := clock.Real()
	cfg, err := cloud.Load(b.Context(), cloud.Settings{Region: "us-east-1", EndpointURL: endpoint}, c)
	require.NoError(b, err)
	for b.Loop() {
		c.Run(func() {
			session := cloud.NewSession(cfg, c, 1, "bench")
			alone, err := journal.Create(b.TempDir(), wireRun)
			require.NoError(b, err)
			local = append(local, float64(append200(alone).Microseconds())/1000/entries)
			require.NoError(b, alone.Close())
			folder, err := journal.Create(b.TempDir(), wireRun)
			require.NoError(b, err)
			place := kept(c, session, "bench")
			place.URL = place.URL.Join(time.Now().Format("150405.000000000"))
			remote, err := journal.CreateRemote(b.Context(), place, wireRun)
			require.NoError(b, err)
			both = append(both, float64(append200(journal.Both(folder, remote)).Microseconds())/1000/entries)
			require.NoError(b, folder.Close())
		})
	}
	b.ReportMetric(median(local), "ms/entry-local")
	b.ReportMetric(median(both), "ms/entry-S3")
}
