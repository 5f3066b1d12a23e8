package wiretest_test

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// proxy passes requests on to an emulator and notes them: what went over the wire, by a clock that is not gameday's.
type proxy struct {
	endpoint string
	mu       sync.Mutex
	requests []request
}

type request struct {
	operation      string
	came, answered time.Time
}

func startProxy(t *testing.T, emulator string) *proxy {
	t.Helper()
	target, err := url.Parse(emulator)
	require.NoError(t, err)
	p := &proxy{}
	onward := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: &http.Transport{MaxIdleConnsPerHost: 64},
		ErrorLog:  log.New(io.Discard, "", 0), // long polls that gameday ends are no errors
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := request{came: time.Now(), operation: operationOf(r)}
		onward.ServeHTTP(w, r)
		seen.answered = time.Now()
		p.mu.Lock()
		defer p.mu.Unlock()
		p.requests = append(p.requests, seen)
	}))
	t.Cleanup(server.Close)
	p.endpoint = server.URL
	return p
}

// operationOf reads what is asked for: from a header in AWS's JSON protocols, from the form in the query protocol.
func operationOf(r *http.Request) string {
	if _, operation, found := strings.Cut(r.Header.Get("X-Amz-Target"), "."); found {
		return operation
	}
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body))
	return form.Get("Action")
}

// seen returns the requests for an operation, or all of them, in the order of their answers.
func (p *proxy) seen(operation string) []request {
	p.mu.Lock()
	defer p.mu.Unlock()
	var some []request
	for _, r := range p.requests {
		if operation == "" || r.operation == operation {
			some = append(some, r)
		}
	}
	return some
}
