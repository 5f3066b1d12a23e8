package permissions_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/journal"
	"gameday/internal/permissions"
	"gameday/internal/sandbox"
)

func TestAJournalInS3IsAllowedBelowItsPlaceAndNowhereElse(t *testing.T) {
	for _, text := range []string{"s3://game-days", "s3://game-days/team/runs"} {
		place, err := cloud.ParseS3URL(text)
		require.NoError(t, err)
		needs := experiments.Needs{Account: account, Region: region}
		policies, err := permissions.Policies(permissions.Below(needs, place, journal.S3Permissions()), permissions.Largest)
		require.NoError(t, err)
		allowed, used := read(t, policies), map[string]bool{}
		for _, c := range keep(t, place) {
			used[c.action] = true
			assert.NotEmpty(t, allowed.allows(c), "%s on %s: %v", c.action, c.resource, c.facts)
		}
		for _, action := range journal.S3Permissions() {
			assert.True(t, used[action], "%s is granted and never used", action)
		}
		assert.Empty(t, allowed.allows(call{"s3:PutObject", "arn:aws:s3:::game-days-2/team/runs/1", here()}))
		assert.Empty(t, allowed.allows(call{"s3:DeleteObject", "arn:aws:s3:::game-days/team/runs/1", here()}))
		if place.Prefix != "" {
			assert.Empty(t, allowed.allows(call{"s3:PutObject", "arn:aws:s3:::game-days/team/other", here()}))
			assert.Empty(t, allowed.allows(call{"s3:ListBucket", "arn:aws:s3:::game-days", map[string]string{"s3:prefix": "team/"}}))
		}
	}
}

// keep keeps a journal, and reads and lists it again.
func keep(t testing.TB, place cloud.S3URL) []call {
	t.Helper()
	c := clock.Virtual(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), 0)
	spec := sandbox.Spec{Account: account, Region: region, Buckets: []sandbox.BucketSpec{{Name: place.Bucket}}}
	there, err := sandbox.New(spec, c, 1)
	require.NoError(t, err)
	s := &stage{t: t, account: there, clock: c}
	c.Run(func() {
		ctx := context.Background()
		at := journal.Place{URL: place, AWS: s.session(1).Config(), Clock: c, Writer: "test"}
		const run = "20260105-090000-abcd"
		var remote *journal.Remote
		if remote, err = journal.CreateRemote(ctx, at, run); err != nil {
			return
		}
		if err = remote.Append(experiments.Record{Seq: 1, Time: c.Now(), Event: experiments.RunStarted{Format: "gameday.events/1", Run: run, Account: account}}); err != nil {
			return
		}
		if err = remote.Flush(); err != nil {
			return
		}
		if _, err = journal.ReadRemote(ctx, at, run); err != nil {
			return
		}
		_, err = journal.ListRemote(ctx, at)
	})
	require.NoError(t, err)
	return s.calls
}

func TestPeopleAreToldThroughTheirOwnTopicsOnly(t *testing.T) {
	topic := "arn:aws:sns:us-east-1:111122223333:game-days"
	grants := permissions.Further(experiments.Needs{Account: account, Region: region}, permissions.Notify, []string{"sns:Publish"}, []string{topic})
	policies, err := permissions.Policies(grants, permissions.Largest)
	require.NoError(t, err)
	allowed := read(t, policies)
	assert.Equal(t, []string{"NotifySns"}, allowed.allows(call{"sns:Publish", topic, nil}))
	assert.Empty(t, allowed.allows(call{"sns:Publish", topic + "-2", nil}))
}
