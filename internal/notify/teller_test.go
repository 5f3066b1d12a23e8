package notify

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/injectors"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/sandbox"
)

// notice is told of everything, over a channel.
func notice(kind Kind, c Channel, on ...Occasion) Notice {
	if on == nil {
		on = Occasions()
	}
	return Notice{Name: kind.Name, Kind: kind, On: on, Build: func(experiments.Known) (Channel, error) { return c, nil }}
}

// course is what happens in a run that does not pass.
func course() []experiments.Event {
	return []experiments.Event{
		experiments.RunStarted{Run: "r", Mode: experiments.ModeRun, Scenario: "s", Account: "111122223333", Region: "eu-west-1"},
		experiments.PlanMade{},
		experiments.FaultPlanned{Name: "a"},
		experiments.FaultInjecting{Name: "a"},
		experiments.FaultPlanned{Name: "b"},
		experiments.FaultReverted{Name: "a"},
		experiments.RunStopping{Cause: experiments.StopGuard, Detail: "guard.g is broken"},
		experiments.RunFinished{Verdict: experiments.Stopped, ExitCode: 4},
	}
}

// report shows events to a teller and closes it, on a strand of c.
func report(t *testing.T, c *clock.Clock, o Options, events []experiments.Event, notices ...Notice) []Said {
	t.Helper()
	var said []Said
	o.Clock, o.Say = c, func(s Said) { said = append(said, s) }
	c.Run(func() {
		teller, err := New(t.Context(), notices, o)
		require.NoError(t, err)
		for i, e := range events {
			teller.Report(experiments.Record{Seq: i + 1, Time: c.Now(), Event: e})
		}
		teller.Close(t.Context())
	})
	return said
}

func occasionsOf(said []Said) (all []Occasion) {
	for _, s := range said {
		all = append(all, s.Occasion)
	}
	return all
}

func TestStakeholdersAreToldInOrderAndOnce(t *testing.T) {
	s := serve(t, answer{status: 200})
	said := report(t, clock.Virtual(morning(), 0), Options{}, course(), notice(slackKind(), s.hook()))
	assert.Equal(t, []Occasion{Started, Stopped, Failed, Finished}, occasionsOf(said))
	require.Len(t, s.requests(), 4)
	for i, word := range []string{"Game day started: s", "Game day is stopping: s", "Game day failed: s: stopped", "Game day finished: s: stopped"} {
		assert.NoError(t, said[i].Err)
		assert.Equal(t, word, said[i].Text)
		assert.Contains(t, s.requests()[i].body, word)
		assert.Equal(t, strings.TrimPrefix(s.URL, "http://"), said[i].Address, "the host, and nothing else")
	}
}

func TestARunThatPassedDidNotFail(t *testing.T) {
	events := course()
	events = append(events[:6:6], experiments.RunFinished{Verdict: experiments.Passed})
	s := serve(t, answer{status: 200})
	said := report(t, clock.Virtual(morning(), 0), Options{}, events, notice(slackKind(), s.hook(), Failed, Finished))
	assert.Equal(t, []Occasion{Finished}, occasionsOf(said))
	assert.Equal(t, "Game day finished: s: passed", said[0].Text)
}

func TestARunThatInjectedNothingDidNotStart(t *testing.T) {
	events := course()
	events = append(events[:2:2], experiments.RunFinished{Verdict: experiments.Inconclusive, ExitCode: 3})
	s := serve(t, answer{status: 200})
	said := report(t, clock.Virtual(morning(), 0), Options{}, events, notice(slackKind(), s.hook(), Started, Finished))
	assert.Equal(t, []Occasion{Finished}, occasionsOf(said))
}

func TestReportingNeverWaitsForAService(t *testing.T) {
	s := serve(t, answer{status: 503, after: "30"})
	c := clock.Virtual(morning(), 0)
	c.Run(func() {
		teller, err := New(t.Context(), []Notice{notice(slackKind(), s.hook())}, Options{Clock: c})
		require.NoError(t, err)
		for i, e := range course() {
			teller.Report(experiments.Record{Seq: i + 1, Time: c.Now(), Event: e})
		}
		assert.Equal(t, morning(), c.Now())
		assert.Empty(t, s.requests(), "nothing is sent before the caller waits")
		teller.Close(t.Context())
	})
}

func TestTheEndOfARunWaitsHalfAMinuteAtMost(t *testing.T) {
	s := serve(t, answer{status: 503, after: "20"})
	c := clock.Virtual(morning(), 0)
	said := report(t, c, Options{}, course(), notice(slackKind(), s.hook()))
	assert.Equal(t, 30*time.Second, c.Now().Sub(morning()))
	assert.Len(t, s.requests(), 2)
	assert.Equal(t, []Occasion{Started, Stopped, Failed, Finished}, occasionsOf(said), "of each it is known that it was not told")
	for _, one := range said {
		assert.EqualError(t, one.Err, "not taken within 30s after the end of the run")
	}
}

func TestAnInterruptEndsTheWaitForAServiceThatHangs(t *testing.T) {
	hangs, arrived := make(chan struct{}), make(chan struct{}, 9)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-hangs
	}))
	defer server.Close()
	defer close(hangs)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	go func() {
		<-arrived
		cancel(errors.New("interrupted"))
	}()
	var said []Said
	c := clock.Real()
	began := c.Now()
	c.Run(func() {
		teller, err := New(ctx, []Notice{notice(slackKind(), &Slack{WebhookURL: server.URL}, Finished)}, Options{Clock: c, Say: func(s Said) { said = append(said, s) }})
		require.NoError(t, err)
		teller.Report(experiments.Record{Time: c.Now(), Event: experiments.RunFinished{Verdict: experiments.Passed}})
		teller.Close(ctx)
	})
	assert.Less(t, c.Now().Sub(began), 5*time.Second)
	require.Len(t, said, 1)
	assert.ErrorContains(t, said[0].Err, "not taken within")
}

func TestARunThatWasStoppedIsStillTold(t *testing.T) {
	s := serve(t, answer{status: 503}, answer{status: 200})
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("interrupted"))
	var said []Said
	c := clock.Virtual(morning(), 0)
	c.Run(func() {
		teller, err := New(ctx, []Notice{notice(slackKind(), s.hook())}, Options{Clock: c, Say: func(s Said) { said = append(said, s) }})
		require.NoError(t, err)
		teller.Report(experiments.Record{Time: c.Now(), Event: experiments.RunStopping{Cause: experiments.StopInterrupt, Detail: "interrupted"}})
		teller.Close(ctx)
	})
	require.Len(t, said, 1)
	assert.NoError(t, said[0].Err)
}

func TestOneWhoCannotBeToldKeepsNobodyFromBeingTold(t *testing.T) {
	bad, good := serve(t, answer{status: 404}), serve(t, answer{status: 200})
	said := report(t, clock.Virtual(morning(), 0), Options{}, course(),
		notice(slackKind(), bad.hook(), Started), notice(webhookKind(), &bug{}, Started), notice(slackKind(), good.hook(), Started))
	require.Len(t, said, 3)
	errs := map[string]int{}
	for _, one := range said {
		if one.Err != nil {
			errs[one.Err.Error()]++
		}
	}
	assert.Equal(t, map[string]int{"answered 404 Not Found": 1, "gameday has a bug in notify webhook": 1}, errs)
	assert.Len(t, good.requests(), 1)
}

// bug is a channel that panics.
type bug struct{ Webhook }

func (*bug) Tell(context.Context, Means, Message) error { panic(canary) }

func TestARehearsalTellsNobodyOutside(t *testing.T) {
	s := serve(t, answer{status: 200})
	said := report(t, clock.Virtual(morning(), 0), Options{Rehearse: true}, course(), notice(slackKind(), s.hook()),
		notice(webhookKind(), &Webhook{URL: s.URL}), notice(pagerDutyKind(), &PagerDuty{RoutingKey: canary, URL: s.URL}))
	assert.Empty(t, s.requests())
	require.Len(t, said, 12)
	for _, one := range said {
		assert.True(t, one.Would)
		assert.NotContains(t, one.Text+one.Address, canary)
	}
}

// heard plays a course in a simulated account, and returns what somebody hears who listens to the topic.
func heard(t *testing.T, rehearse bool) (said []Said, messages []string) {
	t.Helper()
	const topic = "arn:aws:sns:eu-west-1:111122223333:team"
	c := clock.Virtual(morning(), 0)
	account, err := sandbox.New(sandbox.Spec{Account: "111122223333", Region: "eu-west-1", Topics: []sandbox.TopicSpec{{Name: "team"}}}, c, 1)
	require.NoError(t, err)
	c.Run(func() {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		account.Start(ctx)
		config := cloud.NewSession(account.Config(), c, 1, "r").Config()
		row, _ := injectors.Standard().FindTap("sns_message")
		tap := row.New(injectors.Env{AWS: config, Clock: c, Run: "r", Block: "tap"}, topic)
		plan, err := tap.Plan(ctx)
		require.NoError(t, err)
		require.NoError(t, tap.Inject(ctx, plan))
		teller, err := New(ctx, []Notice{notice(snsKind(), &SNS{TopicARN: topic})}, Options{
			Clock: c, AWS: config, Rehearse: rehearse, Say: func(s Said) { said = append(said, s) },
		})
		require.NoError(t, err)
		for i, e := range course() {
			teller.Report(experiments.Record{Seq: i + 1, Time: c.Now(), Event: e})
		}
		teller.Close(ctx)
		queue := sqs.NewFromConfig(config)
		for range 4 {
			_ = c.Sleep(ctx, time.Second)
			out, err := queue.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
				QueueUrl: aws.String(tap.(injectors.Opened).Opened().QueueURL), MaxNumberOfMessages: 10, WaitTimeSeconds: 1,
			})
			require.NoError(t, err)
			for _, m := range out.Messages {
				messages = append(messages, aws.ToString(m.Body))
			}
		}
	})
	return said, messages
}

func TestATopicOfTheAccountIsToldInARehearsalToo(t *testing.T) {
	for _, rehearse := range []bool{true, false} {
		said, messages := heard(t, rehearse)
		require.Len(t, said, 4)
		for _, one := range said {
			assert.NoError(t, one.Err)
			assert.False(t, one.Would)
		}
		require.Len(t, messages, 4)
		all := strings.Join(messages, "\n")
		for _, word := range []string{"Game day started: s", "Game day is stopping: s", "Why: guard.g is broken", "Game day failed: s: stopped", "gameday.occasion", `"started"`} {
			assert.Contains(t, all, word)
		}
	}
}

func TestATopicThatIsNotThereIsSaid(t *testing.T) {
	c := clock.Virtual(morning(), 0)
	account, err := sandbox.New(sandbox.Spec{Account: "111122223333", Region: "eu-west-1"}, c, 1)
	require.NoError(t, err)
	config := cloud.NewSession(account.Config(), c, 1, "r").Config()
	said := report(t, c, Options{AWS: config}, course(), notice(snsKind(), &SNS{TopicARN: "arn:aws:sns:eu-west-1:111122223333:none"}, Finished))
	require.Len(t, said, 1)
	assert.ErrorContains(t, said[0].Err, "NotFound")
}
