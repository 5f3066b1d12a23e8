package cloud

import (
	"io"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"gameday/internal/clock"
)

// longestAnswer is how many bytes of an answer are read: nobody needs to know more of it.
const longestAnswer = 64 << 10

// Web returns a client for services that are not AWS. It sends each request once, outside the baton, follows no
// redirects, because what is sent may hold secrets, keeps no connection, and gives up after limit. Strands of c only.
func Web(c *clock.Clock, limit time.Duration) aws.HTTPClient {
	client := &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: dialLimit}).DialContext,
			ForceAttemptHTTP2: true, DisableKeepAlives: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &exchange{client: brief{client}, clock: c, limit: limit}
}

// brief reads the beginning of long answers only.
type brief struct{ client *http.Client }

func (b brief) Do(request *http.Request) (*http.Response, error) {
	response, err := b.client.Do(request)
	if err != nil {
		return nil, err
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(response.Body, longestAnswer), response.Body}
	return response, nil
}
