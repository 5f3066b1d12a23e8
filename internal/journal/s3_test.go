package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/chance"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/sandbox"
)

// vault is an account with buckets, and hosts that journal there.
type vault struct {
	context.Context
	t       *testing.T
	clock   *clock.Clock
	account *sandbox.Account
	session *cloud.Session
}

func inVault(t *testing.T, f func(v *vault)) {
	t.Helper()
	inVaultOf(t, 1, f)
}

func inVaultOf(t *testing.T, seed chance.Seed, f func(v *vault)) {
	t.Helper()
	c := clock.Virtual(start, 0)
	account, err := sandbox.New(sandbox.Spec{
		Account: "111122223333", Region: "eu-west-1", Buckets: []sandbox.BucketSpec{
			{Name: "ledger"}, {Name: "far", Region: "eu-central-1"}, {Name: "sealed", ReadOnly: true},
		},
	}, c, seed)
	require.NoError(t, err)
	c.Run(func() {
		f(&vault{t.Context(), t, c, account, cloud.NewSession(account.Config(), c, seed, runID)})
	})
}

func (v *vault) place(url, writer string) Place {
	parsed, err := cloud.ParseS3URL(url)
	require.NoError(v.t, err)
	return Place{URL: parsed, AWS: v.session.Config(), Clock: v.clock, Writer: writer}
}

func (v *vault) create(url, writer string) *Remote {
	r, err := CreateRemote(v, v.place(url, writer), runID)
	require.NoError(v.t, err)
	return r
}

func (v *vault) keys(bucket string) []string {
	out, err := s3.NewFromConfig(v.session.Config()).ListObjectsV2(v, &s3.ListObjectsV2Input{Bucket: aws.String(bucket)})
	require.NoError(v.t, err)
	keys := []string{}
	for _, o := range out.Contents {
		keys = append(keys, *o.Key)
	}
	return keys
}

func (v *vault) set(key, body string) {
	client := s3.NewFromConfig(v.session.Config())
	_, err := client.PutObject(v, &s3.PutObjectInput{Bucket: aws.String("ledger"), Key: aws.String(key), Body: strings.NewReader(body)})
	require.NoError(v.t, err)
}

func (v *vault) drop(key string) {
	_, err := s3.NewFromConfig(v.session.Config()).DeleteObject(v, &s3.DeleteObjectInput{Bucket: aws.String("ledger"), Key: aws.String(key)})
	require.NoError(v.t, err)
}

func appendAll(t *testing.T, r experiments.Journal, records []experiments.Record) {
	t.Helper()
	for _, one := range records {
		require.NoError(t, r.Append(one))
	}
}

// longRecords are a run that announces, sees and announces again.
func longRecords() []experiments.Record {
	events := []experiments.Event{
		experiments.RunStarted{Format: eventsFormat, Run: runID, Mode: experiments.ModeRun, Scenario: "checkout"},
		experiments.PlanMade{},
		experiments.TapOpening{},
		experiments.TapOpened{},
		experiments.SignalSeen{Value: json.RawMessage("1")},
		experiments.FaultPlanned{Name: "flood"},
		experiments.FaultInjecting{Name: "flood"},
		experiments.FaultInjected{Name: "flood"},
		experiments.SignalSeen{Value: json.RawMessage("2")},
		experiments.FaultReverting{Name: "flood"},
		experiments.FaultReverted{Name: "flood"},
		experiments.TapClosed{},
		experiments.SeenUntil{},
		experiments.RunFinished{Verdict: experiments.Passed, Leftovers: []experiments.Leftover{}, APICalls: map[string]int{}},
	}
	var records []experiments.Record
	for i, e := range events {
		records = append(records, experiments.Record{Seq: i + 1, Time: start.Add(time.Duration(i) * time.Second), Event: e})
	}
	return records
}

func TestWhatIsAnnouncedIsInS3WhenAppendReturnsWithAllBeforeIt(t *testing.T) {
	inVault(t, func(v *vault) {
		place := v.place("s3://ledger/game-days", "me")
		r := v.create("s3://ledger/game-days", "me")
		durable := 0
		for n, record := range longRecords() {
			require.NoError(t, r.Append(record))
			if experiments.Announcing(record.Event) {
				durable = n + 1
			}
			read, err := ReadRemote(v, place, runID)
			require.NoError(t, err)
			require.Equal(t, asJSON(t, longRecords()[:durable]), asJSON(t, read), record.Event.Type())
		}
		require.Equal(t, len(longRecords()), durable)
		prefix := "game-days/" + runID + "/"
		require.Equal(t, []string{
			prefix + "000000001.json", prefix + "000000002.json", prefix + "000000004.json", prefix + "000000007.json",
			prefix + "000000008.json", prefix + "000000011.json", prefix + "000000012.json",
		}, v.keys("ledger"))
		require.Equal(t, 7, v.session.Calls()["s3:PutObject"], "seven entries announce something")
	})
}

func asJSON(t *testing.T, records []experiments.Record) string {
	t.Helper()
	text, err := json.Marshal(records)
	require.NoError(t, err)
	return string(text)
}

func TestTheWeatherOverS3LosesNothingAndWritesNothingTwice(t *testing.T) {
	for name, weather := range map[string]sandbox.Weather{
		"lost answers": {Lose: 0.5}, "doubled": {Double: 0.7}, "throttled": {Throttle: 0.6}, "broken": {Error: 0.5},
		"late": {Reorder: 0.5}, "all of it": {Lose: 0.2, Double: 0.2, Throttle: 0.2, Error: 0.2, Reorder: 0.3},
	} {
		for seed := range 10 {
			inVaultOf(t, chance.Seed(seed), func(v *vault) {
				r := v.create("s3://ledger", "me")
				weather.Services = []string{"S3"}
				v.account.SetWeather(weather)
				appendAll(t, r, longRecords())
				v.account.SetWeather()
				require.Len(t, v.keys("ledger"), 7, name)
				read, err := ReadRemote(v, v.place("s3://ledger", "other"), runID)
				require.NoError(t, err, name)
				require.Equal(t, asJSON(t, longRecords()), asJSON(t, read), name)
			})
		}
	}
}

func TestStrandsThatAppendAtOnceShareAnObject(t *testing.T) {
	inVault(t, func(v *vault) {
		r := v.create("s3://ledger", "me")
		appendAll(t, r, longRecords()[:1])
		group := clock.NewGroup(v.clock)
		for n := range 40 {
			group.Go(func() error {
				return r.Append(experiments.Record{Seq: n + 2, Time: start, Event: experiments.FaultPlanned{Name: fmt.Sprint(n)}})
			})
		}
		require.NoError(t, group.Wait(v))
		require.Len(t, v.keys("ledger"), 3, "the first, the second strand's, and one for those who came meanwhile")
		read, err := ReadRemote(v, v.place("s3://ledger", "me"), runID)
		require.NoError(t, err)
		require.Len(t, read, 41)
	})
}

func TestOfTwoWritersOneIsRefused(t *testing.T) {
	inVault(t, func(v *vault) {
		records := longRecords()
		appendAll(t, v.create("s3://ledger", "run"), records[:7])
		one, seen, err := OpenRemote(v, v.place("s3://ledger", "one"), runID)
		require.NoError(t, err)
		require.Len(t, seen, 7)
		other, _, err := OpenRemote(v, v.place("s3://ledger", "other"), runID)
		require.NoError(t, err)
		var won, lost int
		group := clock.NewGroup(v.clock)
		for _, r := range []*Remote{one, other} {
			group.Go(func() error {
				// The very same bytes: even then it matters who wrote them.
				err := r.Append(experiments.Record{Seq: 8, Time: start, Event: experiments.FaultReverting{Name: "flood"}})
				if err == nil {
					won++
					return r.Append(experiments.Record{Seq: 9, Time: start, Event: experiments.FaultReverted{Name: "flood"}})
				}
				lost++
				assert.ErrorIs(t, err, experiments.ErrTaken)
				assert.ErrorContains(t, err, "000000008.json")
				assert.Contains(t, cloud.Hint(err), "gameday show s3://ledger/"+runID)
				assert.ErrorIs(t, r.Append(experiments.Record{Seq: 9, Time: start, Event: experiments.FaultReverted{}}), experiments.ErrTaken)
				assert.ErrorIs(t, r.Flush(), experiments.ErrTaken)
				return nil
			})
		}
		require.NoError(t, group.Wait(v))
		require.Equal(t, [2]int{1, 1}, [2]int{won, lost})
		require.Len(t, v.keys("ledger"), 6)
	})
}

func TestWhatS3DidNotTakeIsWrittenAtTheEnd(t *testing.T) {
	for _, weather := range []sandbox.Weather{{Error: 1}, {Lose: 1}} { // refused, and taken without an answer
		inVault(t, func(v *vault) {
			r := v.create("s3://ledger", "me")
			appendAll(t, r, longRecords()[:6])
			v.account.SetWeather(weather)
			began := v.clock.Now()
			require.Error(t, r.Append(longRecords()[6]))
			for _, one := range longRecords()[7:] {
				require.Error(t, r.Append(one))
			}
			require.Less(t, v.clock.Now().Sub(began), 4*time.Minute, "S3 is waited for once, not with every record")
			v.account.SetWeather()
			require.NoError(t, r.Flush())
			read, err := ReadRemote(v, v.place("s3://ledger", "me"), runID)
			require.NoError(t, err)
			require.Equal(t, asJSON(t, longRecords()), asJSON(t, read))
		})
	}
}

func TestABucketIsFoundInItsRegion(t *testing.T) {
	inVault(t, func(v *vault) {
		appendAll(t, v.create("s3://far/x", "me"), longRecords())
		read, err := ReadRemote(v, v.place("s3://far/x", "me"), runID)
		require.NoError(t, err)
		require.Len(t, read, len(longRecords()))
		entries, err := ListRemote(v, v.place("s3://far/x", "me"))
		require.NoError(t, err)
		require.Len(t, entries, 1)
		require.NoError(t, entries[0].Err)
	})
}

func TestAWrongBucketAndADeniedOneShowWithTheFirstRecordAndSayWhatHelps(t *testing.T) {
	inVault(t, func(v *vault) {
		err := v.create("s3://nobodys", "me").Append(longRecords()[0])
		require.ErrorContains(t, err, "write s3://nobodys/"+runID+"/000000001.json")
		require.ErrorContains(t, err, "NoSuchBucket")
		require.Contains(t, cloud.Hint(err), "Make the bucket nobodys")
		err = v.create("s3://sealed/x", "me").Append(longRecords()[0])
		require.ErrorContains(t, err, "AccessDenied")
		require.Contains(t, cloud.Hint(err), "arn:aws:s3:::sealed/x/*")
	})
}

func TestARunThatIsThereAlreadyIsNotContinuedByAccident(t *testing.T) {
	inVault(t, func(v *vault) {
		appendAll(t, v.create("s3://ledger", "me"), longRecords())
		require.ErrorIs(t, v.create("s3://ledger", "other").Append(longRecords()[0]), experiments.ErrTaken)
	})
}

func TestWhatIsNoWholeJournalInS3IsAnErrorThatNamesTheObject(t *testing.T) {
	line := func(n int) string {
		text, err := lineOf(longRecords()[n-1], n-1, runID)
		require.NoError(t, err)
		return string(text)
	}
	for name, c := range map[string]struct {
		spoil func(v *vault, run string)
		want  string
	}{
		"foreign":           {func(v *vault, run string) { v.set(run+"notes.txt", "hello") }, "/notes.txt: it does not belong"},
		"a folder":          {func(v *vault, run string) { v.set(run+"sub/000000001.json", line(1)) }, "/sub/000000001.json: it does not belong"},
		"a folder's marker": {func(v *vault, run string) { v.set(run, "") }, runID + "/: it does not belong"},
		"a short number":    {func(v *vault, run string) { v.set(run+"12.json", line(12)) }, "/12.json: it does not belong"},
		"empty":             {func(v *vault, run string) { v.set(run+"000000004.json", "") }, "/000000004.json: it is empty"},
		"torn":              {func(v *vault, run string) { v.set(run+"000000004.json", line(4)[:30]) }, "/000000004.json: line 1: it is cut short"},
		"torn in a batch":   {func(v *vault, run string) { v.set(run+"000000004.json", line(4)+line(5)[:9]) }, "/000000004.json: line 2: it is cut short"},
		"garbage":           {func(v *vault, run string) { v.set(run+"000000004.json", "\x00\xff\n") }, "/000000004.json: line 1: "},
		"not a record":      {func(v *vault, run string) { v.set(run+"000000004.json", "{}\n") }, "/000000004.json: line 1: journal version 0"},
		"null":              {func(v *vault, run string) { v.set(run+"000000004.json", "null\n") }, "/000000004.json: line 1: "},
		"misnamed":          {func(v *vault, run string) { v.set(run+"000000015.json", line(14)) }, "/000000015.json: line 1: it begins with record 14"},
		"overlapping":       {func(v *vault, run string) { v.set(run+"000000005.json", line(5)) }, "/000000005.json: line 1: record 5 follows record 6"},
		"a hole":            {func(v *vault, run string) { v.drop(run + "000000004.json") }, "/000000007.json: line 1: record 7 follows record 3"},
		"no beginning":      {func(v *vault, run string) { v.drop(run + "000000001.json") }, "/000000002.json: line 1: a journal begins with run.started"},
		"another run's": {func(v *vault, run string) {
			v.set(run+"000000001.json", strings.Replace(line(1), runID, "20200101-000000-0000", 1))
		}, `000000001.json: it is the journal of run "20200101-000000-0000"`},
		"enormous": {func(v *vault, run string) {
			v.set(run+"000000004.json", strings.Repeat("x", largestObject+1))
		}, "/000000004.json: it is larger than 16 MiB"},
	} {
		inVault(t, func(v *vault) {
			appendAll(t, v.create("s3://ledger/p", "me"), longRecords())
			c.spoil(v, "p/"+runID+"/")
			_, err := ReadRemote(v, v.place("s3://ledger/p", "me"), runID)
			assert.ErrorContains(t, err, c.want, name)
			_, _, err = OpenRemote(v, v.place("s3://ledger/p", "me"), runID)
			assert.ErrorContains(t, err, "s3://ledger/p/"+runID+"/", name)
			entries, err := ListRemote(v, v.place("s3://ledger/p", "me"))
			assert.NoError(t, err, name)
			if assert.Len(t, entries, 1, name) {
				assert.Error(t, entries[0].Err, name)
			}
		})
	}
}

func TestARunThatIsNotInS3IsSaidToBeMissing(t *testing.T) {
	inVault(t, func(v *vault) {
		_, err := ReadRemote(v, v.place("s3://ledger/p", "me"), runID)
		missing := new(NotFoundError)
		require.ErrorAs(t, err, &missing)
		require.ErrorContains(t, err, "there is no such run in s3://ledger/p")
		require.Contains(t, missing.Hint(), "gameday runs --journal s3://ledger/p")
		_, err = ReadRemote(v, v.place("s3://ledger/p", "me"), "../x")
		require.ErrorContains(t, err, "run id")
	})
}

func TestRunsInS3AreListedNewestFirst(t *testing.T) {
	inVault(t, func(v *vault) {
		for n := range 30 {
			run := fmt.Sprintf("20261122-0212%02d-4f9a", n)
			r, err := CreateRemote(v, v.place("s3://ledger/p", "me"), run)
			require.NoError(t, err)
			first := longRecords()[0]
			started := first.Event.(experiments.RunStarted)
			started.Run = run
			first.Time, first.Event = start.Add(time.Duration(n)*time.Second), started
			appendAll(t, r, []experiments.Record{first})
		}
		v.set("p/readme.txt", "not a run, and nobody minds")
		v.account.LimitPages(7)
		entries, err := ListRemote(v, v.place("s3://ledger/p", "me"))
		require.NoError(t, err)
		require.Len(t, entries, 30)
		for n, e := range entries {
			require.NoError(t, e.Err)
			require.Equal(t, fmt.Sprintf("20261122-0212%02d-4f9a", 29-n), e.Run)
			require.Equal(t, "s3://ledger/p/"+e.Run, e.Path)
		}
	})
}

func TestAJournalIsKeptInBothPlacesAndStaysWholeWhereItCan(t *testing.T) {
	inVault(t, func(v *vault) {
		dir := t.TempDir()
		folder, err := Create(dir, runID)
		require.NoError(t, err)
		defer folder.Close()
		r := v.create("s3://ledger", "me")
		journal := Both(folder, r)
		appendAll(t, journal, longRecords()[:6])
		v.account.SetWeather(sandbox.Weather{Error: 1})
		for _, one := range longRecords()[6:] {
			require.Error(t, journal.Append(one))
		}
		local, err := Read(dir, runID)
		require.NoError(t, err)
		require.Equal(t, asJSON(t, longRecords()), asJSON(t, local), "the disk has what S3 did not take")
	})
}

func TestAnEntryThatWaitsForS3KeepsNobodyElseFromRunning(t *testing.T) {
	inVault(t, func(v *vault) {
		r := v.create("s3://ledger", "me")
		appendAll(t, r, longRecords()[:2])
		before := v.clock.Now()
		require.NoError(t, r.Append(experiments.Record{Seq: 3, Time: start, Event: experiments.SignalSeen{Value: json.RawMessage("1")}}))
		require.Equal(t, before, v.clock.Now(), "what announces nothing does not wait")
	})
}

func TestABatchIsNoLargerThanCanBeRead(t *testing.T) {
	inVault(t, func(v *vault) {
		r := v.create("s3://ledger", "me")
		appendAll(t, r, longRecords()[:1])
		for n := range 5 {
			big := experiments.SignalSeen{Value: json.RawMessage(`"` + strings.Repeat("x", 5<<20) + `"`)}
			require.NoError(t, r.Append(experiments.Record{Seq: n + 2, Time: start, Event: big}))
		}
		require.NoError(t, r.Append(experiments.Record{Seq: 7, Time: start, Event: experiments.FaultPlanned{}}))
		require.Greater(t, len(v.keys("ledger")), 3)
		read, err := ReadRemote(v, v.place("s3://ledger", "me"), runID)
		require.NoError(t, err)
		require.Len(t, read, 7)
	})
}
