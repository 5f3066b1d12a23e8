package cloud

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gameday/internal/clock"
)

func TestAWebClientFollowsNothingAndReadsTheBeginningOfAnAnswer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "/long", http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, strings.Repeat("x", longestAnswer+1))
	}))
	defer server.Close()
	c := clock.Virtual(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), 0)
	c.Run(func() {
		for path, want := range map[string]int{"/away": http.StatusFound, "/long": http.StatusOK} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
			require.NoError(t, err)
			response, err := Web(c, time.Minute).Do(request)
			require.NoError(t, err)
			require.Equal(t, want, response.StatusCode)
			body, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.LessOrEqual(t, len(body), longestAnswer)
		}
	})
}
