package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/cloudevents/sdk-go/v2/event"
)

const (
	eventType       = "dev.gameday.run." // and the occasion
	signatureHeader = "X-Gameday-Signature"
)

// Webhook posts a CloudEvent to any address.
type Webhook struct {
	URL     string            `hcl:"url" doc:"where to post; sensitive"`
	Headers map[string]string `hcl:"headers,optional" doc:"more headers; sensitive where one of them identifies the sender, such as Authorization"`
	Secret  string            `hcl:"secret,optional" doc:"the key of the signature X-Gameday-Signature: sha256=HEX, the HMAC-SHA256 of the body; sensitive"`
}

func webhookKind() Kind {
	return Kind{
		Name:    "webhook",
		Summary: "A CloudEvent posted to an address, as structured JSON.",
		Example: `on      = ["started", "stopped", "finished"]
url     = var.webhook_url
headers = { Authorization = "Bearer ${var.webhook_token}" }`,
		New: func() Channel { return &Webhook{} },
	}
}

// Address returns the host.
func (w *Webhook) Address() string { return hostOf(w.URL) }

// Secrets returns the address, the key, and the headers where they identify the sender.
func (w *Webhook) Secrets() []string {
	secrets := []string{"url"}
	for _, name := range slices.Sorted(maps.Keys(w.Headers)) {
		if regexp.MustCompile(`(?i)auth|cookie|token|key|secret|password|signature`).MatchString(name) {
			secrets = append(secrets, "headers")
			break
		}
	}
	if w.Secret != "" {
		secrets = append(secrets, "secret")
	}
	return secrets
}

// Problems reports an address that cannot be one, and headers that cannot be sent.
func (w *Webhook) Problems() []Problem {
	problems := addressProblems("url", w.URL, eitherWill)
	own := []string{"Content-Type", "Content-Length", "Host", "Transfer-Encoding", "Connection", signatureHeader}
	for _, name := range slices.Sorted(maps.Keys(w.Headers)) {
		switch {
		case !regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_|~-]+$").MatchString(name):
			problems = append(problems, Problem{"headers", "Not a header", fmt.Sprintf("%q cannot be the name of a header.", name)})
		case slices.Contains(own, http.CanonicalHeaderKey(name)):
			problems = append(problems, Problem{"headers", "Not a header", fmt.Sprintf("%s is set by gameday.", name)})
		case strings.ContainsFunc(w.Headers[name], unicode.IsControl):
			problems = append(problems, Problem{"headers", "Not a header", fmt.Sprintf("The value of %s holds a line break or another control character.", name)})
		}
	}
	return problems
}

// Tell posts the event.
func (w *Webhook) Tell(ctx context.Context, by Means, m Message) error {
	body, err := w.body(m)
	if err != nil {
		return err
	}
	return by.deliver(ctx, func(ctx context.Context, client *http.Client) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSpace(w.URL), bytes.NewReader(body))
		if err != nil {
			return err
		}
		for name, value := range w.Headers {
			request.Header.Set(name, value)
		}
		request.Header.Set("Content-Type", event.ApplicationCloudEventsJSON)
		if w.Secret != "" {
			request.Header.Set(signatureHeader, "sha256="+sign(body, w.Secret))
		}
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		return response.Body.Close()
	})
}

// body is the event in the structured JSON format. (CloudEvents 1.0, JSON Event Format)
func (w *Webhook) body(m Message) ([]byte, error) {
	e := event.New(event.CloudEventsVersionV1)
	e.SetID(m.ID)
	e.SetType(eventType + string(m.Occasion))
	e.SetSource(fmt.Sprintf("urn:gameday:%s:%s", m.Facts.Account, m.Facts.Region))
	e.SetSubject(m.Facts.Run)
	e.SetTime(m.At)
	told := struct {
		Facts
		Text string `json:"text"`
	}{m.Facts, m.Title}
	if err := e.SetData(event.ApplicationJSON, told); err != nil {
		return nil, fmt.Errorf("write the event: %w", err)
	}
	body, err := e.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("write the event: %w", err)
	}
	return body, nil
}

func sign(body []byte, secret string) string {
	hash := hmac.New(sha256.New, []byte(secret))
	_, _ = hash.Write(body)
	return hex.EncodeToString(hash.Sum(nil))
}
