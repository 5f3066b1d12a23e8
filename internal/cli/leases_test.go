package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/journal"
	"gameday/internal/lock"
)

const gameDays = "s3://ledger/game-days"

// cutRun leaves of a run, in S3 and on the desk's disk, what it had done when it began to inject.
func cutRun(t *testing.T) (d *lasting, config aws.Config, run string) {
	d, config = lastingDesk(t)
	require.Equal(t, experiments.ExitPassed, d.types("run", "small.hcl", "--yes", "--journal", gameDays), d.err)
	run = filepath.Base(d.runs()[0])
	d.cutRemote(config, experiments.FaultInjecting{})
	require.NoError(t, os.RemoveAll(d.path(".gameday")))
	d.out.text.Reset()
	return d, config, run
}

func (d *lasting) keeper(config aws.Config) lock.Keeper {
	c := d.deps.Clock()
	return lock.Keeper{Clock: c, Shelf: lock.Bucket{
		URL: cloud.S3URL{Bucket: "ledger", Prefix: "game-days/lock-111122223333-eu-west-1.json"}, AWS: cloud.NewSession(config, c, 1, "other").Config(),
	}}
}

// holds has another host hold the queue for a run, and say nothing any more.
func (d *lasting) holds(config aws.Config, run string) {
	d.t.Helper()
	d.onStrand(func() {
		_, err := d.keeper(config).Take(d.t.Context(),
			lock.Lease{Run: run, Owner: "ana@elsewhere", Host: "elsewhere", Process: 7, Resources: []string{flooded}})
		require.NoError(d.t, err)
	})
}

func (d *lasting) passes(t time.Duration) {
	d.onStrand(func() { require.NoError(d.t, d.deps.Clock().Sleep(d.t.Context(), t)) })
}

func TestARunThatStillGoesOnElsewhereIsNotRevertedFromS3(t *testing.T) {
	d, config, run := cutRun(t)
	url := gameDays + "/" + run
	d.holds(config, run)
	before := d.keys(config)
	require.Equal(t, experiments.ExitInconclusive, d.types("revert", url), d.out)
	assert.Contains(t, d.err.String(), run+" still goes on (ana@elsewhere, since 2026-01-05 ")
	assert.Contains(t, d.err.String(), "nothing was touched")
	assert.Contains(t, d.err.String(), "Hint: interrupt it where it goes on")
	assert.Contains(t, d.err.String(), "when it was not heard of for 5m")

	d.out.text.Reset()
	require.Equal(t, experiments.ExitNotReverted, d.types("revert", "--journal", gameDays), d.err)
	assert.Contains(t, d.out.String(), run+" still goes on (ana@elsewhere, since 2026-01-05 ")
	assert.NotContains(t, d.out.String(), "Revert it with")

	d.err.text.Reset()
	require.Equal(t, experiments.ExitInconclusive, d.types("revert", "--all", "--journal", gameDays), d.out)
	assert.Contains(t, d.err.String(), "Skipped: "+run+" still goes on (ana@elsewhere, since ")
	assert.NotContains(t, d.err.String(), "Hint")
	assert.Equal(t, before, d.keys(config))

	d.passes(lock.Stale)
	require.Equal(t, experiments.ExitPassed, d.types("revert", "--all", "--journal", gameDays), d.err)
	assert.Contains(t, d.out.String(), "Nothing is left of "+run+".")
}

func TestALockThatCannotBeReadIsNotedAndKeepsNobodyFromReverting(t *testing.T) {
	d, config, run := cutRun(t)
	d.puts(config, "game-days/lock-111122223333-eu-west-1.json", []byte("torn"))
	require.Equal(t, experiments.ExitPassed, d.types("revert", gameDays+"/"+run), d.err)
	assert.Contains(t, d.err.String(), "Note: whether "+run+" still goes on cannot be told: read the lock: it is no list of leases")
}

func (d *lasting) puts(config aws.Config, key string, text []byte) {
	d.onStrand(func() {
		_, err := s3.NewFromConfig(config).PutObject(d.t.Context(), &s3.PutObjectInput{
			Bucket: aws.String("ledger"), Key: aws.String(key), Body: bytes.NewReader(text),
		})
		require.NoError(d.t, err)
	})
}

func TestWhatADeadRunOfAnotherHostLeftIsRevertedBeforeAnotherRunTouchesIt(t *testing.T) {
	d, config, run := cutRun(t)
	d.holds(config, run)
	d.passes(lock.Stale)
	line := []string{"run", "small.hcl", "--yes", "--journal", gameDays}
	for range 2 { // being refused does not make it forgotten
		d.err.text.Reset()
		require.Equal(t, experiments.ExitInconclusive, d.types(line...), d.out)
		assert.Contains(t, d.err.String(),
			"the faults would touch "+flooded+", where inject.flood of "+run+", a run of ana@elsewhere that died, is not reverted; nothing was touched")
		assert.Contains(t, d.err.String(), "Hint: revert it first: gameday revert "+gameDays+"/"+run)
		assert.Empty(t, d.runs())
	}
	require.Equal(t, experiments.ExitPassed, d.types("revert", gameDays+"/"+run), d.err)
	d.err.text.Reset()
	d.types(line...) // nobody evaluates alarms any more in this account
	assert.NotContains(t, d.err.String(), "was taken over", "whoever reverted it gave its lock back, too")
	assert.Len(t, d.runs(), 1)

	d.holds(config, run)
	d.passes(lock.Stale)
	d.types(line...)
	assert.Contains(t, d.err.String(), "Note: the lock of run "+run+" of ana@elsewhere was taken over")
	assert.Len(t, d.runs(), 2, "nothing of it is left")
}

func TestADeadRunWhoseJournalCannotBeReadRefusesOthersAndOneWithoutAJournalDoesNot(t *testing.T) {
	d, config, run := cutRun(t)
	d.puts(config, "game-days/"+run+"/000000001.json", []byte("torn\n"))
	d.holds(config, run)
	d.passes(lock.Stale)
	line := []string{"run", "small.hcl", "--yes", "--journal", gameDays}
	require.Equal(t, experiments.ExitInconclusive, d.types(line...), d.out)
	assert.Contains(t, d.err.String(), "run "+run+" of ana@elsewhere died with a lock on the targets, and what it left cannot be told: read journal ")
	assert.Contains(t, d.err.String(), "remove the run from "+gameDays+"/lock-111122223333-eu-west-1.json")
	assert.Empty(t, d.runs())

	d, config = lastingDesk(t)
	d.holds(config, "20260105-085500-beef")
	d.passes(lock.Stale)
	require.Equal(t, experiments.ExitPassed, d.types(line...), d.err)
}

func TestAnEndpointThatOnlyAJournalInS3NamesGetsNoCredentials(t *testing.T) {
	d, config, run := cutRun(t)
	url := gameDays + "/" + run
	d.rewrites(config, run, func(started *experiments.RunStarted) {
		started.EndpointURL, started.RoleARN = "http://evil.example:80/", "arn:aws:iam::111122223333:role/x"
	})
	asked := len(d.asked)
	require.Equal(t, experiments.ExitInconclusive, d.types("revert", url), d.out)
	assert.Contains(t, d.err.String(), "the journal of "+run+" says that AWS is at http://evil.example:80/, which nothing on this host says; nothing was touched")
	assert.Contains(t, d.err.String(), "Hint: if that is so, set AWS_ENDPOINT_URL=http://evil.example:80/")
	for _, s := range d.asked[asked:] {
		assert.Empty(t, s.EndpointURL)
	}
	d.deps.Env = only(endpointVariable, "http://evil.example:80")
	require.Equal(t, experiments.ExitPassed, d.types("revert", url), d.err)
	said := d.out.String()
	for _, text := range []string{
		"with the profile gameday\n", "in the role arn:aws:iam::111122223333:role/x\n", "at the endpoint http://evil.example:80/\n",
	} {
		assert.Contains(t, said, text)
		assert.Less(t, strings.Index(said, text), strings.Index(said, "reverted"), text)
	}
}

// rewrites has somebody write another beginning of a run's journal.
func (d *lasting) rewrites(config aws.Config, run string, change func(*experiments.RunStarted)) {
	d.onStrand(func() {
		ctx, c := context.Background(), d.deps.Clock()
		place := journal.Place{URL: cloud.S3URL{Bucket: "ledger", Prefix: "game-days"}, AWS: cloud.NewSession(config, c, 1, "x").Config(), Clock: c, Writer: "x"}
		records, err := journal.ReadRemote(ctx, place, run)
		require.NoError(d.t, err)
		client := s3.NewFromConfig(config)
		for _, key := range d.under(client, "game-days/"+run+"/") {
			_, err := client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String("ledger"), Key: aws.String(key)})
			require.NoError(d.t, err)
		}
		started := records[0].Event.(experiments.RunStarted)
		change(&started)
		records[0].Event = started
		remote, err := journal.CreateRemote(ctx, place, run)
		require.NoError(d.t, err)
		for _, r := range records {
			require.NoError(d.t, remote.Append(r))
		}
		require.NoError(d.t, remote.Flush())
	})
}

func (d *lasting) under(client *s3.Client, prefix string) (keys []string) {
	out, err := client.ListObjectsV2(d.t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("ledger"), Prefix: aws.String(prefix)})
	require.NoError(d.t, err)
	for _, o := range out.Contents {
		keys = append(keys, *o.Key)
	}
	return keys
}

func TestAMirrorThatCannotBeLeavesNoRunFolderBehind(t *testing.T) {
	d, _ := lastingDesk(t)
	long := strings.Repeat("/"+strings.Repeat("x", 123), 4) // with the id of the run, it is too long
	require.NotEqual(t, experiments.ExitPassed, d.types("run", "small.hcl", "--yes", "--journal", "s3://ledger"+long), d.out)
	assert.Contains(t, d.err.String(), "longer than 512")
	assert.Empty(t, d.runs())
}

// stuck is a shelf that does not answer any more.
type stuck struct {
	lock.Shelf
	clock *clock.Clock
}

func (s stuck) Read(ctx context.Context) ([]byte, string, error) {
	return nil, "", s.clock.Sleep(ctx, 24*time.Hour)
}

func TestALockThatCannotBeReleasedHoldsNobodyUpForLong(t *testing.T) {
	c := clock.Virtual(rehearsalStart(), 0)
	c.Run(func() {
		held, err := lock.Keeper{Clock: c, Shelf: lock.Folder{Dir: t.TempDir(), Name: "x"}}.Take(t.Context(), lock.Mine("run", []string{"a"}))
		require.NoError(t, err)
		held.Shelf = stuck{held.Shelf, c}
		require.ErrorIs(t, released(t.Context(), &play{clock: c}, held), context.DeadlineExceeded)
		assert.Equal(t, releasing, c.Now().Sub(rehearsalStart()))
	})
}
