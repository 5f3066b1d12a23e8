package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/chance"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/sandbox"
	"gameday/scenarios"
)

// lasting is a desk before one account that lasts, with buckets, whatever commands come and go.
type lasting struct {
	*desk
	onStrand func(func())
}

func lastingDesk(t *testing.T) (*lasting, aws.Config) {
	d := newDesk(t)
	d.write("small.sandbox.hcl", smallSandbox+`
s3_bucket "ledger" { region = "eu-central-1" }
s3_bucket "sealed" { read_only = true }
`)
	spec, err := scenarios.LoadSandbox(d.path("small.sandbox.hcl"))
	require.NoError(t, err)
	c := clock.Virtual(rehearsalStart(), 0)
	account, err := sandbox.New(spec, c, chance.Seed(7))
	require.NoError(t, err)
	d.deps.Clock = func() *clock.Clock { return c }
	started := false
	d.deps.AWS = func(ctx context.Context, s cloud.Settings, _ *clock.Clock) (aws.Config, error) {
		d.asked = append(d.asked, s)
		if !started {
			account.Start(ctx)
			started = true
		}
		return account.Config(), nil
	}
	config := account.Config()
	config.Region = "eu-central-1"
	return &lasting{d, c.Run}, config
}

func (d *lasting) keys(config aws.Config) (keys []string) {
	d.onStrand(func() {
		out, err := s3.NewFromConfig(config).ListObjectsV2(d.t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("ledger")})
		require.NoError(d.t, err)
		for _, o := range out.Contents {
			keys = append(keys, *o.Key)
		}
	})
	return keys
}

// cutRemote removes from S3 what a run wrote after its first announcement of that type.
func (d *lasting) cutRemote(config aws.Config, last experiments.Event) {
	d.t.Helper()
	keys, found := d.keys(config), false
	d.onStrand(func() {
		for _, key := range keys {
			client := s3.NewFromConfig(config)
			if found {
				_, err := client.DeleteObject(d.t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("ledger"), Key: aws.String(key)})
				require.NoError(d.t, err)
				continue
			}
			out, err := client.GetObject(d.t.Context(), &s3.GetObjectInput{Bucket: aws.String("ledger"), Key: aws.String(key)})
			require.NoError(d.t, err)
			text, err := io.ReadAll(out.Body)
			require.NoError(d.t, err)
			found = strings.Contains(string(text), `"type":"`+last.Type()+`"`)
		}
	})
	require.True(d.t, found)
}

func TestARunIsRevertedFromS3OnAHostWithoutItsFolder(t *testing.T) {
	d, config := lastingDesk(t)
	require.Equal(t, experiments.ExitPassed, d.types("run", "small.hcl", "--yes", "--journal", "s3://ledger/game-days/"), d.err)
	run := filepath.Base(d.runs()[0])
	url := "s3://ledger/game-days/" + run
	assert.Contains(t, d.out.String(), "The journal is in "+url+", too.")
	d.cutRemote(config, experiments.FaultInjecting{})
	require.NoError(t, os.RemoveAll(d.path(".gameday")))

	require.Equal(t, experiments.ExitPassed, d.types("runs", "--journal", "s3://ledger/game-days"), d.err)
	assert.Contains(t, d.out.String(), run)
	require.Equal(t, experiments.ExitPassed, d.types("show", url), d.err)
	require.Equal(t, experiments.ExitNotReverted, d.types("revert", "--journal", "s3://ledger/game-days"), d.err)
	assert.Contains(t, d.out.String(), "Revert it with: gameday revert "+url+"\n")

	require.Equal(t, experiments.ExitPassed, d.types("revert", url), d.err)
	assert.Contains(t, d.out.String(), "Nothing is left of "+run+".")
	assert.Equal(t, cloud.Settings{Region: "eu-west-1", Profile: "gameday"}, d.asked[len(d.asked)-1], "reverted as the journal says")
	assert.Empty(t, d.runs(), "nothing on this host")
	before := d.keys(config)
	require.Equal(t, experiments.ExitPassed, d.types("revert", url), d.err)
	assert.Equal(t, before, d.keys(config), "a second time there is nothing to do")
	require.Equal(t, experiments.ExitPassed, d.types("revert", "--journal", "s3://ledger/game-days"), d.err)
	assert.Contains(t, d.out.String(), "Nothing is left of any run.")
}

func TestAJournalThatS3RefusesKeepsARunFromTouchingAnything(t *testing.T) {
	for url, want := range map[string][]string{
		"s3://nobodys/x": {"NoSuchBucket", "Make the bucket nobodys"},
		"s3://sealed/x":  {"AccessDenied", "s3:PutObject"},
	} {
		d, _ := lastingDesk(t)
		assert.Equal(t, experiments.ExitInconclusive, d.types("run", "small.hcl", "--yes", "--journal", url))
		all := strings.Join(strings.Fields(d.out.String()+d.err.String()), " ")
		for _, text := range want {
			assert.Contains(t, all, text)
		}
		assert.Empty(t, d.runs(), "it is refused before it begins")
	}
}

func TestTheJournalBlockSaysWhereAndTheFlagWins(t *testing.T) {
	d, config := lastingDesk(t)
	d.write("kept.hcl", smallScenario+`
journal {
  s3 = "s3://ledger/block"
}
`)
	require.Equal(t, experiments.ExitPassed, d.types("run", "kept.hcl", "--yes", "--quiet"), d.err)
	for _, key := range d.keys(config) {
		assert.True(t, strings.HasPrefix(key, "block/"), key)
	}
	n := len(d.keys(config))
	d.types("check", "kept.hcl", "--journal", "s3://ledger/flag") // nobody evaluates alarms any more in this account
	require.Greater(t, len(d.keys(config)), n)
	for _, key := range d.keys(config)[n:] {
		assert.True(t, strings.HasPrefix(key, "flag/"), key)
	}
}

func TestARehearsalJournalsInS3OnlyWhereItsSandboxHasTheBucket(t *testing.T) {
	d := newDesk(t)
	d.write("kept.hcl", smallScenario+`
journal {
  s3 = "s3://ledger/game-days"
}
`)
	d.write("kept.sandbox.hcl", smallSandbox)
	require.Equal(t, experiments.ExitPassed, d.types("rehearse", "kept.hcl"), d.err)
	assert.NotContains(t, d.out.String(), "s3://")
	d.write("kept.sandbox.hcl", smallSandbox+"s3_bucket \"ledger\" {}\n")
	require.Equal(t, experiments.ExitPassed, d.types("rehearse", "kept.hcl"), d.err)
	assert.Contains(t, d.out.String(), "The journal is in s3://ledger/game-days/20260105-090000-")
}

func TestRevertFromS3RefusesAnotherAccount(t *testing.T) {
	d, config := lastingDesk(t)
	require.Equal(t, experiments.ExitPassed, d.types("run", "small.hcl", "--yes", "--journal", "s3://ledger/x"), d.err)
	url := "s3://ledger/x/" + filepath.Base(d.runs()[0])
	d.cutRemote(config, experiments.FaultInjecting{})
	same := d.deps.AWS
	d.deps.AWS = func(ctx context.Context, s cloud.Settings, c *clock.Clock) (aws.Config, error) {
		if s.Profile == "" { // reading the journal
			return same(ctx, s, c)
		}
		account, err := sandbox.New(sandbox.Spec{Account: "999999999999", Region: "eu-west-1"}, c, 1)
		require.NoError(t, err)
		return account.Config(), nil
	}
	before := d.keys(config)
	require.Equal(t, experiments.ExitInconclusive, d.types("revert", url))
	assert.Contains(t, d.err.String(), "the credentials are of account 999999999999, but the run was in account 111122223333")
	assert.Equal(t, before, d.keys(config))
}
