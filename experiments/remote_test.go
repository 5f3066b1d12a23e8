package experiments_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/journal"
	"gameday/internal/sandbox"
)

// ledgerTown is the town with a bucket.
const ledgerTown = town + `
s3_bucket "ledger" {}
`

const ledgerRun = "20260105-090000-test"

// place is where the journals are, for one host.
func (on troupe) place(host string) journal.Place {
	return journal.Place{
		URL: cloud.S3URL{Bucket: "ledger", Prefix: "runs"}, AWS: on.engine.Cloud.Config(), Clock: on.clock, Writer: host,
	}
}

// ledger begins the run's journal in S3.
func (on troupe) ledger(t testing.TB) *journal.Remote {
	t.Helper()
	remote, err := journal.CreateRemote(on.ctx, on.place("run"), ledgerRun)
	require.NoError(t, err)
	return remote
}

// wall is a journal that fails when a test wants it to, before or after the other journals have the record.
type wall struct {
	behind experiments.Journal
	before func(experiments.Record) error
	after  func(experiments.Record) error
}

func (w *wall) Append(r experiments.Record) error {
	if w.before != nil {
		if err := w.before(r); err != nil {
			return err
		}
	}
	err := w.behind.Append(r)
	if err == nil && w.after != nil {
		err = w.after(r)
	}
	return err
}

// remotely plays the stage once, with its journal in S3, and returns what was shown.
func (s *stage) remotely(t testing.TB) *seen {
	t.Helper()
	shown := &seen{}
	s.perform(t, func(on troupe) {
		ready, err := on.engine.Plan(on.ctx, s.experiment)
		require.NoError(t, err)
		ready.Do(on.ctx, experiments.Options{Journal: on.ledger(t), Reporters: []experiments.Reporter{shown}})
		read, err := journal.ReadRemote(on.ctx, on.place("other"), ledgerRun)
		require.NoError(t, err)
		require.Equal(t, (&memory{records: shown.records}).lines(t), (&memory{records: read}).lines(t), "what was shown is what is in S3")
		shown.calls = on.engine.Cloud.Calls()
		shown.took = on.clock.Now().Sub(curtain())
	})
	return shown
}

// seen is a reporter that keeps what it is shown.
type seen struct {
	records []experiments.Record
	calls   map[string]int
	took    time.Duration
}

func (s *seen) Report(r experiments.Record) { s.records = append(s.records, r) }

func TestAJournalInS3ChangesNoVerdictAndIsShownInOrder(t *testing.T) {
	s := build(t, story(everything), ledgerTown)
	shown := s.remotely(t)
	for i, r := range shown.records {
		require.Equal(t, i+1, r.Seq)
	}
	last := shown.records[len(shown.records)-1].Event.(experiments.RunFinished)
	require.Empty(t, last.Leftovers)
	local := &memory{}
	finished, err := s.play(t, local, nil)
	require.NoError(t, err)
	require.Equal(t, finished.Verdict, last.Verdict)
	require.NotZero(t, shown.calls["s3:PutObject"])
	require.Equal(t, (&memory{records: s.remotely(t).records}).lines(t), (&memory{records: shown.records}).lines(t), "the same seed, the same bytes")
}

func TestWritingTheJournalIsNoPartOfAFault(t *testing.T) {
	s := build(t, story(everything), ledgerTown)
	shown := s.remotely(t)
	announced := map[string]time.Time{}
	checked := 0
	for _, r := range shown.records {
		switch event := r.Event.(type) {
		case experiments.FaultInjecting:
			announced[event.Name] = r.Time
		case experiments.FaultInjected:
			// The first mutating request goes out after the announcement has been taken by S3, not with it.
			assert.True(t, event.Began.Latest.After(announced[event.Name]), event.Name)
			assert.Less(t, event.Began.Latest.Sub(event.Began.Earliest), 2*time.Second)
			checked++
		}
	}
	require.Equal(t, 3, checked)
}

// die plays the stage until its host dies at the nth journal write. Nothing but what is in S3 and in the account is left.
func (s *stage) die(t *testing.T, on troupe, n int, after bool) {
	t.Helper()
	// The session of the dead must not serve the living, though both are in on.engine.
	alive := on.engine.Cloud
	defer func() { on.engine.Cloud = alive }()
	plug := &unplug{}
	config := on.account.Config()
	config.APIOptions = append(config.APIOptions, plug.between)
	on.engine.Cloud = cloud.NewSession(config, on.clock, s.seed, on.engine.Run)
	ready, err := on.engine.Plan(on.ctx, s.experiment)
	require.NoError(t, err)
	strike := func(r experiments.Record) error {
		if r.Seq > n {
			plug.dead = true
		}
		if plug.dead {
			return errFull
		}
		return nil
	}
	crash := &wall{behind: on.ledger(t), before: strike}
	if after {
		crash.before, crash.after = nil, strike
	}
	ready.Do(on.ctx, experiments.Options{Journal: crash})
}

func TestAHostThatIsLostAtAnyJournalWriteIsRevertedFromS3ByAnother(t *testing.T) {
	s := build(t, story(everything), ledgerTown)
	before := s.untouched(t)
	whole := s.remotely(t)
	tried := 0
	for n := range whole.records {
		for _, after := range []bool{false, true} {
			if n == 0 && !after {
				continue // before the first write there is nothing to revert
			}
			tried++
			s.perform(t, func(on troupe) {
				where := fmt.Sprintf("died at record %d, %s, after = %t", n+1, whole.records[n].Event.Type(), after)
				s.die(t, on, n, after)
				host := s.enter(on.ctx, on.clock, on.account, on.stop)
				require.Empty(t, host.revert(t, "host"), where)
				require.NoError(t, on.clock.Sleep(on.ctx, calm))
				require.Equal(t, before, on.account.Snapshot(), where)
				require.Empty(t, s.enter(on.ctx, on.clock, on.account, on.stop).revert(t, "third"), "a second time")
			})
		}
	}
	t.Logf("%d crash points tried", tried)
}

// revert takes back from S3 what is left, and returns what could not be.
func (on troupe) revert(t *testing.T, host string) []experiments.Leftover {
	t.Helper()
	remote, records, err := journal.OpenRemote(on.ctx, on.place(host), ledgerRun)
	require.NoError(t, err)
	left, err := on.engine.Revert(on.ctx, records, experiments.Options{Journal: remote})
	require.NoError(t, err)
	require.NoError(t, remote.Flush())
	again, err := journal.ReadRemote(on.ctx, on.place(host), ledgerRun)
	require.NoError(t, err)
	require.Empty(t, experiments.Unfinished(again))
	return left
}

// lostPut is a process that dies while S3 takes its nth object: the object is there, the process never hears of it.
type lostPut struct {
	plug unplug
	n    int
}

func (l *lostPut) between(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("lostPut", func(ctx context.Context, in middleware.InitializeInput,
		next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleInitialize(ctx, in)
		if middleware.GetOperationName(ctx) == "PutObject" {
			if l.n--; l.n == 0 {
				l.plug.dead = true
				return middleware.InitializeOutput{}, metadata, &smithy.GenericAPIError{Code: "Dead", Message: "no such process"}
			}
		}
		return out, metadata, err
	}), middleware.After)
}

func TestAHostThatIsLostWhileS3TakesAnEntryIsRevertedFromS3ByAnother(t *testing.T) {
	s := build(t, story(everything), ledgerTown)
	before := s.untouched(t)
	puts := s.remotely(t).calls["s3:PutObject"]
	for n := range puts {
		s.perform(t, func(on troupe) {
			lost := &lostPut{n: n + 1}
			config := on.account.Config()
			config.APIOptions = append(config.APIOptions, lost.plug.between, lost.between)
			on.engine.Cloud = cloud.NewSession(config, on.clock, s.seed, on.engine.Run)
			ready, err := on.engine.Plan(on.ctx, s.experiment)
			require.NoError(t, err)
			ready.Do(on.ctx, experiments.Options{Journal: on.ledger(t)})
			require.True(t, lost.plug.dead)
			require.Empty(t, s.enter(on.ctx, on.clock, on.account, on.stop).revert(t, "host"), "object %d", n+1)
			require.NoError(t, on.clock.Sleep(on.ctx, calm))
			require.Equal(t, before, on.account.Snapshot(), "object %d", n+1)
		})
	}
}

func TestAnInterruptAtAnyMomentRevertsEverythingWithTheJournalInS3(t *testing.T) {
	s := build(t, story(everything), ledgerTown)
	before := s.untouched(t)
	whole := s.remotely(t)
	for n := range whole.records {
		for _, after := range []bool{false, true} {
			s.perform(t, func(on troupe) {
				ready, err := on.engine.Plan(on.ctx, s.experiment)
				require.NoError(t, err)
				strike := func(r experiments.Record) error {
					if r.Seq == n+1 {
						on.stop(&experiments.StopError{Cause: experiments.StopInterrupt, Detail: "interrupted"})
					}
					return nil
				}
				interrupt := &wall{behind: on.ledger(t), before: strike}
				if after {
					interrupt.before, interrupt.after = nil, strike
				}
				shown := &seen{}
				finished := ready.Do(on.ctx, experiments.Options{Journal: interrupt, Reporters: []experiments.Reporter{shown}})
				where := fmt.Sprintf("stopped at record %d, %s, after = %t", n+1, whole.records[n].Event.Type(), after)
				require.Empty(t, finished.Leftovers, where)
				ctx := context.WithoutCancel(on.ctx)
				read, err := journal.ReadRemote(ctx, on.place("run"), ledgerRun)
				require.NoError(t, err, where)
				require.Empty(t, experiments.Unfinished(read), where)
				require.IsType(t, experiments.RunFinished{}, read[len(read)-1].Event, where)
				require.NoError(t, on.clock.Sleep(ctx, calm))
				require.Equal(t, before, on.account.Snapshot(), where)
			})
		}
	}
}

func TestS3ThatFallsSilentStopsARunAndEverythingIsReverted(t *testing.T) {
	s := build(t, story(everything), ledgerTown)
	before := s.untouched(t)
	puts := s.remotely(t).calls["s3:PutObject"]
	for n := range puts {
		s.perform(t, func(on troupe) {
			ready, err := on.engine.Plan(on.ctx, s.experiment)
			require.NoError(t, err)
			announced := 0
			remote := on.ledger(t)
			quiet := &wall{behind: remote, before: func(r experiments.Record) error {
				if experiments.Announcing(r.Event) {
					if announced == n {
						on.account.SetWeather(sandbox.Weather{Services: []string{"S3"}, Error: 1})
					}
					announced++
				}
				return nil
			}}
			finished := ready.Do(on.ctx, experiments.Options{Journal: quiet})
			require.Empty(t, finished.Leftovers, "object %d", n+1)
			if n < puts-1 {
				require.NotEqual(t, experiments.ExitPassed, finished.ExitCode, "object %d", n+1)
				require.Contains(t, finished.Error, "write the journal: ", "object %d", n+1)
			}
			on.account.SetWeather()
			require.NoError(t, remote.Flush())
			read, err := journal.ReadRemote(on.ctx, on.place("run"), ledgerRun)
			require.NoError(t, err)
			require.Empty(t, experiments.Unfinished(read), "what S3 took late is whole")
			require.NoError(t, on.clock.Sleep(on.ctx, calm))
			require.Equal(t, before, on.account.Snapshot(), "object %d", n+1)
		})
	}
}

func TestTwoHostsThatRevertAtOnceDoNotBothWriteTheJournal(t *testing.T) {
	s := build(t, story(everything), ledgerTown)
	before := s.untouched(t)
	injected := 0
	for i, r := range s.remotely(t).records {
		if _, is := r.Event.(experiments.FaultInjected); is {
			injected = i
		}
	}
	s.perform(t, func(on troupe) {
		s.die(t, on, injected, true)
		var errs []error
		group := clock.NewGroup(on.clock)
		for _, host := range []string{"one", "two"} {
			group.Go(func() error {
				h := s.enter(on.ctx, on.clock, on.account, on.stop)
				remote, records, err := journal.OpenRemote(on.ctx, h.place(host), ledgerRun)
				if err != nil {
					return err
				}
				require.NotEmpty(t, experiments.Unfinished(records))
				left, err := h.engine.Revert(on.ctx, records, experiments.Options{Journal: remote})
				if err != nil {
					assert.Equal(t, experiments.Unfinished(records), left, "who comes second touches nothing")
				}
				errs = append(errs, err)
				return nil
			})
		}
		require.NoError(t, group.Wait(on.ctx))
		refused := 0
		for _, err := range errs {
			if errors.Is(err, experiments.ErrTaken) {
				refused++
			}
		}
		require.Equal(t, 1, refused, "%v", errs)
		read, err := journal.ReadRemote(on.ctx, on.place("x"), ledgerRun)
		require.NoError(t, err)
		require.Empty(t, experiments.Unfinished(read))
		require.NoError(t, on.clock.Sleep(on.ctx, calm))
		require.Equal(t, before, on.account.Snapshot())
	})
}

func TestARunWhoseJournalAnotherProcessTookStopsAndReverts(t *testing.T) {
	s := build(t, story(everything), ledgerTown)
	before := s.untouched(t)
	s.perform(t, func(on troupe) {
		ready, err := on.engine.Plan(on.ctx, s.experiment)
		require.NoError(t, err)
		taken := false
		journals := &wall{behind: on.ledger(t), before: func(r experiments.Record) error {
			if _, is := r.Event.(experiments.FaultReverting); is && !taken {
				taken = true // somebody took the run for dead meanwhile, and wrote what would come next
				host := s.enter(on.ctx, on.clock, on.account, on.stop)
				remote, records, err := journal.OpenRemote(context.WithoutCancel(on.ctx), host.place("impatient"), ledgerRun)
				require.NoError(t, err)
				next := records[len(records)-1].Seq + 1
				require.NoError(t, remote.Append(experiments.Record{Seq: next, Time: on.clock.Now(), Event: r.Event}))
			}
			return nil
		}}
		finished := ready.Do(on.ctx, experiments.Options{Journal: journals})
		require.True(t, taken)
		require.Contains(t, finished.Error, "another process writes to the journal")
		require.Contains(t, finished.Hint, "gameday show s3://ledger/runs/"+ledgerRun)
		require.Empty(t, finished.Leftovers)
		require.NoError(t, on.clock.Sleep(on.ctx, calm))
		require.Equal(t, before, on.account.Snapshot())
	})
}

func TestRevertFromS3RefusesAnotherAccount(t *testing.T) {
	s := build(t, story(everything), ledgerTown)
	s.perform(t, func(on troupe) {
		s.die(t, on, 12, true)
		remote, records, err := journal.OpenRemote(on.ctx, on.place("host"), ledgerRun)
		require.NoError(t, err)
		records[0].Event = func() experiments.RunStarted {
			started := records[0].Event.(experiments.RunStarted)
			started.Account = "999999999999"
			return started
		}()
		_, err = on.engine.Revert(on.ctx, records, experiments.Options{Journal: remote})
		require.ErrorContains(t, err, "999999999999")
	})
}
