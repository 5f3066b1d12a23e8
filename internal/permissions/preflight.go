package permissions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"
)

// IAM are the calls with which one asks what somebody may do.
type IAM interface {
	SimulatePrincipalPolicy(context.Context, *iam.SimulatePrincipalPolicyInput, ...func(*iam.Options)) (
		*iam.SimulatePrincipalPolicyOutput, error)
	GetRole(context.Context, *iam.GetRoleInput, ...func(*iam.Options)) (*iam.GetRoleOutput, error)
}

// Denial is something that the caller needs and may not do.
type Denial struct {
	Purpose  Purpose
	Action   string
	Resource string // an ARN, or "*"
	Why      string // what denies it, in words
}

// Findings are what IAM said of a caller.
type Findings struct {
	Denied []Denial
	Note   string // what could not be found out and why, in words; "": all was
}

// perCall is how many resources one simulation is about.
const perCall = 50

// Preflight asks IAM whether the caller, as STS names it, is allowed what the grants grant. It changes nothing. Policies of
// queues and topics, and of the session, are not looked at. An error means that ctx is done.
func Preflight(ctx context.Context, api IAM, caller, region string, grants []Grant) (Findings, error) {
	who := principalOf(caller)
	if who.not != "" {
		return Findings{Note: who.not + ", about whom IAM cannot be asked"}, nil
	}
	p := &preflight{api: api, who: who, region: region}
	for _, g := range grants {
		if err := p.ask(ctx, g); err != nil {
			if ctx.Err() != nil {
				return Findings{}, context.Cause(ctx)
			}
			return Findings{Note: reason(err)}, nil
		}
	}
	if len(p.unsure) > 0 {
		p.found.Note = fmt.Sprintf("the caller's policies depend on %s, which only the calls themselves have",
			strings.Join(unique(p.unsure), ", "))
	}
	return p.found, nil
}

// reason says in one line why IAM did not answer.
func reason(err error) string {
	var answer smithy.APIError
	var operation *smithy.OperationError
	if errors.As(err, &answer) && strings.HasPrefix(answer.ErrorCode(), "AccessDenied") && errors.As(err, &operation) {
		return "the caller may not iam:" + operation.OperationName
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return first
}

type preflight struct {
	api    IAM
	who    principal
	region string
	found  Findings
	unsure []string // keys of conditions
}

// ask asks about one grant.
func (p *preflight) ask(ctx context.Context, g Grant) error {
	examples := g.Examples
	if g.everywhere() {
		examples = []string{"*"}
	}
	for chunk := range slices.Chunk(examples, perCall) {
		in := &iam.SimulatePrincipalPolicyInput{
			PolicySourceArn: &p.who.arn, ActionNames: g.Actions, ContextEntries: p.circumstances(g),
		}
		if !g.everywhere() {
			in.ResourceArns = chunk
		}
		err := p.simulate(ctx, in, g.Purpose)
		if missing := new(types.NoSuchEntityException); errors.As(err, &missing) && p.who.role != "" {
			if err = p.learnPath(ctx); err == nil {
				err = p.simulate(ctx, in, g.Purpose)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *preflight) simulate(ctx context.Context, in *iam.SimulatePrincipalPolicyInput, purpose Purpose) error {
	in.Marker = nil
	for {
		out, err := p.api.SimulatePrincipalPolicy(ctx, in)
		if err != nil {
			return err
		}
		for _, result := range out.EvaluationResults {
			p.take(purpose, result)
		}
		if !out.IsTruncated {
			return nil
		}
		in.Marker = out.Marker
	}
}

// learnPath looks the role up whose ARN has a path.
func (p *preflight) learnPath(ctx context.Context) error {
	out, err := p.api.GetRole(ctx, &iam.GetRoleInput{RoleName: &p.who.role})
	if err != nil {
		return fmt.Errorf("find the ARN of role %s: %w", p.who.role, err)
	}
	p.who = principal{}
	if out.Role != nil {
		p.who.arn = aws.ToString(out.Role.Arn)
	}
	return nil
}

// circumstances are what a call of the grant would come with.
func (p *preflight) circumstances(g Grant) []types.ContextEntry {
	entry := func(key string, values ...string) types.ContextEntry {
		return types.ContextEntry{
			ContextKeyName: aws.String(key), ContextKeyType: types.ContextKeyTypeEnumString, ContextKeyValues: values,
		}
	}
	region := p.region
	var entries []types.ContextEntry
	for _, c := range g.Conditions {
		values := c.Values[:1]
		switch tag, tagged := strings.CutPrefix(c.Key, "aws:ResourceTag/"); {
		case c.Key == "aws:RequestedRegion":
			region = values[0]
		case tagged:
			entries = append(entries, entry(c.Key, plain(values[0])), entry("ec2:ResourceTag/"+tag, plain(values[0])))
		default:
			entries = append(entries, entry(c.Key, plain(strings.TrimSuffix(values[0], "*"))))
		}
	}
	return append(entries, entry("aws:RequestedRegion", region))
}

// plain takes back what literal did.
func plain(text string) string {
	return strings.NewReplacer("${$}", "$", "${*}", "*", "${?}", "?").Replace(text)
}

// take notes what is denied. Where a list of resources was asked about, each has its own decision.
func (p *preflight) take(purpose Purpose, r types.EvaluationResult) {
	why := denier(r)
	if len(r.ResourceSpecificResults) == 0 {
		p.decide(purpose, r, "*", r.EvalDecision, r.MissingContextValues, why)
		return
	}
	for _, one := range r.ResourceSpecificResults {
		p.decide(purpose, r, aws.ToString(one.EvalResourceName), one.EvalResourceDecision, one.MissingContextValues, why)
	}
}

func (p *preflight) decide(purpose Purpose, r types.EvaluationResult, on string, decision types.PolicyEvaluationDecisionType,
	missing []string, why string,
) {
	if decision == types.PolicyEvaluationDecisionTypeAllowed {
		return
	}
	if len(missing) > 0 {
		p.unsure = append(p.unsure, missing...)
		return
	}
	if why == "" && decision == types.PolicyEvaluationDecisionTypeExplicitDeny {
		why = "a policy denies it"
	}
	if why == "" {
		why = "no policy allows it"
	}
	denial := Denial{Purpose: purpose, Action: aws.ToString(r.EvalActionName), Resource: on, Why: why}
	same := func(have Denial) bool { return have.Action == denial.Action && have.Resource == denial.Resource }
	if !slices.ContainsFunc(p.found.Denied, same) {
		p.found.Denied = append(p.found.Denied, denial)
	}
}

// denier names who denies an action, other than a policy of the caller.
func denier(r types.EvaluationResult) string {
	switch {
	case r.OrganizationsDecisionDetail != nil && !r.OrganizationsDecisionDetail.AllowedByOrganizations:
		return "the organisation does not allow it"
	case r.PermissionsBoundaryDecisionDetail != nil && !r.PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary:
		return "the permissions boundary does not allow it"
	}
	return ""
}
