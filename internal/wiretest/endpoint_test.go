package wiretest_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gameday/internal/wiretest"
)

// nowhere is a checkout that no emulator plays.
func nowhere(t *testing.T) *checkout {
	return &checkout{
		t: t, account: "111122223333", topic: "arn:aws:sns:us-east-1:111122223333:page",
		queue: "https://sqs.us-east-1.amazonaws.com/111122223333/orders",
	}
}

func TestAnEndpointThatRefusesIsToldAtOnce(t *testing.T) {
	wiretest.Wanted(t)
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	d := newDesk(t, nowhere(t).scenario("http://"+listener.Addr().String(), "messages = 20000"))

	begun := time.Now()
	p := d.start("run", "wire.hcl", "--yes")
	p.exits(3, 10*time.Second)
	t.Logf("told after %s:\n%s", time.Since(begun).Round(time.Millisecond), &p.stderr)
	require.Contains(t, p.stderr.String(), "connection refused")
	require.Contains(t, p.stderr.String(), "Hint: Nothing listens at this endpoint")
	d.untouched()
}

func TestAnEndpointThatHangsIsToldWithinHalfAMinute(t *testing.T) {
	wiretest.Wanted(t)
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0") // the kernel accepts, nobody answers
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	d := newDesk(t, nowhere(t).scenario("http://"+listener.Addr().String(), "messages = 20000"))

	begun := time.Now()
	p := d.start("run", "wire.hcl", "--yes")
	p.exits(3, 40*time.Second)
	t.Logf("told after %s:\n%s", time.Since(begun).Round(time.Millisecond), &p.stderr)
	require.Contains(t, p.stderr.String(), "did not answer")
	require.Contains(t, p.stderr.String(), "Hint: The endpoint does not answer")
	d.untouched()
}

func TestAnAccountThatTheScenarioDoesNotAllowIsNotTouched(t *testing.T) {
	t.Parallel()
	c := newCheckout(t, wiretest.StartFauxqs(t))
	wire := startProxy(t, c.endpoint)
	scenario := c.scenario(wire.endpoint, "messages = 20000")
	d := newDesk(t, strings.Replace(scenario, `accounts     = ["`+c.account+`"]`, `accounts     = ["111122223333"]`, 1))

	p := d.start("run", "wire.hcl", "--yes")
	p.exits(3, 10*time.Second)
	require.Contains(t, p.stderr.String(), "the credentials are of account "+c.account+", which the scenario does not allow")
	require.Contains(t, p.stderr.String(), "Hint: allowed: 111122223333")
	require.Len(t, wire.seen("GetCallerIdentity"), 1)
	require.Len(t, wire.seen(""), 1, "who the caller is, and nothing else, may be asked")
	d.untouched()
	c.restored()
}
