package experiments

import (
	"context"
	"fmt"
	"strings"
)

// recognise stops the run when the credentials are not any more those with which it began. Where AWS does not answer, the
// same access key as at the last answer means the same caller.
func (r *run) recognise(ctx context.Context) error {
	key := ""
	if credentials, err := r.engine.Cloud.Config().Credentials.Retrieve(ctx); err == nil {
		key = credentials.AccessKeyID
	}
	account, caller, err := r.engine.Cloud.Identity(ctx)
	if err != nil && key != "" && key == r.key {
		return nil
	}
	if err != nil {
		return fmt.Errorf("ask AWS again who the caller is: %w", err)
	}
	if account == r.Account && principal(caller) == principal(r.Caller) {
		r.key = key
		return nil
	}
	foreign := &StopError{Cause: StopAccount, Detail: fmt.Sprintf(
		"the credentials changed: they were those of %s in account %s, and now are those of %s in account %s", r.Caller, r.Account, caller, account)}
	r.stop(foreign)
	return foreign
}

// asOurselves reverts only with the credentials of the run, asked before every try: those of somebody else would find
// nothing in their own account, and take that for success.
func (r *run) asOurselves(ctx context.Context, revert func() (string, error)) (note string, err error) {
	return r.engine.tryRevert(ctx, func() (string, error) {
		if err := r.recognise(ctx); err != nil {
			return "", err
		}
		return revert()
	})
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
