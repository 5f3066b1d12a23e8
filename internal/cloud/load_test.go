package cloud_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/require"

	"gameday/internal/clock"
	"gameday/internal/cloud"
)

// alone cuts the test off from the credentials and settings of whoever runs it.
func alone(t *testing.T, keys bool) {
	t.Helper()
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "config"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(t.TempDir(), "credentials"))
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	if keys {
		t.Setenv("AWS_ACCESS_KEY_ID", "AKIAONE")
		t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	}
}

// at runs f with a session that was loaded with the settings.
func at(t *testing.T, s cloud.Settings, c *clock.Clock, f func(ctx context.Context, s *cloud.Session)) {
	t.Helper()
	if s.Region == "" {
		s.Region = "eu-west-1"
	}
	cfg, err := cloud.Load(t.Context(), s, c)
	require.NoError(t, err)
	c.Run(func() { f(t.Context(), cloud.NewSession(cfg, c, 1, "20260105-090000-abcd")) })
}

func serve(t *testing.T, handler http.HandlerFunc) (url string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

const (
	caller = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/me</Arn>` +
		`<Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`
	assumed = `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>` +
		`<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>%s</Expiration>` +
		`</Credentials></AssumeRoleResult></AssumeRoleResponse>`
)

func TestRequestsSayWhichRunSentThem(t *testing.T) {
	alone(t, true)
	var agent string
	endpoint := serve(t, func(w http.ResponseWriter, r *http.Request) {
		agent = r.UserAgent()
		_, _ = io.WriteString(w, caller)
	})
	at(t, cloud.Settings{EndpointURL: endpoint}, clock.Real(), func(ctx context.Context, s *cloud.Session) {
		account, arn, err := s.Identity(ctx)
		require.NoError(t, err)
		require.Equal(t, "111122223333", account)
		require.Equal(t, "arn:aws:iam::111122223333:user/me", arn)
		earliest, latest := s.ToAWS(time.Now(), time.Now())
		require.WithinRange(t, time.Now(), earliest.Add(-time.Second), latest.Add(time.Second))
		require.Less(t, latest.Sub(earliest), 5*time.Second)
	})
	require.Contains(t, agent, "gameday/20260105-090000-abcd")
}

func TestTheEnvironmentMayNameTheEndpoint(t *testing.T) {
	alone(t, true)
	t.Setenv("AWS_ENDPOINT_URL", serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, caller) }))
	at(t, cloud.Settings{}, clock.Real(), func(ctx context.Context, s *cloud.Session) {
		_, _, err := s.Identity(ctx)
		require.NoError(t, err)
	})
}

func TestRequestsOfManyStrandsAreUnderWayAtTheSameTime(t *testing.T) {
	alone(t, true)
	const strands = 16
	var meeting sync.WaitGroup
	meeting.Add(strands)
	endpoint := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		meeting.Done()
		meeting.Wait() // every request waits for all the others
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		_, _ = io.WriteString(w, `{}`)
	})
	c, answered := clock.Real(), 0
	at(t, cloud.Settings{EndpointURL: endpoint}, c, func(ctx context.Context, s *cloud.Session) {
		client := sqs.NewFromConfig(s.Config())
		group := clock.NewGroup(c)
		for range strands {
			group.Go(func() error {
				_, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &endpoint})
				answered++ // without a lock
				return err
			})
		}
		require.NoError(t, group.Wait(ctx))
		require.Equal(t, map[string]int{"sqs:ReceiveMessage": strands}, s.Calls())
	})
	require.Equal(t, strands, answered)
}

func TestARoleIsAssumedWithItsExternalID(t *testing.T) {
	alone(t, true)
	var asked url.Values
	var signer string
	endpoint := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		if r.Form.Get("Action") == "AssumeRole" {
			asked = r.Form
			_, _ = fmt.Fprintf(w, assumed, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
			return
		}
		signer = r.Header.Get("Authorization")
		_, _ = io.WriteString(w, caller)
	})
	settings := cloud.Settings{EndpointURL: endpoint, RoleARN: "arn:aws:iam::111122223333:role/gameday", ExternalID: "x-1"}
	at(t, settings, clock.Real(), func(ctx context.Context, s *cloud.Session) {
		for range 2 {
			_, _, err := s.Identity(ctx)
			require.NoError(t, err)
		}
	})
	require.Equal(t, "arn:aws:iam::111122223333:role/gameday", asked.Get("RoleArn"))
	require.Equal(t, "x-1", asked.Get("ExternalId"))
	require.Contains(t, signer, "ASIAROLE")
}

func TestARoleThatMayNotBeAssumedIsExplained(t *testing.T) {
	alone(t, true)
	endpoint := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>`)
	})
	settings := cloud.Settings{EndpointURL: endpoint, RoleARN: "arn:aws:iam::111122223333:role/gameday"}
	at(t, settings, clock.Virtual(morning, 0), func(ctx context.Context, s *cloud.Session) {
		_, _, err := s.Identity(ctx)
		require.ErrorContains(t, err, "not you")
		require.Contains(t, cloud.Hint(err), "external_id")
		require.Empty(t, s.Calls(), "nothing but AssumeRole went out")
	})
}

func TestAnEndpointWhereNobodyListensFailsSoon(t *testing.T) {
	alone(t, true)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	c := clock.Virtual(morning, 0)
	at(t, cloud.Settings{EndpointURL: "http://" + listener.Addr().String()}, c, func(ctx context.Context, s *cloud.Session) {
		_, _, err := s.Identity(ctx)
		require.ErrorContains(t, err, "tried 3 times")
		require.ErrorContains(t, err, "connection refused")
		require.Contains(t, cloud.Hint(err), "endpoint_url")
		require.Less(t, c.Now().Sub(morning), 2*time.Second)
	})
}

func TestAnEndpointThatHasAnsweredIsWaitedFor(t *testing.T) {
	alone(t, true)
	var up atomic.Bool
	up.Store(true)
	c := clock.Virtual(morning, 0)
	endpoint := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if up.Load() || c.Now().Sub(morning) > 30*time.Second {
			_, _ = io.WriteString(w, caller)
			return
		}
		conn, _, _ := w.(http.Hijacker).Hijack()
		_ = conn.Close()
	})
	at(t, cloud.Settings{EndpointURL: endpoint}, c, func(ctx context.Context, s *cloud.Session) {
		_, _, err := s.Identity(ctx)
		require.NoError(t, err)
		up.Store(false)
		_, _, err = s.Identity(ctx)
		require.NoError(t, err)
	})
}

func TestWithoutCredentialsAHintSaysWhereToPutThem(t *testing.T) {
	alone(t, false)
	at(t, cloud.Settings{}, clock.Virtual(morning, 0), func(ctx context.Context, s *cloud.Session) {
		_, _, err := s.Identity(ctx)
		require.ErrorContains(t, err, "credentials")
		require.Contains(t, cloud.Hint(err), "AWS_PROFILE")
		require.Empty(t, s.Calls())
	})
}

func TestAMissingRegionIsToldBeforeAnyCall(t *testing.T) {
	alone(t, true)
	_, err := cloud.Load(t.Context(), cloud.Settings{}, clock.Real())
	require.ErrorContains(t, err, "region")
	require.Contains(t, cloud.Hint(err), "AWS_REGION")
}

func TestAnUnknownProfileIsTold(t *testing.T) {
	alone(t, true)
	_, err := cloud.Load(t.Context(), cloud.Settings{Profile: "prodd"}, clock.Real())
	require.ErrorContains(t, err, "prodd")
	require.Contains(t, cloud.Hint(err), "profile")
}
