package sandbox

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/stretchr/testify/require"
)

func TestIAMAllowsWhatNobodyDenied(t *testing.T) {
	visitAccount(t, Spec{}, 1, func(v *visitor) {
		client := iam.NewFromConfig(v.account.Config())
		simulate := func(who string) ([]types.EvaluationResult, error) {
			var all []types.EvaluationResult
			pages := iam.NewSimulatePrincipalPolicyPaginator(client, &iam.SimulatePrincipalPolicyInput{
				PolicySourceArn: aws.String(who), ActionNames: []string{"sqs:SendMessage", "sqs:DeleteQueue"},
				ResourceArns: []string{"arn:aws:sqs:eu-west-1:111122223333:orders", "arn:aws:sqs:eu-west-1:111122223333:bills"},
			})
			for pages.HasMorePages() {
				page, err := pages.NextPage(v)
				if err != nil {
					return nil, err
				}
				all = append(all, page.EvaluationResults...)
			}
			return all, nil
		}
		me := v.account.callerARN()
		results, err := simulate(me)
		require.NoError(t, err)
		require.Len(t, results, 2)
		require.Equal(t, types.PolicyEvaluationDecisionTypeAllowed, results[0].EvalDecision)

		v.account.Deny("sqs:Delete*", "*:bills")
		v.account.LimitPages(1)
		results, err = simulate(me)
		require.NoError(t, err)
		require.Len(t, results, 2)
		require.Equal(t, types.PolicyEvaluationDecisionTypeAllowed, results[0].EvalDecision)
		require.Equal(t, types.PolicyEvaluationDecisionTypeImplicitDeny, results[1].EvalDecision, "the worst of its resources")
		require.Equal(t, types.PolicyEvaluationDecisionTypeAllowed, results[1].ResourceSpecificResults[0].EvalResourceDecision)
		require.Equal(t, types.PolicyEvaluationDecisionTypeImplicitDeny, results[1].ResourceSpecificResults[1].EvalResourceDecision)
	})
}

func TestIAMKnowsRolesAndNoSessions(t *testing.T) {
	visitAccount(t, Spec{}, 1, func(v *visitor) {
		client := iam.NewFromConfig(v.account.Config())
		session, role := "arn:aws:sts::111122223333:assumed-role/Ops/me", "arn:aws:iam::111122223333:role/teams/Ops"
		v.account.SetCaller(session, role)
		simulate := func(who string) error {
			_, err := client.SimulatePrincipalPolicy(v, &iam.SimulatePrincipalPolicyInput{
				PolicySourceArn: aws.String(who), ActionNames: []string{"sqs:SendMessage"},
			})
			return err
		}
		require.ErrorAs(t, simulate(session), new(*types.InvalidInputException))
		require.ErrorAs(t, simulate("arn:aws:iam::111122223333:role/Ops"), new(*types.NoSuchEntityException))
		require.NoError(t, simulate(role))
		found, err := client.GetRole(v, &iam.GetRoleInput{RoleName: aws.String("Ops")})
		require.NoError(t, err)
		require.Equal(t, role, *found.Role.Arn)

		v.account.Deny("iam:*", "*")
		require.ErrorContains(t, simulate(role), "AccessDenied")
		_, err = client.GetRole(v, &iam.GetRoleInput{RoleName: aws.String("Ops")})
		require.ErrorContains(t, err, "AccessDenied")
	})
}
