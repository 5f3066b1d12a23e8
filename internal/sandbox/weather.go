package sandbox

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"gameday/internal/chance"
)

// Weather is what goes wrong between clients and the account while it lasts. Rates are per call, from 0 to 1.
type Weather struct {
	Services    []string      // "SQS", or "SQS.SendMessage"; none: all
	From, Until time.Duration // since the account began; Until 0: for good

	Throttle float64 // the service asks to slow down, and does nothing
	Error    float64 // the service breaks before it does anything
	Lose     float64 // the call is done, but its answer never arrives
	Double   float64 // the call arrives and is done twice
	Reorder  float64 // the call is late, so that others overtake it
	Partial  float64 // an entry of a batch is not done, and may be tried again
	Latency  Span    // on top of every call's own
}

// Reordered calls are late by so much.
const (
	shortestDetour = 50 * time.Millisecond
	longestDetour  = 1500 * time.Millisecond
)

// Every call takes at least and at most so long, there and back.
const (
	shortestCall = 5 * time.Millisecond
	longestCall  = 40 * time.Millisecond
)

// SetWeather replaces the account's weather; without arguments it clears up. Of several that hold for a call, the first does.
func (a *Account) SetWeather(fronts ...Weather) {
	a.fronts = nil
	for i, w := range fronts {
		a.fronts = append(a.fronts, front{w, a.seed.Stream("weather", strconv.Itoa(i))})
	}
}

type front struct {
	Weather
	chance *rand.Rand
}

func (f *front) strikes(rate float64) bool { return f != nil && rate > 0 && f.chance.Float64() < rate }

func (a *Account) weatherOver(service, operation string) *front {
	age := a.clock.Now().Sub(a.began)
	for i := range a.fronts {
		f := &a.fronts[i]
		everywhere := len(f.Services) == 0
		if (everywhere || slices.Contains(f.Services, service) || slices.Contains(f.Services, service+"."+operation)) &&
			age >= f.From && (f.Until == 0 || age < f.Until) {
			return f
		}
	}
	return nil
}

// journey is how one call fares.
type journey struct {
	there, back             time.Duration
	throttled, broken, lost bool
	doubled                 bool
}

func (a *Account) journey(service, operation string) journey {
	whole := chance.Between(a.latency, shortestCall, longestCall)
	j := journey{there: whole / 2, back: whole - whole/2}
	f := a.weatherOver(service, operation)
	if f == nil {
		return j
	}
	j.throttled = f.strikes(f.Throttle)
	j.broken = f.strikes(f.Error)
	j.lost = f.strikes(f.Lose)
	j.doubled = f.strikes(f.Double)
	if f.strikes(f.Reorder) {
		j.there += chance.Between(f.chance, shortestDetour, longestDetour)
	}
	if f.Latency.Max > 0 {
		j.back += chance.Between(f.chance, f.Latency.Min, f.Latency.Max)
	}
	return j
}

// travel takes a call to its handler and the answer back.
func (a *Account) travel(ctx context.Context, service, operation string, call func() (any, error)) (any, *smithyhttp.Response, error) {
	j := a.journey(service, operation)
	if err := a.clock.Sleep(ctx, j.there); err != nil {
		return nil, noAnswer(), &smithy.CanceledError{Err: err}
	}
	var output any
	var err error
	switch {
	case j.throttled:
		err = throttled(service)
	case j.broken:
		err = broken(service)
	default:
		output, err = call()
		if j.doubled && ctx.Err() == nil {
			_, _ = call()
		}
	}
	answer := a.response(err)
	if err := a.clock.Sleep(ctx, j.back); err != nil {
		return nil, noAnswer(), &smithy.CanceledError{Err: err}
	}
	if j.lost {
		return nil, noAnswer(), &smithyhttp.RequestSendError{Err: errors.Join(errLost, syscall.ECONNRESET)}
	}
	return output, answer, err
}

var errLost = errors.New("the answer was lost on its way")

// noAnswer is what the SDK's own transport makes of a connection that broke.
func noAnswer() *smithyhttp.Response {
	return &smithyhttp.Response{Response: &http.Response{Header: http.Header{}, Body: http.NoBody}}
}

// entryFails says whether one entry of a batch is not done.
func (a *Account) entryFails(service, operation string) bool {
	f := a.weatherOver(service, operation)
	return f != nil && f.strikes(f.Partial)
}

// throttled is how each service asks to slow down.
func throttled(service string) error {
	code, status := "Throttling", http.StatusBadRequest
	switch service {
	case "EC2":
		code, status = "RequestLimitExceeded", http.StatusServiceUnavailable
	case "SQS":
		code = "RequestThrottled"
	case "SSM":
		code = "ThrottlingException"
	case "S3":
		code, status = "SlowDown", http.StatusServiceUnavailable
	}
	return &fault{status: status, GenericAPIError: smithy.GenericAPIError{
		Code: code, Message: "Rate exceeded", Fault: smithy.FaultClient,
	}}
}

// broken is how each service says that it broke.
func broken(service string) error {
	code := "InternalFailure"
	switch service {
	case "SQS", "SNS", "EC2", "S3":
		code = "InternalError"
	case "CloudWatch":
		code = "InternalServiceError"
	case "SSM":
		code = "InternalServerError"
	}
	return internal(http.StatusInternalServerError, code, "We encountered an internal error. Please try again.")
}
