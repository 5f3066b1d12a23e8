package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// noNetwork refuses every request: what reaches it was not answered by the account, and must not reach anybody else.
type noNetwork struct{}

// Do refuses.
func (noNetwork) Do(r *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("the sandbox has no network: %s %s", r.Method, r.URL.Host)
}

// fault is an error of the account's own making, with the HTTP status that a service sends with it.
type fault struct {
	smithy.GenericAPIError
	status int
	header http.Header // besides those of every answer
}

// internal returns an AWS error as a service sends it that broke: the SDK retries it.
func internal(status int, code, message string) error {
	return &fault{status: status, GenericAPIError: smithy.GenericAPIError{
		Code: code, Message: message, Fault: smithy.FaultServer,
	}}
}

// status is the HTTP status that the error travels with.
func status(err error) int {
	var own *fault
	var api smithy.APIError
	switch {
	case err == nil:
		return http.StatusOK
	case errors.As(err, &own):
		return own.status
	case errors.As(err, &api) && api.ErrorFault() == smithy.FaultServer:
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// response is the HTTP answer: its head only, for the typed output never was bytes. Date is in whole seconds, as AWS's.
func (a *Account) response(err error) *smithyhttp.Response {
	header := http.Header{}
	header.Set("Date", a.stamp(a.clock.Now()).UTC().Format(http.TimeFormat))
	header.Set("X-Amzn-Requestid", a.uuid())
	header.Set("X-Amz-Request-Id", header.Get("X-Amzn-Requestid")) // so S3 calls it
	var own *fault
	if errors.As(err, &own) {
		maps.Copy(header, own.header)
	}
	code := status(err)
	return &smithyhttp.Response{Response: &http.Response{
		Status: fmt.Sprintf("%d %s", code, http.StatusText(code)), StatusCode: code,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header, Body: http.NoBody,
	}}
}

// stamp is a moment as the account's own clock shows it.
func (a *Account) stamp(t time.Time) time.Time { return t.Add(a.Skew) }

// describe takes an AWS error apart; ours says that the service is to blame.
func describe(err error) (code, message string, ours bool) {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return "InternalError", err.Error(), true
	}
	return api.ErrorCode(), api.ErrorMessage(), api.ErrorFault() == smithy.FaultServer
}
