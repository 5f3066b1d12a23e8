package cloud

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"
)

// HintError is an error that knows what a person can do about it.
type HintError struct {
	Err  error
	Hint string // one sentence
}

// Error says what went wrong; the hint is for those who show it.
func (e *HintError) Error() string { return e.Err.Error() }

// Unwrap returns the error.
func (e *HintError) Unwrap() error { return e.Err }

// Hint returns what a person can do about err, in one sentence, or "" where nothing is known.
func Hint(err error) string {
	var hinted *HintError
	if errors.As(err, &hinted) {
		return hinted.Hint
	}
	if err == nil || errors.Is(err, context.Canceled) {
		return ""
	}
	for _, known := range hints() {
		if known.means(err) {
			return known.hint
		}
	}
	return ""
}

// remedy is what helps against one kind of error.
type remedy struct {
	means func(error) bool
	hint  string
}

// hints are the remedies, those of more particular errors first.
func hints() []remedy {
	return slices.Concat(credentialHints(), requestHints(), networkHints())
}

func credentialHints() []remedy {
	return []remedy{
		{
			is[config.SharedConfigProfileNotExistError],
			"Check the profile's name in the aws block or AWS_PROFILE: `aws configure list-profiles` shows those that exist.",
		},
		{
			is[*aws.MissingRegionError],
			"Set region in the aws block of the scenario, or AWS_REGION.",
		},
		{
			codes("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"),
			"The credentials have expired: renew them (`aws sso login`, or whatever issued them) and try again.",
		},
		{
			says("sso", "token has expired", "token is expired", "InvalidGrantException", "refresh cached SSO token"),
			"The SSO session has expired: run `aws sso login` and try again.",
		},
		{
			and(is[*credentialsError], codes("AccessDenied", "AccessDeniedException")),
			"Check role_arn and external_id in the aws block, and that the role trusts who you are (`aws sts get-caller-identity`).",
		},
		{
			is[*credentialsError],
			"Give AWS credentials: set AWS_PROFILE or profile in the aws block, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
		},
	}
}

func requestHints() []remedy {
	return []remedy{
		{
			codes("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure",
				"SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "MissingAuthenticationToken"),
			"AWS does not know these credentials: check them, the region, and that this host's clock is right.",
		},
		{
			codes("RequestTimeTooSkewed"),
			"This host's clock is wrong by minutes: set it, and try again.",
		},
		{
			codes("OptInRequired"),
			"The account must enable this region or service first.",
		},
		{
			codes("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError",
				"AuthorizationErrorException", "NotAuthorized"),
			"Allow these credentials the action that the message names: a policy of the caller, the resource or the organisation denies it.",
		},
		{
			throttled,
			"Other callers use up the account's request quota: try again later, or ask AWS for a higher one.",
		},
	}
}

func networkHints() []remedy {
	return []remedy{
		{
			is[*net.DNSError],
			"The endpoint's host name is unknown: check region and endpoint_url (AWS_ENDPOINT_URL), and the network.",
		},
		{
			func(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) },
			"Nothing listens at this endpoint: check endpoint_url in the aws block (AWS_ENDPOINT_URL), and that the server runs.",
		},
		{
			untrusted,
			"The endpoint's certificate is not trusted: check endpoint_url, or name the authority's file in AWS_CA_BUNDLE.",
		},
		{
			timedOut,
			"The endpoint does not answer: check the network, a proxy (HTTPS_PROXY), and endpoint_url in the aws block.",
		},
	}
}

func is[E error](err error) bool {
	var found E
	return errors.As(err, &found)
}

func and(all ...func(error) bool) func(error) bool {
	return func(err error) bool {
		return !slices.ContainsFunc(all, func(one func(error) bool) bool { return !one(err) })
	}
}

// codes matches AWS's error codes. EC2 puts some of them before a dot: "UnauthorizedOperation.Something".
func codes(wanted ...string) func(error) bool {
	return func(err error) bool {
		var answer smithy.APIError
		if !errors.As(err, &answer) {
			return false
		}
		code, _, _ := strings.Cut(answer.ErrorCode(), ".")
		return slices.Contains(wanted, code)
	}
}

// says matches errors that have no type of their own: subject and one of the phrases.
func says(subject string, phrases ...string) func(error) bool {
	return func(err error) bool {
		text := strings.ToLower(err.Error())
		return strings.Contains(text, subject) && slices.ContainsFunc(phrases, func(p string) bool {
			return strings.Contains(text, strings.ToLower(p))
		})
	}
}

func untrusted(err error) bool {
	return is[x509.UnknownAuthorityError](err) || is[x509.HostnameError](err) || is[x509.CertificateInvalidError](err)
}

// timedOut tells an endpoint's silence from the end of a run's own time limit.
func timedOut(err error) bool {
	var slow interface {
		error
		Timeout() bool
	}
	return errors.As(err, &slow) && slow.Timeout() && slow != context.DeadlineExceeded
}
