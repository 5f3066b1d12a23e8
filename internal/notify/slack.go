package notify

import (
	"context"
	"net/http"
	"strings"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"
)

// longestSlackText is how many characters of a message Slack shows for sure. (Slack, chat.postMessage)
const longestSlackText = 4000

// Slack posts to an incoming webhook of Slack, or of what takes the same messages.
type Slack struct {
	WebhookURL string `hcl:"webhook_url" doc:"the address of the incoming webhook; sensitive"`
	Channel    string `hcl:"channel,optional" doc:"another channel than the webhook's own, where the webhook may choose"`
	Username   string `hcl:"username,optional" doc:"another name than the webhook's own, where the webhook may choose"`
}

func slackKind() Kind {
	return Kind{
		Name:    "slack",
		Summary: "A message in a Slack channel.",
		Example: `on          = ["started", "finished"]
webhook_url = var.slack_webhook_url`,
		New: func() Channel { return &Slack{} },
	}
}

// Address returns the host.
func (s *Slack) Address() string { return hostOf(s.WebhookURL) }

// Secrets returns the webhook's address: whoever knows it can post.
func (s *Slack) Secrets() []string { return []string{"webhook_url"} }

// Problems reports an address that cannot be one.
func (s *Slack) Problems() []Problem { return addressProblems("webhook_url", s.WebhookURL, encrypted) }

// Tell posts the message. Nothing in it mentions anybody: what could is escaped, and names are not looked for.
func (s *Slack) Tell(ctx context.Context, by Means, m Message) error {
	text := "*" + slackutilsx.EscapeMessage(m.Title) + "*"
	for _, line := range m.Lines {
		text += "\n" + slackutilsx.EscapeMessage(line)
	}
	if link := m.Facts.Playbook; strings.HasPrefix(link, "https://") && !strings.ContainsAny(link, "<>|& ") {
		text = strings.Replace(text, "\nPlaybook: "+link, "\nPlaybook: <"+link+">", 1) // nothing else becomes a link
	}
	quiet := false
	message := &slack.WebhookMessage{
		Text: clip(text, longestSlackText), Parse: "none", Channel: s.Channel, Username: s.Username, UnfurlLinks: &quiet, UnfurlMedia: &quiet,
	}
	return by.deliver(ctx, func(ctx context.Context, client *http.Client) error {
		return slack.PostWebhookCustomHTTPContext(ctx, strings.TrimSpace(s.WebhookURL), client, message)
	})
}
