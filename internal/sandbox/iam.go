package sandbox

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// identities is IAM, as far as it says what somebody may do: everything but what was denied by code. Calls to other services
// are never refused.
type identities struct {
	account *Account
	caller  string // as STS names it; "": the account's own user
	role    string // the ARN of the role behind the caller; "": the caller is no session
	denied  []denial
}

type denial struct{ action, resource string }

// Deny has IAM say that nobody may do an action on a resource. Both may hold * and ?. The calls of IAM itself are refused, too.
func (a *Account) Deny(action, resource string) {
	a.identities.denied = append(a.identities.denied, denial{action, resource})
}

// SetCaller replaces who calls, as STS names it, and the ARN of the role behind it, which is "" where there is none.
func (a *Account) SetCaller(arn, role string) { a.identities.caller, a.identities.role = arn, role }

func (a *Account) callerARN() string {
	if a.identities != nil && a.identities.caller != "" {
		return a.identities.caller
	}
	return "arn:aws:iam::" + a.ID + ":user/gameday"
}

// callerAccount is the account that the caller belongs to, which need not be this one.
func (a *Account) callerAccount() string {
	is, err := arn.Parse(a.callerARN())
	if err != nil {
		return a.ID
	}
	return is.AccountID
}

func (a *Account) iam(Spec) error {
	a.identities = &identities{account: a}
	handle(a, "IAM", "SimulatePrincipalPolicy", a.identities.simulate)
	handle(a, "IAM", "GetRole", a.identities.getRole)
	return nil
}

func (i *identities) denies(action, resource string) bool {
	return slices.ContainsFunc(i.denied, func(d denial) bool {
		return like(strings.ToLower(d.action), strings.ToLower(action)) && (like(d.resource, resource) || resource == "*")
	})
}

func (i *identities) refuse(action, resource string) error {
	if !i.denies(action, resource) {
		return nil
	}
	return failure("AccessDenied", "User: "+i.account.callerARN()+" is not authorized to perform: "+action+" on resource: "+resource)
}

// simulate knows nobody but the caller.
func (i *identities) simulate(_ context.Context, in *iam.SimulatePrincipalPolicyInput) (*iam.SimulatePrincipalPolicyOutput, error) {
	who := aws.ToString(in.PolicySourceArn)
	if err := i.refuse("iam:SimulatePrincipalPolicy", who); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(who, "arn:aws:iam::") {
		return nil, &types.InvalidInputException{Message: aws.String("Invalid Entity Arn: " + who + " does not clearly define entity type and name.")}
	}
	if who != i.role && who != i.account.callerARN() {
		return nil, &types.NoSuchEntityException{Message: aws.String(who + " does not exist.")}
	}
	var results []types.EvaluationResult
	for _, action := range in.ActionNames {
		results = append(results, i.evaluate(action, in.ResourceArns))
	}
	size := 100
	if in.MaxItems != nil {
		size = int(*in.MaxItems)
	}
	cut, next, err := page(i.account, results, in.Marker, size)
	return &iam.SimulatePrincipalPolicyOutput{EvaluationResults: cut, IsTruncated: next != nil, Marker: next}, err
}

func (i *identities) evaluate(action string, resources []string) types.EvaluationResult {
	decide := func(resource string) types.PolicyEvaluationDecisionType {
		if i.denies(action, resource) {
			return types.PolicyEvaluationDecisionTypeImplicitDeny
		}
		return types.PolicyEvaluationDecisionTypeAllowed
	}
	result := types.EvaluationResult{
		EvalActionName: aws.String(action), EvalResourceName: aws.String("*"), EvalDecision: types.PolicyEvaluationDecisionTypeAllowed,
	}
	if len(resources) == 0 {
		result.EvalDecision = decide("*")
	}
	for _, resource := range resources {
		decision := decide(resource)
		if decision != types.PolicyEvaluationDecisionTypeAllowed {
			result.EvalDecision = decision
		}
		result.ResourceSpecificResults = append(result.ResourceSpecificResults, types.ResourceSpecificResult{
			EvalResourceName: aws.String(resource), EvalResourceDecision: decision,
		})
	}
	return result
}

func (i *identities) getRole(_ context.Context, in *iam.GetRoleInput) (*iam.GetRoleOutput, error) {
	name := aws.ToString(in.RoleName)
	if err := i.refuse("iam:GetRole", i.role); err != nil {
		return nil, err
	}
	if i.role == "" || !strings.HasSuffix(i.role, "/"+name) {
		return nil, &types.NoSuchEntityException{Message: aws.String("The role with name " + name + " cannot be found.")}
	}
	return &iam.GetRoleOutput{Role: &types.Role{Arn: aws.String(i.role), RoleName: aws.String(name)}}, nil
}
