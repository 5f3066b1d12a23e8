package experiments

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// identityPatience is how long AWS is asked who the caller is, before a revert is given up for want of an answer.
const identityPatience = 2 * time.Minute

// recognise stops the run when the credentials are not any more those with which it began.
func (r *run) recognise(ctx context.Context) error {
	account, caller, err := r.engine.Cloud.Identity(ctx)
	if err != nil {
		return fmt.Errorf("ask AWS again who the caller is: %w", err)
	}
	if account == r.Account && principal(caller) == principal(r.Caller) {
		return nil
	}
	foreign := &StopError{Cause: StopAccount, Detail: fmt.Sprintf(
		"the credentials changed: they were those of %s in account %s, and now are those of %s in account %s", r.Caller, r.Account, caller, account)}
	r.stop(foreign)
	return foreign
}

// recogniseToRevert refuses to revert with credentials of somebody else: they would find nothing in their own account, and
// take that for success. It asks for a while where AWS does not answer.
func (r *run) recogniseToRevert(ctx context.Context) error {
	limit := r.engine.Clock.Now().Add(identityPatience)
	for {
		err := r.recognise(ctx)
		if _, foreign := err.(*StopError); err == nil || foreign || !r.engine.Clock.Now().Before(limit) {
			return err
		}
		if r.engine.Clock.Sleep(ctx, r.engine.tick()) != nil {
			return err
		}
	}
}

// principal returns who is behind an ARN: of a session its role, because a refresh of credentials may begin another one.
// (IAM User Guide, "IAM identifiers")
func principal(arn string) string {
	if head, session, found := strings.Cut(arn, ":assumed-role/"); found {
		role, _, _ := strings.Cut(session, "/")
		return head + ":assumed-role/" + role
	}
	return arn
}
