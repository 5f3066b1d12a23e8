package sandbox

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"time"

	"gameday/internal/chance"
	"gameday/internal/clock"
)

// New returns the account that spec describes, at c's present time. Errors name the block that is wrong.
func New(spec Spec, c *clock.Clock, seed chance.Seed) (*Account, error) {
	spec.Account, spec.Region = cmp.Or(spec.Account, "000000000000"), cmp.Or(spec.Region, "us-east-1")
	if !regexp.MustCompile(`^\d{12}$`).MatchString(spec.Account) {
		return nil, fmt.Errorf("sandbox: account %q is not twelve digits", spec.Account)
	}
	a := &Account{
		ID: spec.Account, Region: spec.Region, Skew: spec.Skew,
		clock: c, seed: seed, handlers: map[string]handler{}, pictures: map[string]func() any{}, began: c.Now(),
		ids: seed.Stream("account", "ids"), latency: seed.Stream("account", "latency"),
	}
	for _, build := range []func(Spec) error{
		a.sts, a.iam, a.sqs, a.sns, a.metrics, a.ec2, a.autoscaling, a.cloudwatch, a.ssm, a.parameterStore, a.onCall, a.s3,
	} {
		if err := build(spec); err != nil {
			return nil, err
		}
	}
	a.SetWeather(spec.Weather...)
	return a, nil
}

// Start begins what happens in the account by itself, until ctx is done. It is called once.
func (a *Account) Start(ctx context.Context) {
	a.clock.Go(func() { a.agenda.run(ctx, a.clock) })
}

// after has f run once, d from now, once the account is started. f must not wait: for that it starts a strand.
func (a *Account) after(d time.Duration, f func()) { a.agenda.add(a.clock, a.clock.Now().Add(d), f) }

// Snapshot is a deeply comparable picture of what a fault or a tap could have changed, by service. What changes by itself,
// such as times and the messages of a queue's own traffic, is not in it.
func (a *Account) Snapshot() any {
	picture := map[string]any{}
	for service, snapshot := range a.pictures {
		picture[service] = snapshot()
	}
	return picture
}

// pictured adds a service to the account's Snapshot.
func (a *Account) pictured(service string, snapshot func() any) { a.pictures[service] = snapshot }

// uuid draws an id as AWS's request and message ids look.
func (a *Account) uuid() string { return uuid(a.ids) }

func uuid(r *rand.Rand) string {
	high, low := r.Uint64(), r.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", high>>32, high>>16&0xffff, high&0xfff, low>>52, low&0xffffffffffff)
}
