package cloud_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"

	"gameday/internal/cloud"
)

func TestErrorsThatAPersonCanHelpHaveAHint(t *testing.T) {
	refused := &url.Error{Op: "Post", URL: "http://127.0.0.1:1", Err: &net.OpError{
		Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED),
	}}
	for hint, errs := range map[string][]error{
		"renew":            {refusal("ExpiredToken"), refusal("ExpiredTokenException"), refusal("RequestExpired")},
		"aws sso login":    {errors.New("refresh cached SSO token failed, InvalidGrantException")},
		"does not know":    {refusal("InvalidClientTokenId"), refusal("AuthFailure"), refusal("SignatureDoesNotMatch")},
		"Allow":            {refusal("AccessDenied"), refusal("UnauthorizedOperation"), refusal("AuthorizationError")},
		"quota":            {refusal("Throttling"), refusal("RequestLimitExceeded")},
		"region":           {&aws.MissingRegionError{}},
		"host name":        {&net.DNSError{Err: "no such host", Name: "sqs.eu-west-9.amazonaws.com", IsNotFound: true}},
		"Nothing listens":  {refused},
		"does not answer":  {&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}},
		"AWS_CA_BUNDLE":    {x509.UnknownAuthorityError{}},
		"clock is wrong":   {refusal("RequestTimeTooSkewed")},
		"what only I know": {&cloud.HintError{Err: refusal("AccessDenied"), Hint: "what only I know"}},
	} {
		for _, err := range errs {
			assert.Contains(t, cloud.Hint(fmt.Errorf("stop instances: %w", err)), hint, "%v", err)
		}
	}
}

func TestOtherErrorsHaveNone(t *testing.T) {
	for _, err := range []error{nil, errors.New("oh"), context.Canceled, context.DeadlineExceeded, refusal("ValidationError"), breakdown()} {
		assert.Empty(t, cloud.Hint(err), "%v", err)
	}
}
