package notify

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/PagerDuty/go-pagerduty"
)

// longestSummary is how many characters the summary of a change event may have. (PagerDuty, Events API v2, Change Events)
const longestSummary = 1024

// PagerDuty sends a change event: it stands beside the incidents of a service and pages nobody.
type PagerDuty struct {
	RoutingKey string `hcl:"routing_key" doc:"the integration key of the service; sensitive"`
	URL        string `hcl:"url,optional" doc:"the Events API of another service region"`
}

func pagerDutyKind() Kind {
	return Kind{
		Name:    "pagerduty",
		Summary: "A change event on a PagerDuty service, beside its incidents; nobody is paged.",
		Example: `on          = ["started", "finished"]
routing_key = var.pagerduty_key`,
		New: func() Channel { return &PagerDuty{URL: "https://events.pagerduty.com"} },
	}
}

// Address returns the host.
func (p *PagerDuty) Address() string { return hostOf(p.URL) }

// Secrets returns the key: whoever knows it can send events.
func (p *PagerDuty) Secrets() []string { return []string{"routing_key"} }

// Problems reports an empty key and an address that cannot be one.
func (p *PagerDuty) Problems() []Problem {
	problems := addressProblems("url", p.URL, encrypted)
	if strings.TrimSpace(p.RoutingKey) == "" {
		problems = append(problems, Problem{"routing_key", "Missing key", "routing_key is empty."})
	}
	return problems
}

// Tell sends the event.
func (p *PagerDuty) Tell(ctx context.Context, by Means, m Message) error {
	event := pagerduty.ChangeEvent{
		RoutingKey: strings.TrimSpace(p.RoutingKey),
		Payload: pagerduty.ChangeEventPayload{
			Summary: clip(m.Title, longestSummary), Source: "gameday", Timestamp: m.At.Format(time.RFC3339Nano),
			CustomDetails: map[string]any{"event": m.ID, "details": strings.Join(m.Lines, "\n"), "run": m.Facts},
		},
	}
	if link := m.Facts.Playbook; strings.HasPrefix(link, "https://") {
		event.Links = []pagerduty.ChangeEventLink{{Href: link, Text: "Playbook"}}
	}
	return by.deliver(ctx, func(ctx context.Context, client *http.Client) error {
		service := pagerduty.NewClient("", pagerduty.WithV2EventsAPIEndpoint(strings.TrimRight(strings.TrimSpace(p.URL), "/")))
		service.HTTPClient = client
		_, err := service.CreateChangeEventWithContext(ctx, event)
		return err
	})
}
