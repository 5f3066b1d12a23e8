package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"gameday/experiments"
	"gameday/internal/permissions"
	"gameday/internal/report"
)

// preflightLimit is how long IAM may take to say what is allowed. Networks without a way to it are no reason not to play.
const preflightLimit = 10 * time.Second

// preflight asks IAM whether the caller may do what the experiment will, and notes on stderr why that could not be found out.
// Nobody asks about a simulated account, nor an emulator. It must be called on a strand.
func (a *app) preflight(ctx context.Context, p *play, ready *experiments.Ready, f *common) ([]permissions.Denial, error) {
	config := p.cloud.Config()
	if p.account != nil || config.BaseEndpoint != nil {
		return nil, nil
	}
	grants, err := grantsOf(p, ready.Needs(), f)
	if err != nil {
		return nil, a.unprepared(err)
	}
	asking, done := p.clock.WithDeadline(ctx, p.clock.Now().Add(preflightLimit))
	defer done()
	found, err := permissions.Preflight(asking, iam.NewFromConfig(config), ready.Caller, config.Region, grants)
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		found.Note = fmt.Sprintf("IAM did not answer within %s", preflightLimit)
	}
	if found.Note != "" {
		fmt.Fprintf(a.Stderr, "Note: it could not be checked whether the caller may do all of this: %s.\n", report.Plain(found.Note))
	}
	return found.Denied, nil
}

// allowed is an error where IAM says that the caller may not do what the experiment needs.
func (a *app) allowed(ctx context.Context, p *play, ready *experiments.Ready, f *common) error {
	denied, err := a.preflight(ctx, p, ready, f)
	if err != nil || len(denied) == 0 {
		return err
	}
	var text strings.Builder
	for _, d := range denied {
		fmt.Fprintf(&text, "\n  %s", denialText(d))
	}
	return &failure{
		experiments.ExitInconclusive,
		fmt.Errorf("the caller %s may not do what the run needs, and nothing was touched:%s", ready.Caller, text.String()),
		denialHint(p) + "; --no-preflight runs without asking IAM",
	}
}

// warnOfDenials adds to a plan what the caller may not do.
func (a *app) warnOfDenials(ctx context.Context, p *play, ready *experiments.Ready, f *common) error {
	denied, err := a.preflight(ctx, p, ready, f)
	for _, d := range denied {
		ready.Plan.Warnings = append(ready.Plan.Warnings, experiments.Warning{
			Summary: "the caller may not " + denialText(d), Detail: denialHint(p) + ".",
		})
	}
	return err
}

func denialText(d permissions.Denial) string {
	return fmt.Sprintf("%s on %s, %s (%s)", d.Action, d.Resource, d.Purpose.Says(), d.Why)
}

func denialHint(p *play) string {
	return fmt.Sprintf("gameday iam %s prints the policy that is needed; policies of queues and topics do not count here", p.path)
}
