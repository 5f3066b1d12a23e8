package cloud

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"gameday/internal/chance"
	"gameday/internal/clock"
)

// Session is one run's view of one account and region. Make it with NewSession; use it, and the clients made of its
// Config, from strands of its clock only.
type Session struct {
	config  aws.Config
	clock   *clock.Clock
	pace    budget
	calls   map[api]int
	skew    skew
	reached map[string]bool // services that have answered
	jitter  func(most time.Duration) time.Duration
}

// api names one operation: {"sqs", "SendMessageBatch"}.
type api struct{ service, operation string }

// NewSession returns a session whose clients use cfg, wait on c, draw from seed and sign their requests as
// gameday/runID.
func NewSession(cfg aws.Config, c *clock.Clock, seed chance.Seed, runID string) *Session {
	random := seed.Stream("cloud", "backoff")
	s := &Session{
		clock:   c,
		pace:    newBudget(),
		calls:   map[api]int{},
		reached: map[string]bool{},
		jitter:  func(most time.Duration) time.Duration { return chance.Between(random, most/2, most) },
	}
	s.config = s.instrument(cfg, runID)
	return s
}

// Config returns the configuration of the session's clients: they keep to the request budget, retry on the clock, and
// tell the session what they did.
func (s *Session) Config() aws.Config { return s.config.Copy() }

// Calls returns how many requests of each operation went out, retries included, by names such as
// "cloudwatch:DescribeAlarms".
func (s *Session) Calls() map[string]int {
	counts := make(map[string]int, len(s.calls))
	for a, n := range s.calls {
		counts[a.service+":"+a.operation] = n
	}
	return counts
}

// Actions returns the IAM actions that the session's requests needed, sorted.
func (s *Session) Actions() []string {
	var actions []string
	for a := range s.calls {
		if action := a.action(); action != "" {
			actions = append(actions, action)
		}
	}
	slices.Sort(actions)
	return slices.Compact(actions)
}

// Identity returns the account and the ARN of whoever the credentials belong to.
func (s *Session) Identity(ctx context.Context) (account, arn string, err error) {
	out, err := sts.NewFromConfig(s.Config()).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", "", fmt.Errorf("ask who I am: %w", err)
	}
	return aws.ToString(out.Account), aws.ToString(out.Arn), nil
}

// ToAWS returns the earliest and the latest time, by AWS's clock, of something that happened between sent and answered
// by gameday's.
func (s *Session) ToAWS(sent, answered time.Time) (earliest, latest time.Time) {
	lo, hi := s.skew.bounds()
	return sent.Add(lo), answered.Add(hi)
}
