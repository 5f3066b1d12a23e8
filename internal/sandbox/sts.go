package sandbox

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// callerID is the unique id of the user that all clients of the account are.
const callerID = "AIDASANDBOXGAMEDAY001"

func (a *Account) sts(Spec) error {
	handle(a, "STS", "GetCallerIdentity", func(context.Context, *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
		return &sts.GetCallerIdentityOutput{
			Account: aws.String(a.callerAccount()),
			Arn:     aws.String(a.callerARN()),
			UserId:  aws.String(callerID),
		}, nil
	})
	return nil
}
