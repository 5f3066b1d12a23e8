package injectortest

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/require"

	"gameday/injectors"
	"gameday/internal/chance"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/sandbox"
)

// Run and Block are the ids under which stages plan, inject and revert.
const (
	Run   = "20261122-021200-4f9a"
	Block = "inject.block"
)

// ErrStopped is the cause with which a stage stops an Inject half-way.
var ErrStopped = errors.New("stopped half-way")

// Stage is one simulated account and the time in it. Make it with Play.
type Stage struct {
	T       testing.TB
	Ctx     context.Context
	Clock   *clock.Clock
	Account *sandbox.Account

	sessions []*cloud.Session
	changes  int // mutating requests that the account has answered
	stopAt   int // … after which Inject's context ends; 0: never
	stop     context.CancelCauseFunc
}

// Play runs f on a strand of a new account, whose chances come from the seed.
func Play(t testing.TB, spec sandbox.Spec, seed chance.Seed, f func(s *Stage)) {
	t.Helper()
	c := clock.Virtual(time.Date(2026, 11, 22, 2, 12, 0, 0, time.UTC), 0)
	c.Run(func() {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel() // also when a requirement ends this strand
		account, err := sandbox.New(spec, c, seed)
		require.NoError(t, err)
		account.Start(ctx)
		f(&Stage{T: t, Ctx: ctx, Clock: c, Account: account})
	})
}

// Env returns what a new process of gameday would give to a kind.
func (s *Stage) Env() injectors.Env {
	cfg := s.Account.Config()
	cfg.APIOptions = append(cfg.APIOptions, func(stack *middleware.Stack) error {
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("injectortestCount", s.count), middleware.Before)
	})
	session := cloud.NewSession(cfg, s.Clock, chance.Seed(1), Run)
	s.sessions = append(s.sessions, session)
	return injectors.Env{AWS: session.Config(), Clock: s.Clock, Run: Run, Block: Block, Random: 1}
}

// count counts the changes, and stops Inject after the one that the stage was told.
func (s *Stage) count(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	middleware.DeserializeOutput, middleware.Metadata, error,
) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	if mutates(awsmiddleware.GetOperationName(ctx)) {
		s.changes++
		if s.changes == s.stopAt {
			s.stop(ErrStopped)
		}
	}
	return out, metadata, err
}

// mutates knows the operations that are certain to change nothing; every other one counts as a change.
func mutates(operation string) bool {
	for _, verb := range []string{"Describe", "Get", "List", "Receive", "Lookup"} {
		if strings.HasPrefix(operation, verb) {
			return false
		}
	}
	return true
}

// Changes returns how many mutating requests were made so far.
func (s *Stage) Changes() int { return s.changes }

// Actions returns the IAM actions that were used so far.
func (s *Stage) Actions() map[string]bool {
	used := map[string]bool{}
	for _, session := range s.sessions {
		for _, action := range session.Actions() {
			used[action] = true
		}
	}
	return used
}

// AWS returns a configuration for somebody else in the account: what is done with it is no business of the suite.
func (s *Stage) AWS() aws.Config {
	return cloud.NewSession(s.Account.Config(), s.Clock, chance.Seed(2), "somebody-else").Config()
}

// Sleep lets time pass.
func (s *Stage) Sleep(d time.Duration) { require.NoError(s.T, s.Clock.Sleep(s.Ctx, d)) }

// Configure sets the attributes of a kind by their names in HCL, and requires that the kind finds no fault with them.
func Configure(t testing.TB, kind any, attributes map[string]any) {
	t.Helper()
	Set(t, kind, attributes)
	if checked, ok := kind.(injectors.Checked); ok {
		require.Empty(t, checked.Problems())
	}
}

// Set sets the attributes of a kind by their names in HCL.
func Set(t testing.TB, kind any, attributes map[string]any) {
	t.Helper()
	set := map[string]bool{}
	v := reflect.ValueOf(kind).Elem()
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("hcl"), ",")
		if value, given := attributes[name]; given && name != "" {
			v.Field(i).Set(reflect.ValueOf(value).Convert(v.Field(i).Type()))
			set[name] = true
		}
	}
	for name := range attributes {
		require.True(t, set[name], "%T has no attribute %q", kind, name)
	}
}
